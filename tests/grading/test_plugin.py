"""nbgrader's features under the plug-in, one by one, as its table names them."""

import datetime
import json
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.converters.base import NbGraderException

from rnncourse.grading.engine import CellResult
from rnncourse.grading.judge import NotWorking
from rnncourse.grading.publish import alone
from tests.grading.homework import (
    answer,
    autograde,
    check,
    copy_course,
    dump,
    graded,
    hand_in,
    make_course,
    named,
    scores,
    solved,
)

pytestmark = pytest.mark.usefixtures("double")


def test_checks_give_points_and_the_gradebook_has_them(course):
    hand_in(course, "right", solved(course))
    hand_in(course, "wrong", solved(course, "def double(x): return 2 * x if x < 2 else 0"))
    hand_in(course, "nothing", solved(course, "raise NotImplementedError()"))
    step = autograde(course)
    assert scores(course, "right") == {"twice": 2, "zero": 2, "part": 1, "why": 0, "draw": None}
    assert scores(course, "wrong")["twice"] == 2 and scores(course, "wrong")["zero"] == 0
    assert scores(course, "nothing")["twice"] == scores(course, "nothing")["part"] == 0
    assert [result.student for result in step.results] == ["nothing", "right", "wrong"]
    assert not step.failed and not any(result.review for result in step.results)


def test_hidden_tests_come_back_into_the_autograded_notebook(course):
    notebook = solved(course)
    named(notebook, "twice").source = "pass"
    hand_in(course, "student-1", notebook)
    autograde(course)
    found = graded(course, "student-1")
    nbformat.validate(found)
    assert "double(40)" in named(found, "twice").source
    assert "changed" in found.metadata.grading.notes[0]


@pytest.mark.parametrize("mark", ["float('nan')", "-1", "7", "1e400"])
def test_partial_credit_that_is_no_mark_is_left_to_a_person(tmp_path, mark):
    cells = [answer("double"), check("part", f"{mark}")]
    course = make_course(tmp_path / "course", {"hw": cells})
    hand_in(course, "student-1", solved(course))
    step = autograde(course)
    assert scores(course, "student-1") == {"part": None}
    assert "part computed a mark" in step.results[0].review[0]
    assert ("student-1", "hw", "part", None, None, True) in dump(course)


def test_partial_credit_is_the_value_of_the_cell(course):
    hand_in(course, "student-1", solved(course, "def double(x): return 3 * x"))
    autograde(course)
    assert scores(course, "student-1")["part"] == 1.5


def test_written_answers_and_tasks_wait_for_a_person(course):
    notebook = solved(course)
    named(notebook, "why").source = "Because."
    hand_in(course, "student-1", notebook)
    hand_in(course, "student-2", solved(course))
    autograde(course)
    assert ("student-1", "hw", "why", None, None, True) in dump(course)
    assert ("student-2", "hw", "why", 0, None, False) in dump(course)
    assert ("student-2", "hw", "why", "No response.", None) in dump(course)
    assert named(graded(course, "student-1"), "why").source == "Because."


def test_a_deleted_task_and_a_deleted_answer_come_back_to_be_marked(course):
    notebook = solved(course)
    notebook.cells = [c for c in notebook.cells if c.id not in ("why", "draw", "twice")]
    hand_in(course, "student-1", notebook)
    autograde(course)
    found = graded(course, "student-1")
    assert named(found, "draw") and named(found, "why")
    assert scores(course, "student-1")["twice"] == 2


def test_manual_scores_comments_and_flags_survive_a_regrade(course):
    hand_in(course, "student-1", solved(course))
    autograde(course)
    with Gradebook(course.db_url) as gradebook:
        grade = gradebook.find_grade("zero", "hw", "hw", "student-1")
        grade.manual_score, grade.extra_credit = 1.5, 0.5
        comment = gradebook.find_comment("why", "hw", "hw", "student-1")
        comment.manual_comment = "Say more."
        gradebook.find_submission_notebook("hw", "hw", "student-1").flagged = True
        gradebook.db.commit()
        gradebook.engine.dispose()
    hand_in(course, "student-1", solved(course, "double = abs"))
    autograde(course, force=True)
    rows = dump(course)
    assert ("student-1", "hw", "zero", 0, 1.5, True) in rows
    assert ("student-1", "hw", "why", "No response.", "Say more.") in rows
    assert ("student-1", "hw", None, True, None) in rows


