"""nbgrader itself, on the demo class: everybody gets what is known beforehand."""

import csv

from assignments import course as nb
from assignments.demo_class import make_class
from assignments.grade_class import main


def test_the_demo_class_gets_the_marks_it_should(name, tmp_path, capsys):
    root = tmp_path / "course"
    (root / "submitted" / "left-over").mkdir(parents=True)
    (root / "gradebook.db").write_bytes(b"from an interrupted run")

    course = main(["--assignment", name], root)

    handed_in = list(make_class(name, nb.notebook(course, "release", name)))
    assert len(handed_in) >= 7
    shown = capsys.readouterr().out
    for student, _, loses, _ in handed_in:
        page = nb.notebook(course, "feedback", name, student).with_suffix(".html")
        scores = nb.grades(course, name, student)
        if loses is None:
            assert f"{student}" in shown and "not graded: the file is not a notebook" in shown
            assert not page.exists()
            continue
        assert {cell for cell, (score, _) in scores.items() if score == 0} == loses, student
        assert {
            cell for cell, (score, most) in scores.items() if score == most
        } == scores.keys() - loses
        assert page.stat().st_size > 10_000
    with open(root / "grades.csv", encoding="utf-8") as file:
        marks = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert marks.keys() == {submission.student for submission in handed_in}
    assert marks["right"] == marks["right-otherwise"] == 20 and marks["untouched"] == 0
    assert "trusted code" in shown and "grades.csv" in shown
