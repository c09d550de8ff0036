"""course.toml: what it says is done, and what it cannot say is refused with the reason."""

import datetime
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.converters.base import NbGraderException

from rnncourse.grading.policy import BadPolicy, Late, Policy, read_policy
from tests.grading.homework import (
    answer,
    autograde,
    check,
    copy_course,
    dump,
    give_feedback,
    graded,
    hand_in,
    make_course,
    scores,
    solved,
)

pytestmark = pytest.mark.usefixtures("double")

EXAMPLE = """
name = "Recurrent networks"
seed = 814723

[late]
per_day = 0.1
grace_minutes = 15
at_most = 0.5

[assignments.hw]
due = 2026-03-01T12:00:00+01:00
points = 20

[extensions.student-017]
hw = 2026-03-04T12:00:00+01:00
"""


def write(folder, text):
    Path(folder, "course.toml").write_text(text, "utf-8")


def test_no_file_is_an_empty_policy(tmp_path):
    assert read_policy(tmp_path) == Policy()


def test_an_example_is_read(tmp_path):
    write(tmp_path, EXAMPLE)
    policy = read_policy(tmp_path)
    due = datetime.datetime(2026, 3, 1, 11, tzinfo=datetime.UTC)
    assert policy.name == "Recurrent networks" and policy.seed == 814723
    assert policy.late == Late(0.1, 15, 0.5)
    assert policy.due == {"hw": due} and policy.points == {"hw": 20}
    assert policy.extension("student-017", "hw") == datetime.timedelta(days=3)
    assert policy.extension("student-017", "other") is None
    assert policy.extension("student-001", "hw") is None


@pytest.mark.parametrize(
    ("minutes", "points"),
    [(0, 0), (15, 0), (15.1, 1), (24 * 60, 1), (24 * 60 + 1, 2), (4.5 * 24 * 60, 5), (1e6, 5)],
)
def test_what_lateness_costs(minutes, points):
    assert Late(0.1, 15, 0.5).penalty(10.0, 60 * minutes) == pytest.approx(points)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", "cannot be read"),
        ("nmae = 'x'", "nmae is unknown; possible are name, seed, late"),
        ("name = 3", "name should be a text, not 3"),
        ("seed = -1", "seed should be a whole number from 0 on"),
        ("seed = true", "seed should be a whole number from 0 on"),
        ("seed = 1.5", "seed should be a whole number, not 1.5"),
        ("late = 0.1", "late should be a table"),
        ("[late]\ngrace_minutes = 5", "late.per_day is missing"),
        ("[late]\nper_day = 10", "late.per_day should be a number, at least 0 and at most 1"),
        ("[late]\nper_day = true", "late.per_day should be a number"),
        ("[late]\nper_day = 0.1\ngrace_minutes = -5", "late.grace_minutes should be a number"),
        ("[late]\nper_day = 0.1\nper_week = 1", "late.per_week is unknown"),
        ("[assignments.hw]\ndue = 2026-03-01", "assignments.hw.due should be a date and time"),
        ("[assignments.hw]\ndue = 2026-03-01T12:00:00", "with its zone"),
        ("[assignments.hw]\ndate = 3", "assignments.hw.date is unknown"),
        ("[assignments]\nhw = 3", "assignments.hw should be a table"),
        ("[assignments.hw]\npoints = 'many'", "assignments.hw.points should be a number"),
        ("[extensions.s]\nhw = 2026-03-01T12:00:00Z", "extends a due date that assignments"),
        (
            EXAMPLE.replace("03-04", "02-04"),
            "extensions.student-017.hw is earlier than the due date",
        ),
    ],
)
def test_what_cannot_be_followed_is_refused_with_the_place(tmp_path, text, message):
    write(tmp_path, text)
    with pytest.raises(BadPolicy, match="course.toml.*" + message):
        read_policy(tmp_path)


def test_grading_stops_before_the_first_submission(course):
    write(course.root, "nmae = 'x'")
    hand_in(course, "student-1", solved(course))
    with pytest.raises(NbGraderException, match="nmae is unknown"):
        autograde(course)
    assert dump(course) == []


def test_a_mistake_in_the_file_leaves_feedback_pages_as_they_are(course):
    hand_in(course, "student-1", solved(course))
    autograde(course)
    before = give_feedback(course, "student-1")
    write(course.root, "nmae = 'x'")
    with pytest.raises(NbGraderException, match="nmae is unknown"):
        give_feedback(course, "student-1")
    course.student_id = "*"
    (page,) = Path(course.root, "feedback", "student-1", "hw").glob("*.html")
    assert page.read_text("utf-8") == before


def rows(course):
    return {row[0]: row for row in dump(course) if len(row) == 5 and row[1] == "hw"}


def late_class(course):
    for student, day in ("student-017", 3), ("student-001", 3), ("student-002", 1):
        time = f"2026-03-0{day} 10:00:00 UTC".encode()
        hand_in(course, student, solved(course), files={"timestamp.txt": time})


def test_due_dates_extensions_and_penalties_come_from_the_file(course):
    write(course.root, EXAMPLE)
    late_class(course)
    autograde(course)
    penalties = {student: row[-1] for student, row in rows(course).items()}
    assert penalties == {
        "student-001": pytest.approx(0.2 * 5),
        "student-002": None,
        "student-017": None,
    }
    with Gradebook(course.db_url) as gradebook:
        assert gradebook.find_assignment("hw").duedate == datetime.datetime(2026, 3, 1, 11)
        gradebook.engine.dispose()


def test_a_changed_file_counts_for_what_is_graded_already(course):
    late_class(course)
    autograde(course)
    assert all(row[-1] is None for row in rows(course).values())
    write(course.root, EXAMPLE)
    assert autograde(course).results == []
    assert rows(course)["student-001"][-1] == pytest.approx(1.0)
    write(course.root, EXAMPLE.replace("student-017", "student-001"))
    autograde(course)
    penalties = {student: row[-1] for student, row in rows(course).items()}
    assert penalties["student-001"] is None and penalties["student-017"] == pytest.approx(1.0)


def test_the_courses_name_stands_on_feedback_pages(course):
    write(course.root, EXAMPLE.replace("Recurrent networks", "Networks <b>1</b>"))
    hand_in(course, "student-1", solved(course))
    autograde(course)
    shown = give_feedback(course, "student-1")
    assert "(Networks &lt;b&gt;1&lt;/b&gt;)</title>" in shown and "<b>1</b>" not in shown


def test_the_seed_takes_the_place_of_the_one_in_the_tests(tmp_path):
    hidden = "COURSE_SEED = 2026\nassert a == COURSE_SEED"
    course = make_course(tmp_path / "c", {"hw": [answer("a"), check("t", "a", hidden)]})
    other = copy_course(course, tmp_path / "other")
    write(other.root, "seed = 7")
    for one, right, wrong in (course, 2026, 7), (other, 7, 2026):
        hand_in(one, "right", solved(one, f"a = {right}"))
        hand_in(one, "wrong", solved(one, f"a = {wrong}"))
        autograde(one)
        assert scores(one, "right") == {"t": 2} and scores(one, "wrong") == {"t": 0}
    assert "7" not in [c.source for c in graded(other, "wrong").cells if "COURSE_SEED" in c.source]
