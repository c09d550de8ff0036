"""Write an assignment's marks, and its feedback, in the form that the learning platform imports.

canvas: give the gradebook that you exported; the file has its students and the one column.
moodle: give the grading worksheet that you downloaded; the file is it, grades filled in.
nbgrader: a CSV file with the columns of `nbgrader export`; needs no other file.

If there are feedback pages, a zip for the platform's upload of feedback is written as well. All
goes to exports/<assignment>/ in the course folder. Marks of those who handed in nothing stay as
the platform has them.
"""

import argparse
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry

from rnncourse.grading.lms import table
from rnncourse.grading.lms.feedback_zip import write_feedback
from rnncourse.grading.lms.folder import add_course_option, exports, open_course, stop
from rnncourse.grading.lms.imports import canvas_table, moodle_table
from rnncourse.grading.lms.marks import nbgrader_table, read_marks
from rnncourse.grading.lms.roster import read_roster
from rnncourse.grading.policy import BadPolicy, read_policy


def give_back(course, assignment, to, export=None, id_column=None, title=None, scale=False):
    """Write the files.

    Parameters
    ----------
    course : CourseDirectory
    assignment : str
    to : "canvas", "moodle" or "nbgrader"
    export : Path, optional
        What the platform exported; Canvas and Moodle need it.
    id_column, title, scale
        As the command's options.

    Returns
    -------
    dict of Path to str
        Each file, and what is in it.
    list of str
        What the instructor should look at.
    """
    points = read_policy(course.root).points.get(assignment)
    with Gradebook(course.db_url, course.course_id) as gradebook:
        marks = read_marks(gradebook, assignment, points)
        gradebook.engine.dispose()
    students = [] if to == "nbgrader" else read_roster(export, id_column)
    ids = {student.lms_id: student.id for student in students}
    if to == "canvas":
        filled = canvas_table(table.read(export), ids, marks, title, scale)
    elif to == "moodle":
        filled = moodle_table(table.read(export), ids, marks, scale)
    else:
        filled = nbgrader_table(marks)
    path = exports(course, assignment, f"marks-{to}.csv")
    table.write(path, filled.header, filled.rows)
    files, notes = {path: f"{len(filled.rows)} lines"}, list(filled.notes)
    if students:
        pages, count, left_out = write_feedback(course, assignment, to, students)
        notes += left_out
        if pages:
            size = pages.stat().st_size / 1024**2
            files[pages] = f"feedback for {count} students, {size:.1f} MB"
    return files, notes


def main(arguments=None):
    """Run the command."""
    parser = argparse.ArgumentParser(prog="make marks", description=__doc__)
    parser.add_argument("--assignment", required=True, help="the assignment's name")
    parser.add_argument("--to", required=True, choices=("canvas", "moodle", "nbgrader"))
    parser.add_argument("--export", type=Path, help="the file that the platform exported")
    parser.add_argument("--column", help="Canvas's column, if not called as the assignment is")
    parser.add_argument("--id-column", help="the export's column with the student ids")
    parser.add_argument(
        "--scale", action="store_true", help="convert marks where the platform has other points"
    )
    add_course_option(parser)
    options = parser.parse_args(arguments)
    if options.to != "nbgrader" and not options.export:
        what = {"canvas": "the gradebook", "moodle": "the grading worksheet"}[options.to]
        stop(f"--to {options.to} needs --export: {what} as {options.to.title()} exported it.")
    course = open_course(options.course, options.assignment, known=True)
    try:
        files, notes = give_back(
            course, options.assignment, options.to, options.export, options.id_column,
            options.column, options.scale,
        )  # fmt: skip
    except (table.BadTable, BadPolicy) as error:
        stop(str(error))
    except MissingEntry:
        stop(f"The gradebook has no assignment {options.assignment!r}; grade it first.")
    for path, what in files.items():
        print(f"{path}: {what}")
    if notes:
        print("\nLook at these:")
        print("\n".join(f"  {note}" for note in notes))


if __name__ == "__main__":
    main()
