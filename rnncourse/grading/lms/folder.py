"""A course folder, as every command of this package opens it."""

import os
import shutil
import sys
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import find_all_notebooks
from traitlets.config import PyFileConfigLoader

CONFIG = "nbgrader_config.py"


def add_course_option(parser):
    """Give a command `--course`; its default is COURSE from the environment."""
    parser.add_argument(
        "--course",
        type=Path,
        default=Path(os.environ.get("COURSE") or "assignments"),
        help=f"the folder with {CONFIG} (default: $COURSE, or assignments)",
    )


def open_course(root, assignment="", known=False):
    """Open a course folder.

    Parameters
    ----------
    root : Path
    assignment : str
    known : bool
        Whether the assignment must have a source or release folder.

    Returns
    -------
    CourseDirectory
    """
    root = Path(root).resolve()
    if not (root / CONFIG).is_file():
        stop(f"{root} is no course folder: there is no {CONFIG} in it. Name one with --course.")
    if shutil.which("alembic") is None:  # nbgrader calls it by name
        os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    config = PyFileConfigLoader(CONFIG, path=str(root)).load_config()
    config.CourseDirectory.root = str(root)
    course = CourseDirectory(config=config)
    course.assignment_id = assignment
    if known and not notebooks(course):
        found = sorted(path.name for path in (root / course.source_directory).glob("*/"))
        stop(f"There is no assignment {assignment!r} in {root}; there are: {', '.join(found)}.")
    return course


def notebooks(course):
    """The file names of the assignment's notebooks, from its release or else its source."""
    for step in course.release_directory, course.source_directory:
        path = course.format_path(step, ".", course.assignment_id)
        if found := find_all_notebooks(path):
            return found
    return []


def exports(course, *names):
    """Where files for other programs go; privacy.py knows this folder."""
    path = Path(course.root, "exports", *names)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def stop(message):
    """End the command with a line that says what to do."""
    sys.exit(f"Error: {message}")
