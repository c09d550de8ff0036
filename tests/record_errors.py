"""Record how far each equation's tests were from their judges: `make ledger`.

A plug-in of pytest, loaded by that command alone. While a test with the marker `equation` runs,
NumPy's `assert_allclose` and `assert_array_equal`, `pytest.approx` and `gradients.check` note the
error that they saw before they judge it, so that no test has to report anything; and what tells
the judge notes that it was asked.

The error of arrays is their largest difference, divided by the largest expected value where that
is above 1. That of a gradient check is the one it returns, relative to the gradient.
"""

import datetime
import functools
import json
import platform
from pathlib import Path

import numpy as np
import pytest

from rnncourse import gradients
from tests import jacobians, scalar

FILE = Path(__file__).parents[1] / "benchmarks" / "results" / "ledger.json"
JUDGES = {  # the first that a test asked is its judge; slopes are found by means of plain numbers
    "finite differences": [(gradients, "check"), (scalar, "slopes"), (jacobians, "jacobian")],
    "plain numbers": [(scalar, "values"), (scalar, "run")],
}
OTHERWISE = "the test itself"  # a loop, a closed form or a known value that is written there
errors, asked = [], set()  # of the test that is running
found = {}  # {label: {test: {"error": the largest or None, "judge": name}}}


def difference(got, expected):
    """The error of numbers, None where there are none; infinite where only one is finite."""
    try:
        got, expected = np.broadcast_arrays(np.asarray(got), np.asarray(expected))
    except ValueError:  # shapes that do not fit; the judge will say so
        return None
    if not got.size or got.dtype.kind not in "iufcb" or expected.dtype.kind not in "iufcb":
        return None
    kind = np.result_type(got, expected, float)
    got, expected = got.astype(kind), expected.astype(kind)
    differ = ~((got == expected) | (np.isnan(got) & np.isnan(expected)))
    apart = np.abs(got[differ] - expected[differ])
    if not np.isfinite(apart).all():
        return np.inf
    scale = np.abs(expected[np.isfinite(expected)]).max(initial=1.0)
    return float(apart.max(initial=0.0) / scale)


def note(error):
    """Keep an error, if it is one, until the running test is over."""
    if error is not None:
        errors.append(float(error))


def comparing(judge):
    """A function that compares two arrays, with a look at them before."""

    @functools.wraps(judge)
    def watched(actual, desired, *args, **options):
        note(difference(actual, desired))
        return judge(actual, desired, *args, **options)

    return watched


def telling(name, function):
    """A function of a judge, whose name is noted when it is called."""

    @functools.wraps(function)
    def watched(*args, **options):
        asked.add(name)
        return function(*args, **options)

    return watched


def checking(check):
    """`gradients.check`, whose error is noted; not where any error would pass it."""

    @functools.wraps(check)
    def watched(*args, **options):
        error = check(*args, **options)
        if options.get("tol", 0) < 1:
            note(error)
        return error

    return watched


class Approx:
    """`pytest.approx`, with a look at what it is compared with."""

    judge = staticmethod(pytest.approx)
    __array_ufunc__ = None  # a NumPy number on the left leaves the comparison to us
    __hash__ = None

    def __init__(self, expected, *args, **options):
        self.expected, self.approx = expected, self.judge(expected, *args, **options)

    def __eq__(self, got):
        note(difference(got, self.expected))
        return got == self.approx

    def __repr__(self):
        return repr(self.approx)


def pytest_configure():
    """Put the watchers in place before any test is imported."""
    gradients.check = checking(gradients.check)
    for name, functions in JUDGES.items():
        for module, function in functions:
            setattr(module, function, telling(name, getattr(module, function)))
    for name in ("assert_allclose", "assert_array_equal"):
        setattr(np.testing, name, comparing(getattr(np.testing, name)))
    pytest.approx = Approx


def pytest_runtest_setup(item):
    """Start afresh."""
    errors.clear()
    asked.clear()


def pytest_runtest_teardown(item):
    """Keep the largest error of a test, over all its cases, under each of its equations."""
    test = item.nodeid.partition("[")[0]
    judge = next((name for name in JUDGES if name in asked), OTHERWISE)
    for label in (label for mark in item.iter_markers("equation") for label in mark.args):
        kept = found.setdefault(label, {}).setdefault(test, {"error": None, "judge": judge})
        seen = [error for error in (kept["error"], *errors) if error is not None]
        kept["error"] = float(f"{max(seen):.2e}") if seen else None


def pytest_sessionfinish(session, exitstatus):
    """Write the file if every test passed."""
    if exitstatus == 0:
        versions = {"python": platform.python_version(), "numpy": np.__version__}
        record = {"date": datetime.date.today().isoformat(), "versions": versions, "errors": found}
        FILE.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n", encoding="utf-8")
