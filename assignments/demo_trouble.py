"""What graders meet besides wrong answers: links, copies, endless loops, cheating and the like."""

import ast
import copy
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbformat.v4 import new_code_cell

CHEAT = """
import numpy as np
np.testing.assert_allclose = np.testing.assert_array_equal = lambda *args, **options: None
np.abs = np.max = lambda *args, **options: 0.0
assert_same = assert_gradient = assert_gradients = lambda *args, **options: None
"""


class Trouble(NamedTuple):
    student: str
    earns: str  # "all", "nothing", or "some" points
    flagged: bool
    note: str


def hand_in_trouble(assignment, right, folder_of, secret):
    """Write the troublesome submissions of an assignment -> list of Trouble.

    `right` is a solved notebook's text, `folder_of` gives a student's folder, and `secret` is the
    file that nobody may read.
    """
    name, found = f"{assignment}.ipynb", []
    for make, earns, flagged in TROUBLES:
        student = make.__name__.replace("_", "-")
        folder = Path(folder_of(student))
        folder.mkdir(parents=True)
        changed = make(nbformat.reads(right, as_version=4), folder, secret)
        if changed is not None:
            target = f"{assignment} (1).ipynb" if make is renamed else name
            (folder / target).write_text(nbformat.v4.writes(changed), "utf-8")
        elif make is linked:
            (folder / name).symlink_to(secret)
        found.append(Trouble(student, earns, flagged, _note(make)))
    return found


def _note(make):
    text = make.__doc__.rstrip(".")
    return text[0].lower() + text[1:]


def _named(notebook, kind):
    return [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get(kind)]


def copied_cells(notebook, folder, secret):
    """Every check pasted once more; stock nbgrader stops the class here."""
    notebook.cells += copy.deepcopy(_named(notebook, "grade"))
    return notebook


def deleted_cells(notebook, folder, secret):
    """The first check and all locked helpers deleted."""
    gone = _named(notebook, "locked")
    gone = [c for c in gone if not c.metadata.nbgrader.grade] + _named(notebook, "grade")[:1]
    notebook.cells = [c for c in notebook.cells if c not in gone]
    return notebook


def renamed(notebook, folder, secret):
    """Saved twice by the browser, with (1) in its name."""
    return notebook


def extra_files(notebook, folder, secret):
    """A numpy.py beside the notebook, which would stand in for NumPy."""
    (folder / "numpy.py").write_text("raise SystemExit", "utf-8")
    return notebook


def endless_loop(notebook, folder, secret):
    """A last cell that never ends."""
    notebook.cells.append(new_code_cell("while True:\n    pass"))
    return notebook


def memory_hog(notebook, folder, secret):
    """A cell after the first check that fills the memory."""
    place = notebook.cells.index(_named(notebook, "grade")[0]) + 1
    hog = 'hog = []\nwhile True:\n    hog.append(bytearray(b"x") * 2**24)'
    notebook.cells.insert(place, new_code_cell(hog))
    return notebook


def cheater(notebook, folder, secret):
    """Functions that return nonsense, and assertions rebound to do nothing."""
    answers = [c for c in _named(notebook, "solution") if c.cell_type == "code"]
    names = [
        node.name
        for cell in answers
        for node in ast.parse(cell.source).body
        if isinstance(node, ast.FunctionDef)
    ]
    fakes = "".join(f"\ndef {name}(*args, **options):\n    return args\n" for name in names)
    for cell in answers:
        cell.source = ""
    answers[0].source = CHEAT + fakes
    notebook.cells.append(new_code_cell(CHEAT))
    return notebook


def linked(notebook, folder, secret):
    """A symbolic link to the solution in place of a notebook."""


def empty_folder(notebook, folder, secret):
    """Nothing in the folder."""


TROUBLES = [
    (copied_cells, "all", False),
    (deleted_cells, "all", False),
    (renamed, "all", True),
    (extra_files, "all", False),
    (endless_loop, "all", True),
    (memory_hog, "some", True),
    (cheater, "nothing", False),
    (linked, "nothing", True),
    (empty_folder, "nothing", True),
]