def test_several_notebooks_each_have_their_own_names_and_marks(tmp_path):
    one = [answer("double"), check("test", "assert double(1) == 2")]
    two = [answer("half", "half = 1"), check("test", "assert half == 0.5")]
    course = make_course(tmp_path / "course", {"one": one, "two": two})
    hand_in(course, "student-1", solved(course, name="one"), "one.ipynb")
    step = autograde(course)
    assert scores(course, "student-1", "one") == {"test": 2}
    assert scores(course, "student-1", "two") == {"test": 0}
    assert "no notebook of this name" in step.results[0].review[0]
    hand_in(course, "student-1", solved(course, "half = 0.5", name="two"), "two.ipynb")
    course.notebook_id = "two"
    autograde(course, force=True)
    assert scores(course, "student-1", "two") == {"test": 2}
    assert graded(course, "student-1", "one").cells


def test_files_of_the_assignment_are_the_instructors_and_answers_the_students(tmp_path):
    cells = [answer("a", "a = 1"), check("test", "assert files['data.csv'] == b'1'")]
    cells.append(check("mine", "assert files['mine.py'] == b'x = 2'"))
    files = {"data.csv": b"1", "mine.py": b"x = 1"}
    course = make_course(tmp_path / "course", {"hw": cells}, files)
    course.config.Autograde.exclude_overwriting = {"hw": ["mine.py"]}
    handed = {"data.csv": b"forged", "mine.py": b"x = 2", "numpy.py": b""}
    folder = hand_in(course, "student-1", solved(course), files=handed)
    autograde(course)
    assert scores(course, "student-1") == {"test": 2, "mine": 2}
    out = Path(str(folder).replace("submitted", "autograded"))
    assert {path.name for path in out.iterdir()} == {"hw.ipynb", "data.csv", "mine.py"}
    assert (folder / "data.csv").read_bytes() == b"forged"


def test_the_time_of_submission_and_the_late_penalty_are_asked_for_as_before(course):
    due = datetime.datetime(2026, 3, 1)
    with Gradebook(course.db_url) as gradebook:
        gradebook.update_or_create_assignment("hw", duedate=due)
        gradebook.engine.dispose()
    course.config.LateSubmissionPlugin.penalty_method = "zero"
    for student, time in (
        ("late", b"2026-03-02 10:00:00 UTC"),
        ("early", b"2026-02-02 10:00:00 UTC"),
    ):
        hand_in(course, student, solved(course), files={"timestamp.txt": time})
    hand_in(course, "timeless", solved(course), files={"timestamp.txt": b"yesterday?"})
    autograde(course)
    assert ("late", "hw", datetime.datetime(2026, 3, 2, 10), False, 5) in dump(course)
    assert ("early", "hw", datetime.datetime(2026, 2, 2, 10), False, None) in dump(course)
    assert ("timeless", "hw", None, False, None) in dump(course)


def test_what_is_graded_is_left_alone_until_something_else_comes(course):
    first = {"timestamp.txt": b"2026-01-01 00:00:00 UTC"}
    hand_in(course, "student-1", solved(course, "double = abs"), files=first)
    autograde(course)
    assert autograde(course).results == []
    hand_in(course, "student-1", solved(course))
    assert len(autograde(course).results) == 1 and scores(course, "student-1")["twice"] == 2
    assert autograde(course).results == []
    second = {"timestamp.txt": b"2026-01-02 00:00:00 UTC"}
    hand_in(course, "student-1", files=second)
    assert len(autograde(course).results) == 1
    assert len(autograde(course, force=True).results) == 1


def test_students_can_be_chosen_and_excluded(course):
    for student in "a-1", "a-2", "b-1":
        hand_in(course, student, solved(course))
    course.student_id, course.student_id_exclude = "a-*", "a-2"
    assert [result.student for result in autograde(course).results] == ["a-1"]


def test_students_are_made_only_if_that_is_wanted(course):
    hand_in(course, "stranger", solved(course))
    with pytest.raises(NbGraderException):
        autograde(course, create_student=False)
    assert dump(course) == []


def test_own_preprocessors_run_after_the_execution(course):
    course.config.LimitOutput.max_lines = 5
    course.config.IgnorePattern.enabled, course.config.IgnorePattern.pattern = True, "x"
    hand_in(course, "student-1", solved(course, "double = abs\nfor k in range(99): print(k)"))
    autograde(course)
    (output,) = named(graded(course, "student-1"), "double").outputs
    assert output.text.count("\n") == 4 and output.text.endswith("truncated ...")


def test_hooks_are_called(course):
    called = []
    for name in "pre_convert_hook", "post_convert_hook":
        course.config.Autograde[name] = lambda name=name, **options: called.append(name)
    for student in "student-1", "student-2":
        hand_in(course, student, solved(course))
    autograde(course)
    assert called == ["pre_convert_hook", "post_convert_hook", "post_convert_hook"]


def test_outputs_that_were_handed_in_are_never_taken_for_results(course, caplog):
    course.config.Execute.enabled = course.config.ClearOutput.enabled = False  # --no-execute
    hand_in(course, "student-1", solved(course, "raise NotImplementedError()"))
    autograde(course)
    assert scores(course, "student-1")["twice"] == 0
    assert "--no-execute has no effect" in caplog.text


