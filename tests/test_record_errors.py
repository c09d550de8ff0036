"""The errors on the page of the ledger are those that the tests' comparisons saw."""

import json
import os
import subprocess
import sys
from pathlib import Path

import ledger
import numpy as np
import pytest

from tests import record_errors
from tests.record_errors import Approx, checking, comparing, difference

TEST = """
import numpy as np
import pytest
from rnncourse import gradients
from tests import scalar
from tests.scalar import slopes


@pytest.mark.equation("eq-a")
@pytest.mark.parametrize("off", [1e-9, 3e-9, 2e-9])
def test_a(off):
    np.testing.assert_allclose(np.array([1, 2 + off]), [1, 2], rtol=1e-6)


@pytest.mark.equation("eq-a")
@pytest.mark.equation("eq-b")
def test_b():
    assert slopes(lambda x: x @ x, np.ones(2)) == pytest.approx(2)


@pytest.mark.equation("eq-c")
def test_c():
    assert np.float64(0.5) == pytest.approx(0.25, abs=1)
    gradients.check(lambda w: (float(w @ w), 2.5 * w), np.ones(2), tol=2)
    assert np.ones(2).any()


def test_without_an_equation():
    np.testing.assert_array_equal(1, 1)


@pytest.mark.equation("eq-d")
def test_d():
    assert "nothing is compared"
"""
RUN = """
import sys, pytest
from pathlib import Path
from tests import record_errors
record_errors.FILE = Path(sys.argv[1])
options = ["-q", "-o", f"cache_dir={sys.argv[1]}.cache", "-c", "pyproject.toml", "--rootdir", "."]
sys.exit(pytest.main([*options, *sys.argv[2:]], plugins=[record_errors]))
"""


def run(folder, test):
    """Run a file of tests with the plug-in in a process of its own; the file it wrote, or None."""
    (folder / "test_made.py").write_text(test)
    file = folder / "ledger.json"
    command = [sys.executable, "-c", RUN, file, folder / "test_made.py"]
    root = Path(__file__).parents[1]
    done = subprocess.run(
        command, cwd=root, env=dict(os.environ, PYTEST_ADDOPTS=""), capture_output=True, text=True
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return json.loads(file.read_text("utf-8")) if file.exists() else None


def test_the_largest_error_of_each_test_is_kept_with_its_judge(tmp_path):
    record = run(tmp_path, TEST)
    errors = {
        label: {test.rpartition("::")[2]: tuple(made.values()) for test, made in tests.items()}
        for label, tests in record["errors"].items()
    }
    judge, error = errors["eq-b"]["test_b"][::-1]
    assert judge == "finite differences" and error < 1e-9
    assert errors == {
        "eq-a": {"test_a": (1.5e-9, "the test itself"), "test_b": (error, judge)},
        "eq-b": {"test_b": (error, judge)},
        "eq-c": {"test_c": (0.25, "finite differences")},
        "eq-d": {"test_d": (None, "the test itself")},
    }
    assert record["versions"]["numpy"] == np.__version__


def test_nothing_is_written_when_a_test_fails(tmp_path):
    assert run(tmp_path, TEST.replace("rtol=1e-6", "rtol=1e-12")) is None


@pytest.mark.parametrize(
    "got, expected, error",
    [
        ([1.0, 2.5], [1.0, 2.0], 0.25),  # relative to the largest expected value
        ([1e-9], [0.0], 1e-9),  # but not to one below 1
        (0.5, 0.25, 0.25),
        ([1.0, np.nan, np.inf], [1.0, np.nan, np.inf], 0.0),
        ([np.nan], [1.0], np.inf),
        ([3], [3], 0.0),
        ([3 + 4j], [0], 5.0),
        (np.ones((2, 2)), 1.0, 0.0),
        (np.float32([0.5]), np.float32([0.25]), 0.25),
        ([], [], None),
        (["a"], ["b"], None),
        ([1.0, 2.0], [1.0, 2.0, 3.0], None),
    ],
)
def test_difference(got, expected, error):
    assert difference(got, expected) == error


@pytest.fixture
def noted(monkeypatch):
    errors = []
    monkeypatch.setattr(record_errors, "errors", errors)
    return errors


def test_a_watched_comparison_still_fails(noted):
    watched = comparing(np.testing.assert_allclose)
    watched(1.0, 1.0)
    with pytest.raises(AssertionError):
        watched(2.5, 2.0, rtol=1e-3)
    assert noted == [0.0, 0.25]


def test_a_watched_approx_still_judges_from_either_side(noted):
    assert np.float64(2.0) == Approx(2.0)
    assert not Approx(2.0) == 2.5
    assert [1.0, 2.0] == Approx([1.0, 2.0])
    assert {"a": 1.0} == Approx({"a": 1.0})
    assert noted == [0.0, 0.25, 0.0]
    assert repr(Approx(2.0)) == repr(pytest.approx(2.0))


def test_a_gradient_check_that_passes_everything_is_not_noted(noted):
    watched = checking(lambda tol=1e-7: 0.5)
    watched()
    watched(tol=1)
    assert noted == [0.5]


# The file that is stored


def test_the_stored_errors_are_those_of_the_book_of_today():
    stored = json.loads(record_errors.FILE.read_text("utf-8"))["errors"]
    now = ledger.read()
    labels = {label for label in now.book if label.startswith("eq-")}
    tests = {f"{place.path}::{place.name}" for places in now.tests.values() for place in places}
    advice = "run `make ledger`"
    assert sorted(labels - stored.keys()) == [], advice
    assert sorted({test for label in stored for test in stored[label]} - tests) == [], advice


def test_the_stored_errors_are_small():
    stored = json.loads(record_errors.FILE.read_text("utf-8"))["errors"]
    limits = {"finite differences": 1e-7, "plain numbers": 1e-14, "the test itself": 1e-6}
    for tests in stored.values():
        for test, made in tests.items():
            assert made["error"] is None or 0 <= made["error"] < limits[made["judge"]], test
