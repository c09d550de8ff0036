"""Names of files, class lists, and whose a file is."""

import pytest

from rnncourse.grading.lms import names, table
from rnncourse.grading.lms.roster import Roster, Student, read_roster

EXPECTED = ["a3_lstm.ipynb", "extra-1.ipynb"]


@pytest.mark.parametrize(
    ("file", "found"),
    [
        ("a3_lstm.ipynb", ("a3_lstm.ipynb", 0)),
        ("a3_lstm (1).ipynb", ("a3_lstm.ipynb", 1)),
        ("a3_lstm(12).ipynb", ("a3_lstm.ipynb", 12)),
        ("a3_lstm-1.ipynb", ("a3_lstm.ipynb", 1)),
        ("a3_lstm-1-2.ipynb", ("a3_lstm.ipynb", 2)),
        ("a3_lstm (1)-2.ipynb", ("a3_lstm.ipynb", 2)),
        ("a3_lstm - Copy.ipynb", ("a3_lstm.ipynb", 1)),
        ("a3_lstm - Copy (2).ipynb", ("a3_lstm.ipynb", 2)),
        ("a3_lstm-Copy1.ipynb", ("a3_lstm.ipynb", 1)),
        ("a3_lstm copy 3.ipynb", ("a3_lstm.ipynb", 3)),
        ("Copy of a3_lstm.ipynb", ("a3_lstm.ipynb", 1)),
        ("A3-LSTM.ipynb", ("a3_lstm.ipynb", 0)),
        ("extra-1.ipynb", ("extra-1.ipynb", 0)),
        ("extra-1-3.ipynb", ("extra-1.ipynb", 3)),
        ("extra.ipynb", None),
        ("a3_lstm_final.ipynb", None),
        ("a33_lstm.ipynb", None),
        ("a3_lstm.py", None),
        ("a3_lstm", None),
        (".ipynb", None),
        ("a3_lstm-1-1-1-1-1.ipynb", None),
    ],
)
def test_which_notebook_a_file_is(file, found):
    assert names.notebook_name(file, EXPECTED) == found


def reading(parts):
    """The first reading of a path, as a tuple."""
    found = names.moodle(parts) or names.canvas(parts)
    return tuple(found[0]) if found else None


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (
            "testtest_12345_67890_a3_lstm-1.ipynb",
            ("12345", "testtest", "a3_lstm-1.ipynb", 67890, 0),
        ),
        ("testtest_LATE_12345_67890_a3.ipynb", ("12345", "testtest", "a3.ipynb", 67890, 1)),
        ("LATE_anon_aB3x9_678_a3.ipynb", ("anon_aB3x9", "", "a3.ipynb", 678, 1)),
        ("anon_aB3x9_678_a3.ipynb", ("anon_aB3x9", "", "a3.ipynb", 678, 0)),
        ("t_1_2_work/in/a3.ipynb", ("1", "t", "a3.ipynb", 2, 0)),
        ("t_1_2_work/x_8_9_a3.ipynb", ("1", "t", "x_8_9_a3.ipynb", 2, 0)),
        ("Test T_77_assignsubmission_file_/a3.ipynb", ("77", "Test T", "a3.ipynb", 0, 0)),
        ("Test T_77_assignsubmission_file/a3.ipynb", ("77", "Test T", "a3.ipynb", 0, 0)),
        ("Test T_77_assignsubmission_file_a3.ipynb", ("77", "Test T", "a3.ipynb", 0, 0)),
        ("A_B_77_assignsubmission_file_/a3.ipynb", ("77", "A_B", "a3.ipynb", 0, 0)),
        (
            "T_77_assignsubmission_file_x_88_assignsubmission_file_a3.ipynb",
            ("77", "T", "x_88_assignsubmission_file_a3.ipynb", 0, 0),
        ),
        ("a3_lstm.ipynb", None),
        ("student-007/a3_lstm.ipynb", None),
    ],
)
def test_what_a_platforms_path_says(path, found):
    assert reading(tuple(path.split("/"))) == found


ONE = Student("student-001", "Ada", "Test", "", "501", "Test, Ada")
TWO = Student("student-002", "Bob_501", "Test", "", "502", "Test, Bob_501")


def canvas(name):
    return names.canvas((name,))


def test_a_name_with_digits_does_not_take_somebody_elses_place():
    student, found = Roster([ONE, TWO]).find(canvas("testbob_501_502_900_a3.ipynb"))
    assert student == TWO and found.upload == 900


