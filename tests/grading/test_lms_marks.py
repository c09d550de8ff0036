"""Marks in the platforms' files: right columns, right points, nothing that computes."""

import csv
import runpy
import zipfile
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from rnncourse.grading import privacy
from rnncourse.grading.lms import collect, give_back, table
from rnncourse.grading.report import __main__ as report
from tests.grading import downloads
from tests.grading.downloads import canvas_export, moodle_worksheet
from tests.grading.lms_course import grade, make_course

FULL = {"forward": 4, "backward": 6}


@pytest.fixture
def course(tmp_path):
    made = make_course(tmp_path / "course")
    marks = {"student-001": FULL, "student-002": FULL | {"backward": 1.255}}
    grade(made, marks, penalties={"student-002": 20})
    return made


def run(course, *arguments):
    command = ["--assignment", "a3_lstm", "--course", course.root, *arguments]
    give_back.main(list(map(str, command)))


def result(course, name):
    with open(Path(course.root, "exports", "a3_lstm", name), encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+SUM(A1)", "-cmd|'/c calc'!A0", "@x", "\t=1", "\r=1", "＝1", " =1", "=", "\n=1"],
)
def test_no_cell_computes(tmp_path, cell):
    table.write(tmp_path / "t.csv", ["a", "b"], [["x", cell]])
    with open(tmp_path / "t.csv", encoding="utf-8", newline="") as file:
        written = list(csv.reader(file))[1][1]
    assert written == ("'" + cell if len(cell.strip()) > 1 else cell)


@pytest.mark.parametrize("cell", ["-3.5", "+2", "12", "a=b", "Test, A-B", "", None, -1.5, "-"])
def test_numbers_and_words_stay_as_they_are(cell):
    assert table.harmless(cell) == ("" if cell is None else str(cell))


def test_nbgraders_table_quotes_what_it_must(course):
    with Gradebook(course.db_url, course.course_id) as gradebook:
        names = {"first_name": '=HYPERLINK("x")', "last_name": 'Test, "A"'}
        gradebook.update_or_create_student("student-001", **names)
        gradebook.add_student("student-003")
        gradebook.engine.dispose()
    run(course, "--to", "nbgrader")
    header, *rows = result(course, "marks-nbgrader.csv")
    one, two, three = sorted(rows, key=lambda row: row[3])
    row = dict(zip(header, one, strict=True))
    assert row["last_name"] == 'Test, "A"' and row["first_name"] == '\'=HYPERLINK("x")'
    assert (row["raw_score"], row["score"], row["max_score"]) == ("10.0", "10.0", "10.0")
    assert two[-4:] == ["5.255", "20.0", "0.0", "10.0"]  # a penalty takes no more than there is
    assert three[3] == "student-003" and three[-2] == "0.0"


def test_an_assignment_counts_what_the_policy_says(course):
    Path(course.root, "course.toml").write_text("[assignments.a3_lstm]\npoints = 5", "utf-8")
    run(course, "--to", "nbgrader")
    header, *rows = result(course, "marks-nbgrader.csv")
    one, two = sorted(rows, key=lambda row: row[3])
    assert one[-4:] == ["5.0", "0.0", "5.0", "5.0"] and two[-4:] == ["2.6275", "10.0", "0.0", "5.0"]
    Path(course.root, "course.toml").write_text("points = 5", "utf-8")
    with pytest.raises(SystemExit, match="points is unknown"):
        run(course, "--to", "nbgrader")


def test_canvas_gets_its_own_lines_back_and_one_column(course, tmp_path, capsys):
    with Gradebook(course.db_url, course.course_id) as gradebook:
        gradebook.add_student("student-003")  # who handed in nothing
        gradebook.engine.dispose()
    canvas_export(tmp_path / "g.csv", separator=";")
    run(course, "--to", "canvas", "--export", tmp_path / "g.csv")
    header, manual, points, *rows = result(course, "marks-canvas.csv")
    assert header == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "a3_lstm (4711)"]
    assert "Manual Posting" not in manual and points[-1] == "10.00"
    assert [row[-1] for row in rows[:3]] == ["10", "0", ""]


