"""The demo class: everybody gets what is known beforehand, and nobody stops the others."""

import csv

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory

from assignments import course as nb
from assignments import grade_class
from assignments.demo_class import make_class
from assignments.demo_trouble import TROUBLES
from rnncourse.grading.sandbox import NoSandbox


def flagged(course, name):
    with Gradebook(course.db_url) as gradebook:
        books = gradebook.notebook_submissions(name, name)
        found = {book.student.id for book in books if book.flagged}
        gradebook.engine.dispose()
    return found


def test_the_demo_class_gets_the_marks_it_should(name, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(grade_class, "CELL_SECONDS", 5)
    root = tmp_path / "course"
    (root / "submitted" / "left-over").mkdir(parents=True)
    (root / "gradebook.db").write_bytes(b"from an interrupted run")

    assert grade_class.main(["--assignment", name], root) == 0

    course = CourseDirectory(root=str(root))
    handed_in = list(make_class(name, nb.notebook(course, "release", name)))
    assert len(handed_in) >= 7
    shown = capsys.readouterr().out
    for student, _, loses, _ in handed_in:
        page = nb.notebook(course, "feedback", name, student).with_suffix(".html")
        scores = nb.grades(course, name, student)
        loses = scores.keys() if loses is None else loses
        assert {cell for cell, (score, _) in scores.items() if score == 0} == loses, student
        full = {cell for cell, (score, most) in scores.items() if score == most}
        assert full == scores.keys() - loses
        text = page.read_text("utf-8")
        assert "HIDDEN" not in text and text.count("<h2") >= 2
    with open(root / "grades.csv", encoding="utf-8") as file:
        marks = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert marks["right"] == marks["right-otherwise"] == 20 and marks["untouched"] == 0
    for make, earns, _ in TROUBLES:
        student = make.__name__.replace("_", "-")
        earned = {20: "all", 0: "nothing"}.get(marks[student], "some")
        assert earned == earns, student
        assert f"\n  {student} " in shown
    expected = {make.__name__.replace("_", "-") for make, _, looks in TROUBLES if looks}
    assert flagged(course, name) == expected | {"broken-json"}
    assert "Flagged for review" in shown and "grades.csv" in shown and "feedback/" in shown


def test_a_solution_behind_a_link_is_nowhere_in_the_course(tmp_path, capsys):
    name = nb.assignments()[-1]
    root = tmp_path / "course"
    course = nb.new_course(root, [name])
    grade_class.hand_in(course, name)
    course.student_id = "linked"
    grade_class.grade(course, name)
    for step in "autograded", "feedback":
        for path in (root / step / "linked").rglob("*.*"):
            assert "BEGIN SOLUTION" not in path.read_text("utf-8")
    book = nbformat.read(nb.notebook(course, "autograded", name, "linked"), as_version=4)
    assert "symbolic link" in book.metadata.grading.review[0]


def test_without_a_sandbox_it_refuses_with_a_line(tmp_path, capsys, monkeypatch):
    def refuse(*args):
        raise NoSandbox("No sandbox here: run make doctor.")

    monkeypatch.setattr(grade_class, "grade", refuse)
    assert grade_class.main(["--assignment", nb.assignments()[0]], tmp_path / "course") == 2
    assert "No sandbox here: run make doctor." in capsys.readouterr().out


@pytest.mark.parametrize("option", ["--help", "--assignment=none"])
def test_the_command_explains_itself(option, capsys):
    with pytest.raises(SystemExit):
        grade_class.main([option])
    told = capsys.readouterr()
    assert "--unsafe" in told.out + told.err
