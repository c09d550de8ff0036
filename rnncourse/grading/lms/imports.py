"""Marks in the files that Canvas and Moodle import, made from the files that they export."""

import re

from rnncourse.grading.lms import table
from rnncourse.grading.lms.marks import Filled
from rnncourse.grading.lms.names import key

WHO = ("Student", "ID", "SIS User ID", "SIS Login ID", "Integration ID", "Root Account", "Section")


def canvas_table(export, ids, marks, title=None, scale=False):
    """Canvas's gradebook with the assignment's column alone, filled in.

    Parameters
    ----------
    export : (header, rows)
    ids : dict
        Canvas's user -> student id.
    marks : Marks
    title : str, optional
        The column, where it is not called as the assignment is.
    scale : bool
        Whether marks are converted to the platform's points, where those differ.

    Returns
    -------
    Filled
    """
    header, rows = export
    place = _canvas_column(header, title or marks.assignment)
    user = table.column(header, "ID")
    shown = [k for name in WHO if (k := table.column(header, name)) is not None] + [place]
    points = next((row[place] for row in rows if "points possible" in row[0].lower()), "")
    factor = _factor(points, marks.most, header[place], scale)
    filled, notes = [], []
    for row in rows:
        student = ids.get(row[user].strip())
        row = _with_mark(row, place, student, marks, factor, notes)
        filled.append([row[k] for k in shown])
    notes += _absent(marks, {ids.get(row[user].strip()) for row in rows})
    return Filled([header[k] for k in shown], filled, notes)


def moodle_table(export, ids, marks, scale=False):
    """Moodle's grading worksheet with its grades filled in; all else stays as it is.

    The arguments are those of `canvas_table`; `ids` holds the numbers of Moodle's participants.
    """
    header, rows = export
    names = "Identifier", "Grade", "Last modified (grade)"
    identity, grade, modified = (table.column(header, name) for name in names)
    if None in (identity, grade, modified):
        raise table.BadTable(
            f"The worksheet has the columns {', '.join(header)}; Moodle imports one with "
            f"{', '.join(names)}. Download it with Moodle in English."
        )
    most = table.column(header, "Maximum grade")
    closed = table.column(header, "Grade can be changed")
    filled, notes, there = [], [], set()
    for row in rows:
        digits = re.search(r"\d+$", row[identity].strip())
        student = ids.get(digits[0]) if digits else None
        there.add(student)
        if student and closed is not None and row[closed].strip().lower() == "no":
            notes.append(f"{student}: Moodle does not let this grade be changed")
        elif student:
            limit = row[most] if most is not None else ""
            factor = _factor(limit, marks.most, "The worksheet", scale)
            row = _with_mark(row, grade, student, marks, factor, notes)
        filled.append(row)
    return Filled(header, filled, notes + _absent(marks, there))


def _canvas_column(header, title):
    section = table.column(header, "Section")
    if table.column(header, "Student") != 0 or None in (section, table.column(header, "ID")):
        raise table.BadTable(
            f"The export has the columns {', '.join(header[:6])}, ...; expected Canvas's gradebook "
            "export: Student, ID, ..., Section and one column for each assignment."
        )
    own = list(enumerate(header))[section + 1 :]
    for same in (
        lambda name: title in (name, _title(name)),
        lambda name: key(_title(name)) == key(title),
    ):
        found = [k for k, name in own if same(name)]
        if len(found) == 1:
            return found[0]
    raise table.BadTable(
        f"{len(found) or 'No'} columns are called {title!r}. Name one with --column; there are: "
        + ", ".join(name for _, name in own)
    )


def _title(column):
    """`a3_lstm (12345)` without Canvas's number."""
    return re.sub(r" \(\d+\)$", "", column)


def _factor(points, most, where, scale):
    """What turns our points into the platform's."""
    limit = _number(points)
    if limit is None or limit == most:
        return 1.0
    if scale and most:
        return limit / most
    raise table.BadTable(
        f"{where} says {limit:g} points at most, the gradebook {most:g}. Change it on the "
        "platform and download the file once more, or convert the marks with --scale."
    )


def _with_mark(row, place, student, marks, factor, notes):
    """The row with the mark, where the student handed in; notes what needs a look."""
    mark = marks.of.get(student)
    if mark is None or not mark.handed_in:
        return row
    before, now = _number(row[place]), round(mark.score * factor, 2)
    if before is not None and now < before:
        notes.append(f"{student}: the mark falls from {before:g} to {now:g}")
    if mark.waits:
        notes.append(f"{student}: waits for a manual grade")
    return row[:place] + [f"{now:g}"] + row[place + 1 :]


def _absent(marks, there):
    gone = [i for i, mark in marks.of.items() if mark.handed_in and i not in there]
    return [f"{student}: has a mark, but is not in the platform's file" for student in gone]


def _number(text):
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None