def test_a_mark_that_falls_and_a_student_who_is_gone_are_named(course, tmp_path, capsys):
    canvas_export(tmp_path / "g.csv")
    text = (tmp_path / "g.csv").read_text("utf-8").splitlines()
    before = text[3].replace('"3.00","",', '"3.00","11",')  # student-001 had a bonus
    (tmp_path / "g.csv").write_text("\n".join([*text[:3], before, *text[5:]]), "utf-8")
    run(course, "--to", "canvas", "--export", tmp_path / "g.csv")
    shown = capsys.readouterr().out
    assert "student-001: the mark falls from 11 to 10" in shown
    assert "student-002: has a mark, but is not in the platform's file" in shown


def test_a_submission_that_waits_for_a_person_is_named(course, tmp_path, capsys):
    with Gradebook(course.db_url, course.course_id) as gradebook:
        gradebook.find_grade(
            "forward", "a3_lstm", "a3_lstm", "student-001"
        ).needs_manual_grade = True
        gradebook.db.commit()
        gradebook.engine.dispose()
    for platform, export in ("canvas", canvas_export), ("moodle", moodle_worksheet):
        export(tmp_path / "g.csv")
        run(course, "--to", platform, "--export", tmp_path / "g.csv")
        assert "student-001: waits for a manual grade" in capsys.readouterr().out


@pytest.mark.parametrize("platform", ["canvas", "moodle"])
def test_other_points_are_refused_or_converted(course, tmp_path, platform):
    if platform == "canvas":
        canvas_export(tmp_path / "g.csv", points=50)
    else:
        moodle_worksheet(tmp_path / "g.csv", most=50)
    command = "--to", platform, "--export", tmp_path / "g.csv"
    with pytest.raises(SystemExit, match="says 50 points at most, the gradebook 10.*--scale"):
        run(course, *command)
    assert not Path(course.root, "exports", "a3_lstm", f"marks-{platform}.csv").exists()
    run(course, *command, "--scale")
    found = [cell for row in result(course, f"marks-{platform}.csv") for cell in row]
    assert found.count("50") == 1


def test_another_column_and_columns_that_cannot_be_told_apart(course, tmp_path):
    canvas_export(tmp_path / "g.csv", assignment="LSTM, third sheet")
    command = "--to", "canvas", "--export", tmp_path / "g.csv"
    with pytest.raises(SystemExit, match=r"No columns are called 'a3_lstm'.*Other \(11\)"):
        run(course, *command)
    run(course, *command, "--column", "LSTM, third sheet")
    assert result(course, "marks-canvas.csv")[3][-1] == "10"
    text = (tmp_path / "g.csv").read_text("utf-8").replace("Other (11)", "LSTM, third sheet (12)")
    (tmp_path / "g.csv").write_text(text, "utf-8")
    with pytest.raises(SystemExit, match="2 columns are called"):
        run(course, *command, "--column", "LSTM, third sheet")
    run(course, *command, "--column", "LSTM, third sheet (4711)")


def test_moodle_keeps_what_it_does_not_let_us_change(course, tmp_path, capsys):
    moodle_worksheet(tmp_path / "g.csv")
    text = (tmp_path / "g.csv").read_text("utf-8").replace(",Yes,", ",No,", 1)
    text += "\nParticipants: all,,,,,,,,,,"
    (tmp_path / "g.csv").write_text(text, "utf-8")
    run(course, "--to", "moodle", "--export", tmp_path / "g.csv")
    grades = [row[5] for row in result(course, "marks-moodle.csv")[1:4]]
    assert grades == ["", "0", ""]
    assert "student-001: Moodle does not let this grade be changed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("platform", "text", "message"),
    [
        ("canvas", "id,x\na,1\n", "expected Canvas's gradebook export"),
        ("moodle", "Identifier,Full name\nParticipant 1,A B\n", "Moodle imports one with Ident"),
        ("moodle", "Teilnehmer,Name\n1,A\n", "downloaded with Moodle in English"),
    ],
)
def test_another_file_than_the_platforms_is_refused(course, tmp_path, platform, text, message):
    (tmp_path / "g.csv").write_text(text)
    with pytest.raises(SystemExit, match=message):
        run(course, "--to", platform, "--export", tmp_path / "g.csv")


