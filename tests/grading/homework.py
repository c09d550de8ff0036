"""A small nbgrader course in a temporary folder, and what tests of the plug-in do with it."""

import shutil
import warnings
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SAWarning

from rnncourse.grading.autograde import Autograde
from rnncourse.grading.feedback import GenerateFeedback

HIDDEN = "### BEGIN HIDDEN TESTS\n{}\n### END HIDDEN TESTS"


def cell(name, text, grade=False, solution=False, locked=False, task=False, points=None):
    """A cell with nbgrader's metadata; tasks and graded answers are markdown."""
    written = task or (grade and solution)
    new = (new_markdown_cell if written else new_code_cell)(text, id=name)
    meta = {"grade_id": name, "schema_version": 3, "grade": grade, "solution": solution}
    meta |= {"locked": locked, "task": task} | ({} if points is None else {"points": points})
    new.metadata["nbgrader"] = meta
    return new


def tools(name="tools", text="def near(a, b):\n    return abs(a - b) < 1e-9"):
    return cell(name, text, locked=True)


def answer(name, text="### BEGIN SOLUTION\ndef double(x):\n    return 2 * x\n### END SOLUTION"):
    return cell(name, text, solution=True)


def check(name, visible, hidden="", points=2):
    text = visible + ("\n" + HIDDEN.format(hidden) if hidden else "")
    return cell(name, text, grade=True, locked=True, points=points)


def written(name, text="Say why.", points=3):
    return cell(name, text, grade=True, solution=True, points=points)


def task(name, text="Draw something.", points=1):
    return cell(name, text, task=True, locked=True, points=points)


def homework():
    """The source notebook that most tests grade: 10 points, 6 of them by the checks."""
    return [
        new_markdown_cell("## Part 1. Doubling", id="intro"),
        tools(),
        answer("double"),
        check("twice", "# Property: twice.\nassert near(double(1), 2), 'two'", "double(40) == 80"),
        check("zero", "# Property: zero.\nassert double(0) == 0", "assert double(8) == 16, 'at 8'"),
        new_markdown_cell("## Part 2. Words", id="words"),
        check("part", "min(double(0.5), 2) if double(0) == 0 else 0"),
        written("why"),
        task("draw"),
    ]


def make_course(root, notebooks=None, files=None, assignment="hw"):
    """A course with one assignment, generated as nbgrader does it."""
    folder = root / "source" / assignment
    folder.mkdir(parents=True)
    for name, cells in (notebooks or {"hw": homework()}).items():
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        book = new_notebook(cells=cells, metadata={"kernelspec": kernel})
        nbformat.write(book, folder / f"{name}.ipynb")
    for path, data in (files or {}).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    course = open_course(root, assignment)
    with warnings.catch_warnings():
        # nbgrader builds its rows in an order that SQLAlchemy remarks upon; they are saved.
        warnings.filterwarnings("ignore", "Object of type .* not in session", SAWarning)
        GenerateAssignment(coursedir=course, config=course.config).start()
    return course


def open_course(root, assignment="hw"):
    return CourseDirectory(root=str(root), assignment_id=assignment)


def copy_course(course, root):
    shutil.copytree(course.root, root, symlinks=True)
    return open_course(root, course.assignment_id)


def release(course, name="hw"):
    """The notebook that students get."""
    path = course.format_path("release", ".", course.assignment_id)
    return nbformat.read(f"{path}/{name}.ipynb", as_version=4)


def solved(course, code="def double(x):\n    return 2 * x", name="hw"):
    """The released notebook with an answer."""
    notebook = release(course, name)
    for one in notebook.cells:
        if one.metadata.get("nbgrader", {}).get("solution") and one.cell_type == "code":
            one.source = code
    return notebook


def named(notebook, name):
    """The cell of this grade_id."""
    return next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == name)


def hand_in(course, student, notebook=None, name="hw.ipynb", files=()):
    """Put a notebook (or bytes) and files where nbgrader collects them -> the folder."""
    folder = Path(course.format_path("submitted", student, course.assignment_id))
    folder.mkdir(parents=True, exist_ok=True)
    if notebook is not None:
        data = notebook if isinstance(notebook, bytes) else nbformat.v4.writes(notebook).encode()
        (folder / name).write_bytes(data)
    for path, data in dict(files).items():
        (folder / path).write_bytes(data)
    return folder


def autograde(course, **options):
    """`nbgrader autograde` with the plug-in -> the converter, with its results."""
    step = Autograde(coursedir=course, config=course.config, **({"workers": 1} | options))
    step.start()
    return step


def give_feedback(course, student, notebook="hw"):
    """`nbgrader generate_feedback` with the plug-in -> the page."""
    course.student_id = student
    GenerateFeedback(coursedir=course, config=course.config, force=True).start()
    course.student_id = "*"
    folder = Path(course.format_path("feedback", student, course.assignment_id))
    return (folder / f"{notebook}.html").read_text("utf-8")


def scores(course, student, notebook="hw"):
    """The gradebook's automatic score of each cell."""
    with Gradebook(course.db_url) as gradebook:
        book = gradebook.find_submission_notebook(notebook, course.assignment_id, student)
        found = {grade.name: grade.auto_score for grade in book.grades}
        gradebook.engine.dispose()
    return found


def graded(course, student, notebook="hw"):
    """The autograded notebook."""
    folder = course.format_path("autograded", student, course.assignment_id)
    return nbformat.read(f"{folder}/{notebook}.ipynb", as_version=4)


def dump(course):
    """All that the gradebook says of submissions, without the random ids."""
    rows = []
    with Gradebook(course.db_url) as gradebook:
        for submission in gradebook.assignment_submissions(course.assignment_id):
            for book in submission.notebooks:
                who = submission.student.id, book.name
                rows.append(
                    (*who, submission.timestamp, book.flagged, book.late_submission_penalty)
                )
                rows += [
                    (*who, g.name, g.auto_score, g.manual_score, g.needs_manual_grade)
                    for g in book.grades
                ]
                rows += [(*who, c.name, c.auto_comment, c.manual_comment) for c in book.comments]
        gradebook.engine.dispose()
    return sorted(rows, key=repr)
