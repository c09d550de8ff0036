"""What an assignment asks for: its cells in the instructor's order, and the files beside them."""

import json
import re
from pathlib import Path
from typing import NamedTuple

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import ClearHiddenTests
from nbgrader.utils import find_all_files

from rnncourse.grading.engine.cells import hidden_lines

HIDDEN = "BEGIN HIDDEN TESTS", "END HIDDEN TESTS"
SEED = re.compile(r"^COURSE_SEED = \d+$", re.MULTILINE)


class SourceCell(NamedTuple):
    """A cell that nbgrader knows by name; its source still holds hidden regions."""

    name: str
    kind: str  # "code" or "markdown"
    source: str
    locked: bool
    grade: bool
    solution: bool
    task: bool
    points: float
    checksum: str

    @property
    def needed(self):
        """Whether a submission without it gets it back. A deleted answer stays deleted."""
        return self.grade or self.task or self.locked


class SourceNotebook(NamedTuple):
    name: str
    cells: tuple  # of SourceCell
    kernelspec: dict
    marks: tuple = HIDDEN  # of the beginning and the end of a hidden region

    def released(self, cell):
        """The text of a cell as students got it."""
        return released(cell.source, self.marks)


class Assignment(NamedTuple):
    name: str
    notebooks: dict  # name -> SourceNotebook
    files: dict  # path -> bytes, shipped with the assignment
    answers: frozenset = frozenset()  # paths of the files that students hand in beside notebooks


def released(text, marks=HIDDEN):
    """Text without its hidden regions."""
    hidden = hidden_lines(text, marks)
    return "\n".join(
        line for number, line in enumerate(text.split("\n"), 1) if number not in hidden
    )


def hidden_marks(parent):
    """The marks of hidden regions that the configuration of an nbgrader object names."""
    configured = ClearHiddenTests(parent=parent)
    return configured.begin_test_delimeter, configured.end_test_delimeter


def read_assignment(coursedir, exclude_overwriting=(), marks=HIDDEN, seed=None):
    """Read an assignment from the gradebook and the source folder -> Assignment.

    A seed takes the place of the one in the tests' line `COURSE_SEED = ...`.
    """
    name = coursedir.assignment_id
    folder = Path(coursedir.format_path(coursedir.source_directory, ".", name))
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        try:
            found = gradebook.find_assignment(name).notebooks
        except MissingEntry:
            found = []
        notebooks = {book.name: _notebook(book, folder, marks, seed) for book in found}
    if not notebooks:
        raise NbGraderException(
            f"The gradebook {coursedir.db_url} has no notebook of the assignment {name!r}. "
            f"Run first: nbgrader generate_assignment {name}"
        )
    shipped = (Path(path) for path in find_all_files(folder, [*coursedir.ignore, "*.ipynb"]))
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in shipped}
    answers = frozenset(exclude_overwriting)
    return Assignment(name, notebooks, files, answers)


def _notebook(book, folder, marks, seed):
    grades = {cell.name: cell.max_score for cell in book.grade_cells}
    tasks = {cell.name: cell.max_score for cell in book.task_cells}
    solutions = {cell.name for cell in book.solution_cells}
    cells = [
        SourceCell(
            name=cell.name,
            kind=cell.cell_type,
            source=_seeded(cell.source or "", seed) if cell.locked else cell.source or "",
            locked=bool(cell.locked),
            grade=cell.name in grades,
            solution=cell.name in solutions,
            task=cell.name in tasks,
            points=float((grades | tasks).get(cell.name, 0)),
            checksum=cell.checksum,
        )
        for cell in book.source_cells
    ]
    order = {name: k for k, name in enumerate(_names(folder / f"{book.name}.ipynb"))}
    cells.sort(key=lambda cell: order.get(cell.name, len(order)))
    return SourceNotebook(book.name, tuple(cells), json.loads(book.kernelspec or "{}"), marks)


def _seeded(text, seed):
    return text if seed is None else SEED.sub(f"COURSE_SEED = {seed}", text)


def _names(path):
    """The names in a source notebook, in order; the gradebook's own order is not promised."""
    if not path.is_file():
        return
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        yield cell["metadata"].get("nbgrader", {}).get("grade_id")
