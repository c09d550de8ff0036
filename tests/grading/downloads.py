"""What Canvas and Moodle would give: a made class of 300 students, and its zip.

Nobody in it exists. Student 7 of the class has the id `student-007`, Canvas's user 90007.
"""

import io
import struct
import zipfile
from datetime import UTC, datetime, timedelta

import nbformat

from tests.grading.lms_course import notebook

SIZE = 300
DUE = datetime(2031, 3, 10, 12, tzinfo=UTC)
ZIPPED = DUE + timedelta(days=3)


def number(student):
    return int(student.rpartition("-")[2])


def user(student):
    return 90_000 + number(student)


def ids(size=SIZE):
    return [f"student-{n:03}" for n in range(1, size + 1)]


def name(student):
    """Odd names on purpose: digits and underscores, other scripts, a formula."""
    odd = {
        11: "Żółć, Test",
        12: "Ångström Öst, Probe",
        13: "测试, 学生",
        14: "=1+1, Formula",
        15: "Under_score_90016, Test",  # reads as student 16's number
    }
    return odd.get(number(student), f"Test{number(student):03}, Student")


def work(student, attempt=1):
    """A notebook that says whose it is and which attempt."""
    return nbformat.writes(notebook(f"# {student} attempt {attempt}")).encode()


def canvas_name(student, upload, file, late=False):
    """As Canvas makes it: letters run together, LATE, user, upload, file."""
    joined = name(student).lower()
    parts = [joined, *(["LATE"] if late else []), str(user(student))]
    start = "".join(c for c in "_".join(parts) if c.isalnum() or c == "_")
    return f"{start}_{upload}_{file}"


def canvas_zip(path):
    """A zip of 300 students in which much has gone wrong -> the students who handed in."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:

        def put(student, file, data, upload=0, late=False):
            upload = upload or 1_000_000 + number(student) * 10
            add(archive, canvas_name(student, upload, file, late), data)

        for student in ids():
            n = number(student)
            if n == 20:  # handed in nothing
                continue
            if n == 21:  # a report in another format alone
                put(student, "a3_lstm.pdf", b"%PDF-1.4")
            elif n == 22:  # a zip with the notebook in a folder
                put(student, "my work.zip", inner_zip({"work/a3_lstm.ipynb": work(student)}))
            elif n == 23:  # a bomb
                put(student, "a3_lstm.zip", inner_zip({"zeros.bin": bytes(60 * 1024**2)}))
            elif n == 24:  # a name of its own
                put(student, "meine Lösung.ipynb", work(student))
            elif n == 25:
                put(student, "A3-LSTM (2).IPYNB", work(student))
            elif n == 26:
                put(student, "a3_lstm.ipynb.txt", work(student))
            elif n == 27:  # wants to be somebody else
                put(student, "x_90001_5_a3_lstm.ipynb", work(student))
            elif 30 <= n < 40:  # two files in one attempt: Canvas counts its uploads
                put(student, "a3_lstm-1.ipynb", work(student, 2))
                put(student, "a3_lstm.ipynb", work(student, 1), 999_000 + n)
            elif 40 <= n < 50:
                put(student, "a3_lstm.ipynb", work(student), late=True)
            else:
                put(student, "a3_lstm.ipynb", work(student))
        add(archive, "strangernobody_777777_1234567_a3_lstm.ipynb", work("stranger"))
        add(archive, "__MACOSX/._a3_lstm.ipynb", b"resource fork")
        add(archive, "../student-001_a3_lstm.ipynb", work("outside"))
    return set(ids()) - {"student-020", "student-021", "student-023"}


def canvas_export(path, assignment="a3_lstm", points=10, separator=","):
    """Canvas's exported gradebook of the class."""
    head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    head += ["Other (11)", f"{assignment} (4711)", "Final Score"]
    rows = [head, ["", "", "", "", "", "Manual Posting", "", "(read only)"]]
    rows += [["    Points Possible", "", "", "", "", "5.00", f"{points:.2f}", "(read only)"]]
    for student in ids():
        who = [name(student), str(user(student)), f"S{number(student)}", student, "Group 1"]
        rows.append([*who, "3.00", "", "50.0"])
    rows.append(["Student, Test", "99999", "", "test-student", "Group 1", "", "", ""])
    path.write_text(
        "\ufeff" + "\n".join(separator.join(f'"{cell}"' for cell in row) for row in rows), "utf-8"
    )


def moodle_zip(path, size=SIZE, flat=False):
    """Moodle's download; some names change between one folder and one flat file."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for student in ids(size):
            named = moodle_name(student).replace("_", " ")  # as Moodle does in files' names
            first = f"{named}_{user(student)}_assignsubmission_file_"
            late = timedelta(minutes=number(student))
            between = "" if flat else "/"
            add(archive, f"{first}{between}a3_lstm.ipynb", work(student), DUE - late)
            if number(student) % 10 == 0:
                again = f"{first}{between}a3_lstm (1).ipynb"
                add(archive, again, work(student, 2), DUE + late)


def moodle_name(student):
    last, _, first = name(student).partition(", ")
    return f"{first} {last}"


def moodle_worksheet(path, size=SIZE, most=10):
    """Moodle's grading worksheet of the class."""
    columns = (
        "Identifier,Full name,ID number,Email address,Status,Grade,Maximum Grade,"
        "Grade can be changed,Last modified (submission),Last modified (grade),Feedback comments"
    )
    rows = [columns]
    for student in ids(size):
        who = f'Participant {user(student)},"{moodle_name(student)}",{student},,'
        rows.append(f'{who}Submitted for grading,,{most:.2f},Yes,"Monday, 10 March 2031",-,')
    path.write_text("\n".join(rows), "utf-8")


def inner_zip(files):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, content in files.items():
            add(archive, file, content)
    return data.getvalue()


def add(archive, file, data, time=ZIPPED):
    """An entry with its time in UTC, as Canvas's and most other zips have it."""
    entry = zipfile.ZipInfo(file, time.timetuple()[:6])
    entry.extra = struct.pack("<HHBi", 0x5455, 5, 1, int(time.timestamp()))
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, data)
