"""Pseudonyms, and the removal of a term's student data."""

import os
import sqlite3
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from rnncourse.grading import privacy
from tests.grading.lms_course import grade, make_course


@pytest.fixture
def used(tmp_path):
    """A course folder after a term."""
    course = make_course(tmp_path / "course", config="c.CourseDirectory.course_id = 'rnn'\n")
    grade(course, {"student-001": {"forward": 4, "backward": 6}})
    root = Path(course.root)
    for file in (
        "submitted/student-001/a3_lstm/a3_lstm.ipynb",
        "autograded/student-001/a3_lstm/a3_lstm.ipynb",
        "feedback/student-001/a3_lstm/a3_lstm.html",
        "downloaded/a3_lstm/archive/submissions.zip",
        "exports/a3_lstm/marks-canvas.csv",
        "grades.csv", "nbgrader.log", ".nbgrader.log", "gradebook.db.bak", ".grading.lock",
        "mutants/a3_lstm.toml",
    ):  # fmt: skip
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text("student-001")
    privacy.read_key(root)
    return course


def names(root):
    return {path.name for path in Path(root).iterdir()}


def forget(course, *arguments, answer=None):
    asked = []

    def ask(question):
        asked.append(question)
        return answer

    privacy.main(["--course", str(course.root), *arguments], ask=ask)
    return asked


def test_without_delete_everything_is_listed_and_nothing_removed(used, capsys):
    before = names(used.root)
    assert forget(used) == []
    shown = capsys.readouterr().out
    for name in before - {"nbgrader_config.py", "source", "release", "mutants"}:
        assert f"{used.root}/{name}: " in shown, name
    assert "Nothing was removed" in shown and names(used.root) == before


def test_deletion_asks_and_leaves_the_course_without_students(used, capsys):
    (asked,) = forget(used, "--delete", answer="course")
    assert "cannot be undone" in asked
    assert names(used.root) == {"nbgrader_config.py", "source", "release", "mutants"}
    left = [path for path in Path(used.root).rglob("*") if path.is_file()]
    assert len(left) == 4  # settings, source, release, mutants
    forget(used)
    assert "There is no student data" in capsys.readouterr().out


@pytest.mark.parametrize("answer", ["", "yes", "Course"])
def test_any_other_answer_removes_nothing(used, answer):
    before = names(used.root)
    with pytest.raises(SystemExit, match="nothing was removed"):
        forget(used, "--delete", answer=answer)
    assert names(used.root) == before


def test_what_a_link_leads_to_stays(used, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "thesis.txt").write_text("not the course's")
    os.symlink(elsewhere, Path(used.root, "submitted", "student-002"))
    os.symlink(elsewhere, Path(used.root, "gradebook.db.old"))
    forget(used, "--delete", answer="course")
    assert (elsewhere / "thesis.txt").exists()
    assert not os.path.lexists(Path(used.root, "gradebook.db.old"))


def test_the_exchange_is_emptied_of_this_course_alone(used, tmp_path):
    exchange = tmp_path / "exchange"
    for course, step in (
        ("rnn", "inbound"),
        ("rnn", "feedback"),
        ("rnn", "outbound"),
        ("b", "inbound"),
    ):
        (exchange / course / step / "student-001").mkdir(parents=True)
    forget(used, "--delete", "--exchange", str(exchange), answer="course")
    assert names(exchange / "rnn") == {"outbound"} and names(exchange / "b") == {"inbound"}


def test_students_leave_a_gradebook_elsewhere_and_its_file_forgets_them(tmp_path):
    elsewhere = tmp_path / "term.db"
    config = f"c.CourseDirectory.db_url = 'sqlite:///{elsewhere}'\n"
    course = make_course(tmp_path / "course", config=config)
    grade(course, {"student-001": {"forward": 4, "backward": 6}})
    with Gradebook(course.db_url, course.course_id) as gradebook:
        for n in range(60):
            gradebook.add_student(f"student-1{n:02}", first_name="x" * 120)
        gradebook.engine.dispose()
    assert b"student-001" in elsewhere.read_bytes()
    forget(course, "--delete", answer="course")
    with Gradebook(course.db_url, course.course_id) as gradebook:
        assert gradebook.students == [] and gradebook.find_assignment("a3_lstm")
        gradebook.engine.dispose()
    assert b"student-001" not in elsewhere.read_bytes()
    with sqlite3.connect(elsewhere) as rows:
        assert rows.execute("pragma freelist_count").fetchone() == (0,)
        for table in "submitted_assignment", "submitted_notebook", "grade", "comment":
            assert rows.execute(f"select count(*) from {table}").fetchone() == (0,), table
    rows.close()


def test_a_pseudonym_needs_the_key_and_stays_for_a_term(tmp_path):
    key = privacy.read_key(tmp_path)
    assert privacy.read_key(tmp_path) == key and len(key) == 32
    assert (tmp_path / privacy.KEY).stat().st_mode & 0o777 == 0o600
    first = privacy.pseudonym("student-001", key)
    assert first == privacy.pseudonym("student-001", key) != privacy.pseudonym("student-002", key)
    assert first != privacy.pseudonym("student-001", bytes(32))
    many = {privacy.pseudonym(f"student-{n}", key) for n in range(2000)}
    assert len(many) == 2000


def test_a_damaged_key_is_named(tmp_path):
    (tmp_path / privacy.KEY).write_text("short")
    with pytest.raises(SystemExit, match="64 hexadecimal digits"):
        privacy.read_key(tmp_path)
