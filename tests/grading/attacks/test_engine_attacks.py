"""Attacks that need an assignment of another shape than a3_lstm: a few cells for the engine."""

import pytest

from rnncourse.grading.engine import Cell, Engine


@pytest.fixture(scope="module")
def engine():
    with Engine() as engine:
        yield engine


def statuses(engine, *cells):
    """What became of each cell; the first one is the student's, the others are locked."""
    cells = [Cell(f"cell-{k}", source, k > 0) for k, source in enumerate(cells)]
    return [result.status for result in engine.run(cells).results]


def test_a_helper_whose_cell_failed_is_not_looked_up_at_the_student_s(engine):
    student = "def ready(): raise ValueError\ndef check(value): pass\ndef answer(): return 0"
    helper = "ready()\ndef check(value):\n    assert value == 1"
    assert statuses(engine, student, helper, "check(answer())") == ["ok", "error", "error"]


def test_a_helper_that_is_defined_below_is_not_looked_up_at_the_student_s(engine):
    student = "def check(value): pass\ndef answer(): return 0"
    test = "check(answer())\ndef check(value):\n    assert value == 1"
    assert statuses(engine, student, test) == ["ok", "error"]


def test_a_constant_of_the_tests_is_not_the_student_s(engine):
    student = "def ready(): raise ValueError\nWANT = 0\ndef answer(): return 0"
    first = "ready()\n### BEGIN HIDDEN TESTS\nWANT = 1\n### END HIDDEN TESTS"
    assert statuses(engine, student, first, "assert answer() == WANT") == ["ok", "error", "error"]


def test_an_object_that_iterates_over_nothing_is_no_list_of_right_values(engine):
    student = """
class Nothing:
    def __iter__(self):
        return iter(())
    def __len__(self):
        return 2
def answer(): return Nothing()
"""
    test = "for got, want in zip(answer(), [1, 2], strict=True):\n    assert got == want"
    assert statuses(engine, student, test) == ["ok", "error"]


def test_stop_iteration_does_not_end_the_tests_own_loop(engine):
    student = "def answer(x): raise StopIteration"
    test = "results = list(map(answer, [1, 2]))\nfor got in results:\n    assert got == 1"
    assert statuses(engine, student, test) == ["ok", "error"]