def test_a_name_made_to_look_like_somebody_else_is_nobodys():
    two = TWO._replace(name="Test, Ada_501")
    student, why = Roster([ONE, two]).find(canvas("testada_501_502_900_a3.ipynb"))
    assert student is None and "several students" in why
    twin = ONE._replace(id="student-003", lms_id="503")
    same = names.Reading("501", "testada", "a"), names.Reading("503", "testada", "a")
    assert Roster([ONE, twin]).find(same) == (None, "it can be read as several students' file")


def test_without_platform_ids_the_name_decides_if_it_is_one_students():
    plain = [ONE._replace(lms_id=""), ONE._replace(id="student-009", first_name="Eve", lms_id="")]
    assert Roster(plain).find(canvas("testada_7_9_a3.ipynb"))[0] == plain[0]
    assert Roster([plain[0]] * 2).find(canvas("testada_7_9_a3.ipynb"))[0] is None
    assert Roster([ONE]).find(canvas("testada_7_9_a3.ipynb")) == (
        None,
        "nobody in the class list has the platform id 7",
    )


def test_files_by_hand():
    roster = Roster([ONE, TWO, ONE._replace(id="student-0011", lms_id="")])
    assert roster.by_hand(("archive", "student-001", "a3.ipynb"))[0] == ONE
    assert roster.by_hand(("student-002", "deep", "a3.ipynb"))[0] == TWO
    assert roster.by_hand(("student-0011_a3 (1).ipynb",))[0].id == "student-0011"
    assert roster.by_hand(("student-001_a3.ipynb",))[1].file == "a3.ipynb"
    assert roster.by_hand(("a3.ipynb",)) == (None, "its name does not say whose it is")


def write(path, text):
    path.write_text(text, "utf-8")
    return path


CANVAS = (
    'Student,ID,SIS User ID,SIS Login ID,Section\n    Points Possible,,,,\n"Öst, A",7,S7,{},X\n'
)


def test_class_lists_of_three_kinds(tmp_path):
    path = tmp_path / "list.csv"
    one = read_roster(write(path, "\ufeff" + CANVAS.format("a-1")))
    assert one == [Student("a-1", "A", "Öst", "", "7", "Öst, A")]
    assert read_roster(write(path, CANVAS.format("")))[0].id == "S7"
    assert read_roster(write(path, CANVAS.format("x").replace(",", ";")))[0].lms_id
    assert read_roster(write(path, CANVAS.format("a-1")), "ID")[0].id == "7"
    moodle = (
        "Identifier,Full name,Email address,Grade\nParticipant 81,A B Test,a@example.org,\nAll,,,\n"
    )
    (student,) = read_roster(write(path, moodle))
    assert student == Student("a@example.org", "A B", "Test", "a@example.org", "81", "A B Test")
    plain = "id,first_name,last_name,email,lms_id\nstudent-1,A,Test,a@example.org,5\n"
    assert read_roster(write(path, plain))[0].lms_id == "5"
    assert read_roster(write(path, "id\nstudent-1\n"))[0].id == "student-1"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty; expected a line with the columns' names"),
        ("name,mark\nA,1\n", "has the columns name, mark; expected one of these files: Canvas's"),
        ("id\n../../etc\n", r"line 2: the id '../../etc' cannot name a folder"),
        ("id\na*b\n", "cannot name a folder"),
        ("id\n.hidden\n", "cannot name a folder"),
        ("id,lms_id\na,1\nb,1\n", "line 3: platform id '1' is on line 2"),
        ("id,lms_id\na,1\na,2\n", "line 3: id 'a' is on line 2"),
    ],
)
def test_a_bad_class_list_is_refused_with_the_reason(tmp_path, text, message):
    with pytest.raises(table.BadTable, match=message):
        read_roster(write(tmp_path / "list.csv", text))


def test_unreadable_class_lists(tmp_path):
    (tmp_path / "list.csv").write_bytes("id,name\nx,Ö\n".encode("latin-1"))
    with pytest.raises(table.BadTable, match="is not UTF-8. In a spreadsheet, save it as"):
        read_roster(tmp_path / "list.csv")
    with pytest.raises(table.BadTable, match="is not a CSV file: field larger"):
        read_roster(write(tmp_path / "list.csv", "id\n" + "x" * 200_000))
    with pytest.raises(table.BadTable, match="cannot be read: No such file"):
        read_roster(tmp_path / "none.csv")
    with pytest.raises(table.BadTable, match="has no column 'Login'; it has: id"):
        read_roster(write(tmp_path / "list.csv", "id\na\n"), "Login")
