"""Each run grades what changed; what other tests judged is shown first, and never lowered."""

import json
import warnings
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException

from rnncourse.grading import made_from, regrade
from rnncourse.grading.gradebook import Recorder
from rnncourse.grading.limits import Limits
from rnncourse.grading.regrade import Change, table
from tests.grading.homework import autograde, copy_course, dump, graded, hand_in, scores, solved

pytestmark = pytest.mark.usefixtures("double")


@pytest.fixture
def class_of_two(course):
    """Graded by the course's tests."""
    hand_in(course, "right", solved(course))
    hand_in(course, "wrong", solved(course, "def double(x):\n    return 16 if x == 8 else x"))
    autograde(course)
    return course


def other_tests(course, old, new):
    """Change the tests as an instructor does: in the gradebook, by generate_assignment."""
    path = Path(course.root, "source", "hw", "hw.ipynb")
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        GenerateAssignment(coursedir=course, config=course.config, force=True).start()


HARDER = "assert double(8) == 16, 'at 8'", "assert double(9) == 18, 'at 9'"


def test_other_tests_change_no_mark_until_it_is_asked_for(class_of_two, caplog):
    before = dump(class_of_two)
    other_tests(class_of_two, *HARDER)
    assert autograde(class_of_two).results == []
    assert dump(class_of_two) == before
    assert "2 submissions were judged by other tests or another grader" in caplog.text


def test_a_regrade_shows_the_marks_first_and_writes_nothing_unasked(class_of_two, capsys):
    other_tests(class_of_two, *HARDER)
    before = dump(class_of_two)
    autograde(class_of_two, regrade=True)
    shown = capsys.readouterr().out
    assert "wrong    2.5 -> 0.5    zero 2 -> 0" in shown and "1 stay as they are" in shown
    assert regrade.NOT_ASKED in shown and dump(class_of_two) == before


def test_a_regrade_that_is_agreed_to_is_written_and_then_done(class_of_two, capsys):
    other_tests(class_of_two, *HARDER)
    step = autograde(class_of_two, regrade=True, yes=True)
    assert len(step.results) == 2
    assert scores(class_of_two, "wrong")["zero"] == 0 and scores(class_of_two, "right")["zero"] == 2
    capsys.readouterr()
    autograde(class_of_two, regrade=True)
    assert "No mark changes" in capsys.readouterr().out


@pytest.mark.parametrize(("typed", "written"), [("y", 0), ("YES ", 0), ("n", 2), ("", 2)])
def test_a_person_is_asked(class_of_two, monkeypatch, typed, written):
    other_tests(class_of_two, *HARDER)
    monkeypatch.setattr("sys.stdin", type("Terminal", (), {"isatty": lambda _: True})())
    monkeypatch.setattr("builtins.input", lambda question: typed)
    autograde(class_of_two, regrade=True)
    assert scores(class_of_two, "wrong")["zero"] == written


def test_an_end_of_the_input_is_a_no(class_of_two, monkeypatch):
    def ends(question):
        raise EOFError

    other_tests(class_of_two, *HARDER)
    monkeypatch.setattr("sys.stdin", type("Terminal", (), {"isatty": lambda _: True})())
    monkeypatch.setattr("builtins.input", ends)
    autograde(class_of_two, regrade=True)
    assert scores(class_of_two, "wrong")["zero"] == 2


def test_no_mark_falls_where_that_is_not_wanted(class_of_two):
    other_tests(class_of_two, *HARDER)
    autograde(class_of_two, regrade=True, yes=True, never_lower=True)
    assert scores(class_of_two, "wrong")["zero"] == 2
    notes = graded(class_of_two, "wrong").metadata["grading"]["notes"]
    assert "zero: 2 points are kept from an earlier grading." in notes


def test_a_persons_mark_and_comment_stay(class_of_two):
    with Gradebook(class_of_two.db_url) as gradebook:
        book = gradebook.find_submission_notebook("hw", "hw", "wrong")
        {g.name: g for g in book.grades}["zero"].manual_score = 1.5
        {c.name: c for c in book.comments}["double"].manual_comment = "Nearly."
        gradebook.db.commit()
        gradebook.engine.dispose()
    other_tests(class_of_two, *HARDER)
    autograde(class_of_two, regrade=True, yes=True)
    rows = dump(class_of_two)
    assert ("wrong", "hw", "zero", 0.0, 1.5, True) in rows
    assert ("wrong", "hw", "double", None, "Nearly.") in rows


def test_another_grader_and_other_limits_are_noticed(class_of_two, monkeypatch, caplog):
    monkeypatch.setattr(made_from, "of_grader", lambda limits: "another")
    autograde(class_of_two)
    assert "2 submissions were judged by other tests or another grader" in caplog.text
    monkeypatch.undo()
    caplog.clear()
    autograde(class_of_two, cell_seconds=7.0)
    assert "2 submissions" in caplog.text


def test_a_result_without_a_fingerprint_waits_for_a_regrade(class_of_two, caplog):
    path = Path(class_of_two.root, "autograded", "wrong", "hw", "hw.ipynb")
    content = json.loads(path.read_text("utf-8"))
    del content["metadata"]["grading"]["made_from"]
    path.chmod(0o644)
    path.write_text(json.dumps(content), "utf-8")
    assert autograde(class_of_two).results == []
    assert "1 submissions were judged" in caplog.text


def test_a_failed_submission_of_a_regrade_does_not_stop_the_others(class_of_two, monkeypatch):
    other_tests(class_of_two, *HARDER)
    preview = Recorder.preview

    def fails(self, judged):
        if judged.student == "right":
            raise OSError("disk")
        return preview(self, judged)

    monkeypatch.setattr(Recorder, "preview", fails)
    with pytest.raises(NbGraderException, match="1 submissions could not be graded"):
        autograde(class_of_two, regrade=True, yes=True)
    assert scores(class_of_two, "wrong")["zero"] == 0


def test_fingerprints_tell_what_is_unlike_apart():
    values = [["a", "b"], ["ab"], [["a"], "b"], {"a": "b"}, [b"a", "b"], [1, "b"], ["a", None]]
    assert len({made_from._hash(value) for value in values}) == len(values)
    assert made_from._hash({"a": 1, "b": 2}) == made_from._hash({"b": 2, "a": 1})
    assert made_from.of_grader(Limits()) == made_from.of_grader(Limits())


def test_a_new_student_of_a_regrade_has_no_marks_before():
    shown = table([Change("new", {}, {"hw": {"twice": (2, 2), "why": (None, 3)}})])
    assert "new" in shown and "0 -> 2" in shown and "twice none -> 2" in shown


def test_two_courses_with_the_same_tests_have_the_same_fingerprints(course, tmp_path):
    other = copy_course(course, tmp_path / "again")
    for one in course, other:
        hand_in(one, "right", solved(one))
        autograde(one)
    made = [graded(one, "right").metadata["grading"]["made_from"] for one in (course, other)]
    assert made[0] == made[1]
