"""The class list, and the student to whom a file belongs."""

import re
from typing import NamedTuple

from rnncourse.grading.lms import names, table

PLAIN = ("id", "first_name", "last_name", "email", "lms_id")
FORMS = (
    "expected one of these files: Canvas's gradebook export (columns Student, ID, ...), Moodle's "
    "grading worksheet (columns Identifier, Full name, ..., downloaded with Moodle in English), "
    f"or a list with the columns {','.join(PLAIN)}"
)
NO_FOLDER = re.compile(r"[\x00-\x1f/\\*?\[\]{},:<>|\"]|^\.|^\s|\s$|^$|^.{101}")


class Student(NamedTuple):
    id: str  # the name of the student's folder
    first_name: str
    last_name: str
    email: str
    lms_id: str  # Canvas's user, Moodle's participant
    name: str  # as the platform prints it


def read_roster(path, id_column=None):
    """Read a class list.

    Parameters
    ----------
    path : Path
        Canvas's gradebook export, Moodle's grading worksheet, or a plain list.
    id_column : str, optional
        The column to take nbgrader's student id from.

    Returns
    -------
    list of Student

    Raises
    ------
    table.BadTable
        Not one of the three, a doubled id, or an id that cannot name a folder.
    """
    header, rows = table.read(path)
    if table.column(header, "Student") == 0 and table.column(header, "ID") is not None:
        make, usual = _from_canvas, ("SIS Login ID", "SIS User ID", "ID")
    elif table.column(header, "Identifier") is not None and "full name" in map(str.lower, header):
        make, usual = _from_moodle, ("Username", "ID number", "Email address", "Identifier")
    elif table.column(header, "id") is not None:
        make, usual = _from_plain, ("id",)
    else:
        raise table.BadTable(f"{path} has the columns {', '.join(header)}; {FORMS}.")
    if id_column and table.column(header, id_column) is None:
        raise table.BadTable(f"{path} has no column {id_column!r}; it has: {', '.join(header)}.")
    places = [table.column(header, name) for name in ([id_column] if id_column else usual)]
    students, seen = [], {}
    for number, row in enumerate(rows, 2):
        cells = {name.lower(): row[k].strip() for k, name in enumerate(header)}
        identity = next((row[k].strip() for k in places if k is not None and row[k].strip()), "")
        if (student := make(cells, identity)) is None:
            continue
        where = f"{path}, line {number}"
        if NO_FOLDER.search(student.id):
            raise table.BadTable(
                f"{where}: the id {student.id!r} cannot name a folder; choose another column "
                "with --id-column."
            )
        for kind, value in ("id", student.id), ("platform id", student.lms_id):
            if value and (kind, value) in seen:
                raise table.BadTable(f"{where}: {kind} {value!r} is on line {seen[kind, value]}.")
            seen[kind, value] = number
        students.append(student)
    return students


def _from_canvas(cells, identity):
    user = cells["id"]
    if not user or "points possible" in cells["student"].lower():
        return None  # Canvas's lines about the columns
    last, _, first = cells["student"].partition(", ")
    email = identity if "@" in identity else ""
    return Student(identity, first, last, email, user, cells["student"])


def _from_moodle(cells, identity):
    digits = re.search(r"\d+$", cells["identifier"])
    if digits is None:
        return None
    first, _, last = cells["full name"].rpartition(" ")
    return Student(
        identity, first, last, cells.get("email address", ""), digits[0], cells["full name"]
    )


def _from_plain(cells, identity):
    first, last = cells.get("first_name", ""), cells.get("last_name", "")
    return Student(
        identity, first, last, cells.get("email", ""), cells.get("lms_id", ""), f"{last}, {first}"
    )


class Roster:
    """Finds the student of a file; a doubt is an answer of its own."""

    def __init__(self, students):
        self.students = list(students)
        self.by_id = {student.id: student for student in self.students}
        self.by_lms_id = {student.lms_id: student for student in self.students if student.lms_id}

    def find(self, readings):
        """The student and the reading that lead there, or (None, the reason).

        A name that contains digits can make Canvas's file name read as somebody else's, so
        several readings are decided by the name, or not at all.
        """
        known = [(self.by_lms_id[r.lms_id], r) for r in readings if r.lms_id in self.by_lms_id]
        if len({student.id for student, _ in known}) > 1:
            known = [(s, r) for s, r in known if names.key(s.name) == names.key(r.name)]
            if len(known) != 1:
                return None, "it can be read as several students' file"
        if known:
            return known[0]
        without = [student for student in self.students if not student.lms_id]
        for reading in readings[:1]:
            wanted = names.key(reading.name)
            named = [s for s in without if wanted and wanted in self._names(s)]
            if len(named) == 1:
                return named[0], reading
            if named:
                return None, f"several students are called {reading.name!r}"
        return None, f"nobody in the class list has the platform id {readings[0].lms_id}"

    @staticmethod
    def _names(student):
        first, last = student.first_name, student.last_name
        return {names.key(last + first), names.key(first + last)} - {""}

    def by_hand(self, parts):
        """The reading of a path whose folder, or name's beginning, is a student's id."""
        for part in parts[:-1]:
            if part in self.by_id:
                return self.by_id[part], names.Reading("", "", parts[-1])
        mine = [i for i in self.by_id if parts[-1].startswith((f"{i}_", f"{i}-", f"{i} "))]
        if mine:
            longest = max(mine, key=len)
            return self.by_id[longest], names.Reading("", "", parts[-1][len(longest) + 1 :])
        return None, "its name does not say whose it is"