def test_permissions_are_those_that_are_configured(course):
    folder = hand_in(course, "student-1", solved(course))
    autograde(course)
    out = Path(str(folder).replace("submitted", "autograded")) / "hw.ipynb"
    assert out.stat().st_mode & 0o777 == 0o444
    course.groupshared = True
    autograde(course, force=True)
    assert out.stat().st_mode & 0o777 == 0o664 and out.parent.stat().st_mode & 0o2770 == 0o2770


def test_an_assignment_that_was_never_generated_is_named_with_the_remedy(course):
    course.assignment_id = "hw9"
    with pytest.raises(NbGraderException, match="nbgrader generate_assignment hw9"):
        autograde(course)
    course.assignment_id = "hw"
    with pytest.raises(NbGraderException, match="No submission was found"):
        autograde(course)


def spoiled(course, how):
    notebook = solved(course)
    data = json.loads(nbformat.writes(notebook))
    for one in data["cells"]:
        how(one)
    return json.dumps(data).encode()


def test_no_submission_stops_the_others(course):
    """A class with everything that has ever gone wrong, and one right notebook at its end."""
    odd = solved(course)
    odd.cells += [named(odd, "twice"), named(odd, "tools")]  # stock nbgrader stops the whole class
    hand_in(course, "a-copied", odd)
    hand_in(course, "b-broken", b'{"cells": [')
    hand_in(
        course, "c-old", spoiled(course, lambda c: c["metadata"].update(nbgrader={"grade_id": 1}))
    )
    hand_in(course, "d-link").joinpath("hw.ipynb").symlink_to(
        Path(course.root) / "source" / "hw" / "hw.ipynb"
    )
    hand_in(course, "e-empty")
    hand_in(course, "f-renamed", solved(course), "hw (1).ipynb")
    newer = nbformat.writes(solved(course)).replace('"schema_version": 3', '"schema_version": 99')
    hand_in(course, "g-newer", newer.encode())
    kernel = solved(course)
    kernel.metadata = {"kernelspec": {"name": "julia", "display_name": "J"}, "x": {"y": [1] * 999}}
    hand_in(course, "h-kernel", kernel)
    hand_in(course, "i odd 'name' ü &<b>", solved(course))
    Path(course.root, "submitted", "j-file").mkdir()
    Path(course.root, "submitted", "j-file", "hw").write_text("not a folder")
    Path(course.root, "submitted", "k-alias").symlink_to(Path(course.root, "submitted", "z-right"))
    hand_in(course, "z-right", solved(course))
    right = {"twice": 2, "zero": 2, "part": 1, "why": 0, "draw": None}
    step = autograde(course)
    results = {result.student: result for result in step.results}
    assert len(results) == 12 and not step.failed
    for student in "a-copied", "g-newer", "h-kernel", "i odd 'name' ü &<b>", "z-right":
        assert scores(course, student) == right and not results[student].review, student
    assert scores(course, "f-renamed") == right and results["f-renamed"].review
    for student in "b-broken", "d-link", "e-empty", "j-file", "k-alias":
        assert sum(filter(None, scores(course, student).values())) == 0
        assert results[student].review and (student, "hw", None, True, None) in dump(course)
    assert graded(course, "h-kernel").metadata.kernelspec.name == "python3"


def test_a_folder_whose_name_is_no_text_is_named_and_the_others_are_graded(course):
    hand_in(course, "student-1", solved(course))
    hand_in(course, "student-\udcff", solved(course))
    with pytest.raises(NbGraderException, match="1 submissions could not be graded"):
        autograde(course)
    assert scores(course, "student-1")["twice"] == 2


def test_a_grader_that_fails_on_a_right_notebook_gives_nobody_a_mark(course, double, monkeypatch):
    hand_in(course, "student-1", solved(course))
    monkeypatch.setattr(double, "_one", lambda self, cell, space: double_died(cell))
    with pytest.raises(NotWorking, match="fails on a notebook that is right"):
        autograde(course)
    assert dump(course) == []


def double_died(cell):
    return CellResult(cell.name, [], "died")


def test_two_graders_do_not_work_on_one_course(course):
    hand_in(course, "student-1", solved(course))
    with alone(course.root), pytest.raises(NbGraderException, match="Another grader"):
        autograde(course)
    assert len(autograde(course).results) == 1


def test_a_copied_course_is_graded_alike(course, made_course, tmp_path):
    other = copy_course(made_course, tmp_path / "other")
    for one in course, other:
        for student in "a", "b", "c":
            hand_in(one, student, solved(one))
    autograde(course, workers=1)
    autograde(other, workers=3)
    assert dump(course) == dump(other)
