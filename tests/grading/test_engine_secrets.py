"""Hidden tests: the student's process has nothing of them, and no output shows anything of them."""

import pytest

from rnncourse.grading.engine import Engine
from rnncourse.grading.engine.cells import hidden_lines, without_hidden
from rnncourse.grading.engine.runner import HIDDEN
from rnncourse.grading.limits import Limits
from tests.grading.engine_cells import judged, shown

SECRET = "7351.25"
INPUT = "4422.75"
HIDDEN_TEST = f"""
# visible: the double
assert f(1.0) == 2.0, "f(1) should be 2"
### BEGIN HIDDEN TESTS
secret_name = {SECRET}
assert f({INPUT}) == secret_name, "f should double its input"
### END HIDDEN TESTS
"""
LISTEN = """
heard = []
def f(x):
    heard.append(x)
    return 2 * x
"""


@pytest.fixture(scope="module")
def engine():
    with Engine(Limits(cell_seconds=20)) as engine:
        yield engine


def all_shown(results):
    return "\n".join(shown(result) for result in results.values())


def test_hidden_lines_are_those_between_the_marks():
    source = "a\n### BEGIN HIDDEN TESTS\nb\n### END HIDDEN TESTS\nc"
    assert hidden_lines(source, HIDDEN) == {2, 3, 4}
    assert without_hidden(source, HIDDEN) == "a\n\n\n\nc"
    assert without_hidden("a\n### BEGIN HIDDEN TESTS\nb", HIDDEN) == "a\n\n"


def test_what_a_function_hears_from_a_hidden_test_is_never_shown(engine):
    results, _ = judged(engine, ("S", LISTEN), ("T", HIDDEN_TEST), ("S", "print('heard', heard)"))
    assert results["t1"].status == "error"
    assert "f should double its input" in shown(results["t1"])
    assert "heard [1.0]" in shown(results["s2"])
    assert INPUT not in all_shown(results) and SECRET not in all_shown(results)
    assert "secret_name" not in all_shown(results)


@pytest.mark.parametrize(
    "function",
    [
        "def f(x):\n    if x == 1: return 2.0\n    raise ValueError(f'I saw {x}')",
        "def f(x):\n    if x == 1: return 2.0\n    raise type(f'I_saw_{x}', (ValueError,), {})()",
        "def f(x):\n    if x == 1: return 2.0\n    return f'I saw {x}'",
        "def f(x):\n    if x == 1: return 2.0\n    return type(f'I saw {x}', (), {})()",
        "def f(x):\n    return {1.0: 2.0}[x]",
        "import warnings\ndef f(x):\n    warnings.warn(f'I saw {x}')\n    return 2.0",
        "import sys\ndef f(x):\n    print(x, file=sys.__stderr__)\n    return 2.0",
    ],
)
@pytest.mark.parametrize(
    "test",
    [
        f"y = f({INPUT})\nassert y == {SECRET}, 'wrong'",
        f"import numpy as np\nnp.testing.assert_allclose(f({INPUT}), {SECRET}, err_msg='wrong')",
        f"import numpy as np\nnp.testing.assert_equal(np.array([f({INPUT})]), [{SECRET}])",
        f"import unittest\nunittest.TestCase().assertEqual(f({INPUT}), {SECRET}, 'wrong')",
        f"float(f({INPUT})) + {{}}[{SECRET}]",
        f"raise ValueError({SECRET})",
    ],
)
def test_no_message_of_a_hidden_test_carries_its_values(engine, function, test):
    hidden = f"f(1.0)\n### BEGIN HIDDEN TESTS\n{test}\n### END HIDDEN TESTS"
    results, _ = judged(engine, ("S", function), ("T", hidden), ("S", "1"))
    text = all_shown(results)
    assert results["t1"].status == "error"
    for value in INPUT, SECRET, "4422", "7351":
        assert value not in text, text


