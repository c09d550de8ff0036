"""The course in use, a throw-away copy of it, and nbgrader's steps in that copy as functions."""

import logging
import os
import shutil
import warnings
from pathlib import Path

try:
    import nbformat
    from nbgrader.api import Gradebook
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory
    from nbgrader.plugins import CsvExportPlugin
    from nbgrader.utils import rmtree, temp_attrs
    from sqlalchemy.exc import SAWarning
    from traitlets.config import PyFileConfigLoader
    from traitlets.log import get_logger
except ModuleNotFoundError as error:
    raise SystemExit(
        f"{error.name} is not installed. `make grade` and `make student` install it; "
        "or run: python -m pip install -r requirements.txt"
    ) from None

HERE = Path(__file__).resolve().parent


def course_folder():
    """The course in use: the private one that COURSE names, or else the open one here."""
    return Path(os.environ.get("COURSE") or HERE).expanduser().resolve()


def course_source():
    """The folder that holds the assignments with solutions and hidden tests."""
    folder = course_folder() / "source"
    if not any(folder.glob("*/*.ipynb")):
        raise SystemExit(
            f"There are no assignments in {folder}. COURSE=DIR should name a course folder with "
            "assignments; `make new-course DIR=...` makes one from the open ones."
        )
    return folder


def assignments():
    """The names of all assignments, in order."""
    return sorted(path.parent.name for path in course_source().glob("*/*.ipynb"))


def read_source(assignment):
    """An assignment's notebook with solutions and hidden tests."""
    path = course_source() / assignment / f"{assignment}.ipynb"
    return nbformat.read(path, as_version=4)


def new_course(root, names):
    """Make a course folder with these assignments' sources; what was there before is removed."""
    if root.exists():
        rmtree(str(root))
    for name in names:
        shutil.copytree(
            course_source() / name,
            root / "source" / name,
            ignore=shutil.ignore_patterns(".ipynb_checkpoints"),
        )
    config = PyFileConfigLoader("nbgrader_config.py", path=str(course_folder())).load_config()
    config.CourseDirectory.root = str(root)
    log = get_logger()
    for handler in log.handlers[:]:
        log.removeHandler(handler)
        handler.close()
    log.addHandler(logging.FileHandler(root / "nbgrader.log", encoding="utf-8"))
    log.setLevel(logging.INFO)
    log.propagate = False
    return CourseDirectory(config=config)


def notebook(course, step, assignment, student="."):
    """Where a step keeps a notebook: release, submitted, autograded."""
    return Path(course.format_path(step, student, assignment)) / f"{assignment}.ipynb"


def generate(course, assignment):
    """`nbgrader generate_assignment`: the students' notebook."""
    _run(GenerateAssignment, course, assignment)
    return notebook(course, "release", assignment)


def submit(course, assignment, student, text):
    """Put one student's notebook where nbgrader collects them."""
    path = notebook(course, "submitted", assignment, student)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def grades(course, assignment, student):
    """Score and maximum of each graded cell."""
    with Gradebook(course.db_url) as gradebook:
        submission = gradebook.find_submission_notebook(assignment, assignment, student)
        return {grade.name: (grade.auto_score, grade.max_score) for grade in submission.grades}


def export(course):
    """`nbgrader export`: all scores as a CSV file -> its path."""
    path = Path(course.root) / "grades.csv"
    with Gradebook(course.db_url) as gradebook:
        CsvExportPlugin(to=str(path)).export(gradebook)
    return path


def _run(step, course, assignment):
    with (
        warnings.catch_warnings(),
        temp_attrs(course, assignment_id=assignment),
    ):
        # nbgrader builds its rows in an order that newer SQLAlchemy remarks upon; they are saved.
        warnings.filterwarnings("ignore", "Object of type .* not in session", SAWarning)
        step(coursedir=course, config=course.config, force=True).start()