def test_what_is_missing_is_asked_for(course, tmp_path):
    with pytest.raises(SystemExit, match="--to moodle needs --export: the grading worksheet as"):
        run(course, "--to", "moodle")
    with pytest.raises(SystemExit, match="submissions.zip is not a file; expected the platform"):
        zipped = str(tmp_path / "submissions.zip")
        collect.main([zipped, "--assignment", "a3_lstm", "--course", course.root, "--roster", "x"])


def test_files_by_hand_and_a_download_that_is_no_zip(course, tmp_path, capsys):
    (tmp_path / "list.csv").write_text("id\nstudent-001\nstudent-002\nstudent-003\n")
    for name in "student-001_a3_lstm (1).ipynb", "whose.ipynb":
        (tmp_path / name).write_bytes(downloads.work(name))
    (tmp_path / "broken.zip").write_bytes(b"PK no")
    with zipfile.ZipFile(tmp_path / "mail.zip", "w") as archive:
        archive.writestr("student-002/a3_lstm.ipynb", downloads.work("student-002"))
    given = [tmp_path / name for name in (
        "student-001_a3_lstm (1).ipynb", "whose.ipynb", "broken.zip", "mail.zip"
    )]  # fmt: skip
    collect.main([
        *map(str, given), "--assignment", "a3_lstm", "--course", str(course.root),
        "--roster", str(tmp_path / "list.csv"),
    ])  # fmt: skip
    shown = capsys.readouterr().out
    assert {p.name for p in Path(course.root, "submitted").iterdir()} == {
        "student-001", "student-002",
    }  # fmt: skip
    assert "broken.zip is no zip or damaged" in shown
    assert "'loose/whose.ipynb': its name does not say whose it is" in shown
    assert "Nothing from (1):\n  student-003" in shown


def test_collecting_before_the_assignment_is_generated_and_into_a_used_folder(tmp_path, capsys):
    course = make_course(tmp_path / "course")
    with Gradebook(course.db_url, course.course_id) as gradebook:
        gradebook.remove_assignment("a3_lstm")
        gradebook.engine.dispose()
    roster = tmp_path / "list.csv"
    roster.write_text("id\n" + "\n".join(downloads.ids(40)))
    old = Path(course.root, "submitted", "student-002", "a3_lstm")
    old.mkdir(parents=True)
    (old / "by-hand.ipynb").write_text("an instructor put it here")
    for folder in "monday", "tuesday":
        (tmp_path / folder).mkdir()
        with zipfile.ZipFile(tmp_path / folder / "mail.zip", "w") as archive:
            archive.writestr("student-002/a3_lstm.ipynb", downloads.work(folder))
        given = [str(tmp_path / folder / "mail.zip"), "--roster", str(roster)]
        collect.main([*given, "--assignment", "a3_lstm", "--course", str(course.root)])
    top = Path(course.root, "downloaded", "a3_lstm")
    assert {p.name for p in (top / "archive").iterdir()} == {"mail.zip", "mail.1.zip"}
    assert (top / "replaced" / "student-002" / "001" / "by-hand.ipynb").exists()
    assert "... and 19 more" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="The gradebook has no assignment 'a3_lstm'"):
        run(course, "--to", "nbgrader")
    roster.write_text("who\n")
    with pytest.raises(SystemExit, match="has the columns who; expected one of these"):
        collect.main([*given, "--assignment", "a3_lstm", "--course", str(course.root)])


def test_feedback_without_a_file_of_the_download_is_named(course, tmp_path, capsys):
    page = Path(course.root, "feedback", "student-001", "a3_lstm", "a3_lstm.html")
    page.parent.mkdir(parents=True)
    page.write_text("<p>Well done")
    canvas_export(tmp_path / "g.csv")
    run(course, "--to", "canvas", "--export", tmp_path / "g.csv")
    assert "student-001: no file of the download belongs to" in capsys.readouterr().out


@pytest.mark.parametrize("command", [collect, give_back, report, privacy])
def test_help(command, capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["command", "--help"])
    with pytest.raises(SystemExit) as end:
        runpy.run_path(command.__file__, run_name="__main__")
    assert end.value.code == 0 and "--course" in capsys.readouterr().out