def test_the_author_s_message_and_the_size_of_the_error_are_shown(engine):
    hidden = """
    import numpy as np
    ### BEGIN HIDDEN TESTS
    np.testing.assert_allclose(f(np.ones(3)), np.full(3, 7351.25), err_msg="the gate is swapped")
    ### END HIDDEN TESTS
    """
    results, _ = judged(engine, ("S", "def f(x): return 2 * x"), ("T", hidden))
    text = results["t1"].outputs[0]["evalue"]
    assert text.startswith("the gate is swapped\nNot equal to tolerance")
    assert "3 / 3" in text and "7351.25" not in text
    assert "A hidden test of the cell t1" in shown(results["t1"])


def test_a_visible_failure_shows_the_lines_of_both_sides(engine):
    results, _ = judged(
        engine, ("S", "def f(x):\n    return x / 0"), ("T", "# first\nf(1)  # called here")
    )
    text = shown(results["t1"])
    assert "f(1)  # called here" in text and "return x / 0" in text and "cell s0, line 2" in text


SEARCH = '''
def search(first, second):
    """Every place of this process that holds first + second; the two are never joined here."""
    import gc, glob, os, sys

    def holds(data):
        at = data.find(first)
        while at >= 0:
            if data[at + len(first) :][: len(second)] == second:
                return True
            at = data.find(first, at + 1)
        return False

    found = set()
    for thing in gc.get_objects():
        if type(thing) is dict and any(type(key) is str and holds(key) for key in list(thing)):
            found.add("dict")
        if hasattr(thing, "__code__") and holds(repr(thing.__code__.co_consts)):
            found.add("code")
    frame = sys._getframe(1)
    while frame:
        if any(type(value) is str and holds(value) for value in list(frame.f_locals.values())):
            found.add("frame " + frame.f_code.co_name)
        frame = frame.f_back
    if holds(str(dict(os.environ))):
        found.add("environment")
    first, second = first.encode(), second.encode()
    for path in glob.glob("/proc/self/fd/*"):
        try:
            with open(path, "rb") as file:
                os.set_blocking(file.fileno(), False)
                if holds(file.read() or b""):
                    found.add(path)
        except OSError:
            pass
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb") as memory:
        for line in maps:
            start, end = (int(part, 16) for part in line.split()[0].split("-"))
            if "r" in line.split()[1] and "[v" not in line:
                try:
                    memory.seek(start)
                    if holds(memory.read(end - start)):
                        found.add("memory")
                except (OSError, ValueError, OverflowError):
                    pass
    return sorted(found)
'''


def test_the_student_s_process_holds_nothing_of_a_hidden_test(engine):
    """Even the one that serves the tests."""
    hidden = """
    visible = 1
    ### BEGIN HIDDEN TESTS
    marzipan_mole = "marzipan_mole"
    assert f(1) == 1
    found = search("marz", "ipan_mole")
    assert found == [], found
    assert "memory" in search("mark", "er_of_mine"), "the search finds what is there"
    ### END HIDDEN TESTS
    """
    mine = SEARCH + "\nmarker_of_mine = 'marker_of_mine'\ndef f(x): return x\n"
    show = 'print(search("marz", "ipan_mole"), search("mark", "er_of_mine"))'
    results, _ = judged(engine, ("S", mine), ("S", show), ("T", hidden), ("S", show))
    assert results["t2"].status == "ok", shown(results["t2"])
    for name in "s1", "s3":
        nothing, everything = shown(results[name]).strip().split("] [")
        assert nothing == "[" and "memory" in everything and "dict" in everything


def test_the_course_cannot_be_imported(engine):
    results, _ = judged(
        engine,
        ("S", "import rnncourse"),
        ("S", "import sys; print(sorted(m for m in sys.modules if 'rnncourse' in m))"),
    )
    assert results["s0"].outputs[0]["ename"] == "ModuleNotFoundError"
    assert shown(results["s1"]).startswith("[]")
