"""End to end: a made class of 300, from the platform's zip to the platform's import file."""

import csv
import io
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

import nbformat
import pytest

from rnncourse.grading.lms import collect, give_back
from tests.grading import downloads
from tests.grading.lms_course import grade, make_course


def run(command, course, *arguments):
    return command.main([*map(str, arguments), "--assignment", "a3_lstm", "--course", course.root])


def submitted(course, student, file="a3_lstm.ipynb"):
    return Path(course.root, "submitted", student, "a3_lstm", file)


def rows(path, encoding="utf-8"):
    with open(path, encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def contents(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_from_canvas_and_back(tmp_path, capsys):
    course = make_course(tmp_path / "course", due=downloads.DUE.replace(tzinfo=None))
    handed_in = downloads.canvas_zip(tmp_path / "submissions.zip")
    export = tmp_path / "gradebook.csv"
    downloads.canvas_export(export)

    run(collect, course, tmp_path / "submissions.zip", "--roster", export)
    shown = capsys.readouterr().out

    assert {path.name for path in Path(course.root, "submitted").iterdir()} == handed_in
    odd = {"student-024": "meine Lösung.ipynb", "student-027": "x_90001_5_a3_lstm.ipynb"}
    assert all(submitted(course, student, name).exists() for student, name in odd.items())
    for student in handed_in - odd.keys():
        attempt = 2 if 30 <= downloads.number(student) < 40 else 1
        first = nbformat.read(submitted(course, student), 4).cells[1].source
        assert first == f"# {student} attempt {attempt}"
    assert not (tmp_path / "student-001_a3_lstm.ipynb").exists()

    on_time = submitted(course, "student-001", "timestamp.txt").read_text()
    assert on_time == downloads.DUE.strftime("%Y-%m-%d %H:%M:%S UTC")
    late = submitted(course, "student-041", "timestamp.txt").read_text()
    assert late == downloads.ZIPPED.strftime("%Y-%m-%d %H:%M:%S UTC")

    top = Path(course.root, "downloaded", "a3_lstm")
    reasons = {row["file"]: row["reason"] for row in rows(top / "unmatched.csv")}
    assert len(reasons) == 14, reasons
    for part, reason in {
        "strangernobody_777777": "nobody in the class list has the platform id 777777",
        "test021student_90021": "not a notebook",
        "test023student_90023": "zip bomb",
        "../student-001": "leads out of the folder",
        "test030student_90030": "a later attempt counts",
    }.items():
        assert any(part in file and reason in why for file, why in reasons.items()), part
    assert "297 students: 297 new" in shown and "student-020" in shown
    collected = {row["student"]: row for row in rows(top / "collected.csv")}
    assert sum(row["late"] == "late" for row in collected.values()) == 10

    grade(
        course,
        {
            student: {"forward": 4, "backward": downloads.number(student) % 7}
            for student in handed_in
        },
        penalties={"student-041": 2.0},
    )
    feedback = Path(course.root, "feedback", "student-013", "a3_lstm", "a3_lstm.html")
    feedback.parent.mkdir(parents=True)
    feedback.write_text("<html><style>p{}</style><body><p>Well done</p></body></html>")
    run(give_back, course, "--to", "canvas", "--export", export)

    text = Path(course.root, "exports", "a3_lstm", "marks-canvas.csv").read_text("utf-8")
    table = list(csv.reader(io.StringIO(text)))
    assert table[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "a3_lstm (4711)"]
    assert table[2][0] == "    Points Possible" and table[2][-1] == "10.00"
    marks = {row[3]: row[5] for row in table[3:]}
    assert len(marks) == 301
    for student in downloads.ids():
        right = f"{4 + downloads.number(student) % 7}" if student in handed_in else ""
        if student == "student-041":
            right = f"{4 + 41 % 7 - 2}"
        assert marks[student] == right, student
    assert [row[0] for row in table if "1+1" in row[0]] == ["'=1+1, Formula"]

    with zipfile.ZipFile(Path(course.root, "exports", "a3_lstm", "feedback-canvas.zip")) as pages:
        (page,) = pages.namelist()
        shown = nbformat.reads(pages.read(page).decode(), 4)
    nbformat.validate(shown)
    assert page == downloads.canvas_name("student-013", 1_000_130, "a3_lstm.ipynb")
    assert shown.cells[1].outputs[0].data["text/html"] == "<p>Well done</p>"


def test_collecting_again_changes_nothing_and_a_later_download_replaces_what_it_must(
    tmp_path, capsys
):
    course = make_course(tmp_path / "course")
    downloads.canvas_zip(tmp_path / "submissions.zip")
    downloads.canvas_export(tmp_path / "gradebook.csv")
    first = run(
        collect, course, tmp_path / "submissions.zip", "--roster", tmp_path / "gradebook.csv"
    )
    before = contents(Path(course.root, "submitted"))
    lists = contents(Path(course.root, "downloaded"))

    again = run(
        collect, course, tmp_path / "submissions.zip", "--roster", tmp_path / "gradebook.csv"
    )

    assert set(first.changed.values()) == {"new"} and set(again.changed.values()) == {"same"}
    assert contents(Path(course.root, "submitted")) == before
    assert contents(Path(course.root, "downloaded")) == lists

    with zipfile.ZipFile(tmp_path / "resubmitted.zip", "w") as archive:
        name = downloads.canvas_name("student-005", 3_000_000, "a3_lstm-2.ipynb", late=True)
        week = downloads.ZIPPED + timedelta(days=7)
        downloads.add(archive, name, downloads.work("student-005", 3), week)
    third = run(
        collect, course, tmp_path / "resubmitted.zip", "--roster", tmp_path / "gradebook.csv"
    )

    assert [s for s, what in third.changed.items() if what == "replaced"] == ["student-005"]
    assert submitted(course, "student-005").read_bytes() == downloads.work("student-005", 3)
    kept = Path(course.root, "downloaded", "a3_lstm", "replaced", "student-005", "001")
    assert (kept / "a3_lstm.ipynb").read_bytes() == downloads.work("student-005")


@pytest.mark.parametrize("flat", [False, True], ids=["folders", "flat"])
def test_from_moodle_and_back(tmp_path, flat):
    course = make_course(tmp_path / "course")
    sheet = tmp_path / "Grades.csv"
    downloads.moodle_zip(tmp_path / "download.zip", flat=flat)
    downloads.moodle_worksheet(sheet)

    run(collect, course, tmp_path / "download.zip", "--roster", sheet)

    for student in downloads.ids():
        attempt = 2 if downloads.number(student) % 10 == 0 else 1
        assert submitted(course, student).read_bytes() == downloads.work(student, attempt)
    moment = downloads.DUE - timedelta(minutes=7)
    stamp = submitted(course, "student-007", "timestamp.txt").read_text()
    assert stamp == moment.strftime("%Y-%m-%d %H:%M:%S UTC")

    grade(course, {student: {"forward": 4, "backward": 2.5} for student in downloads.ids()[:200]})
    page = Path(course.root, "feedback", "student-015", "a3_lstm", "a3_lstm.html")
    page.parent.mkdir(parents=True)
    page.write_text("<p>Look at the bias")
    run(give_back, course, "--to", "moodle", "--export", sheet)

    filled, given = rows(Path(course.root, "exports", "a3_lstm", "marks-moodle.csv")), rows(sheet)
    assert [row["Grade"] for row in filled] == ["6.5"] * 200 + [""] * 100
    assert list(filled[0]) == list(given[0])
    assert [row["Identifier"] for row in filled] == [row["Identifier"] for row in given]
    with zipfile.ZipFile(Path(course.root, "exports", "a3_lstm", "feedback-moodle.zip")) as pages:
        (name,) = pages.namelist()
    assert moodle_takes(name) == (90015, "/a3_lstm.html")


def moodle_takes(path):
    """How Moodle's import reads a path: the participant, and the file's name for the student."""
    parts = path.split("/")
    while parts:
        person, *info = parts.pop(0).split("_", 4)
        if len(info) >= 3 and info[0].isdigit() and info[1:3] == ["assignsubmission", "file"]:
            return int(info[0]), "/".join([info[3] if len(info) == 4 else "", *parts])
    return None


def test_nbgraders_own_command_takes_the_collector(tmp_path):
    from nbgrader.apps import ZipCollectApp

    course = make_course(tmp_path / "course")
    downloads.moodle_worksheet(tmp_path / "Grades.csv", size=3)
    archive = Path(course.root, "downloaded", "a3_lstm", "archive")
    archive.mkdir(parents=True)
    downloads.moodle_zip(archive / "download.zip", size=3)
    (archive / "stranger.ipynb").write_bytes(downloads.work("stranger"))
    (archive / ".DS_Store").write_bytes(b"a desktop's")
    (archive / "link.ipynb").symlink_to("/etc/hostname")
    app = ZipCollectApp()
    path = list(sys.path)
    try:
        app.initialize([
            "a3_lstm", f"--CourseDirectory.root={course.root}", "--log-level=ERROR",
            "--collector=rnncourse.grading.lms.collectors.LmsCollector",
            "--extractor=rnncourse.grading.lms.unzip.SafeExtractor",
            f"--LmsCollector.roster={tmp_path / 'Grades.csv'}",
        ])  # fmt: skip
        app.start()
    finally:
        sys.path[:] = path
        app.reset()
    assert len(list(Path(course.root, "submitted").iterdir())) == 3
    for student in downloads.ids(3):
        assert submitted(course, student).read_bytes() == downloads.work(student)
