"""A demo class whose marks are known beforehand: right, wrong, untouched and broken notebooks."""

import re
import tomllib
from typing import NamedTuple

import nbformat

from assignments.course import course_folder, read_source


class Submission(NamedTuple):
    student: str
    text: str  # the notebook file as handed in
    loses: frozenset | None  # the graded cells that give no points; None: it cannot be graded
    note: str


def make_class(assignment, release):
    """All submissions for one assignment, made from its release notebook."""
    source = read_source(assignment)
    right, graded = solutions(source), graded_cells(source)
    handed_in = _fill(release, right)
    yield Submission("right", handed_in, frozenset(), "the reference solution")
    style, code = next(iter(other_solutions(assignment).items()))
    otherwise = _fill(release, code)
    yield Submission("right-otherwise", otherwise, frozenset(), f"right, written with {style}")
    for name, mutant in list(mutants(assignment).items())[:3]:
        wrong = _fill(release, right | mutate(right, mutant))
        yield Submission(name, wrong, frozenset(mutant["loses"]), mutant["mistake"])
    yield Submission("untouched", release.read_text("utf-8"), graded, "as it was released")
    yield Submission("broken-json", handed_in[: len(handed_in) // 2], None, "half a file")


def graded_cells(notebook):
    """The names of the graded cells."""
    return frozenset(name for name, _ in _cells(notebook, "grade"))


def solutions(notebook):
    """The code of each solution cell, by name."""
    return {name: cell.source for name, cell in _cells(notebook, "solution")}


def other_solutions(assignment):
    """Right solutions by style: the code of each cell, which a file has under `# %% name`."""
    found = {}
    for path in sorted((course_folder() / "otherwise" / assignment).glob("*.py")):
        parts = re.split(r"^# %% (\S+)\n", path.read_text("utf-8"), flags=re.MULTILINE)[1:]
        found[path.stem] = dict(zip(parts[::2], parts[1::2], strict=True))
    return found


def mutants(assignment):
    """Wrong solutions: which code changes, and which graded cells must notice."""
    return tomllib.loads((course_folder() / "mutants" / f"{assignment}.toml").read_text("utf-8"))


def mutate(right, mutant):
    """The solution cells that a mutant changes, changed: one place, or several `changes`."""
    wrong = {}
    for change in mutant.get("changes", [mutant]):
        name, old = change["cell"], change["old"]
        code = wrong.get(name, right[name])
        if code.count(old) != 1:
            raise ValueError(f"{old!r} should occur once in {name}")
        wrong[name] = code.replace(old, change["new"])
    return wrong


def _cells(notebook, kind):
    for cell in notebook.cells:
        meta = cell.metadata.get("nbgrader", {})
        if meta.get(kind):
            yield meta["grade_id"], cell


def _fill(release, code):
    notebook = nbformat.read(release, as_version=4)
    for name, cell in _cells(notebook, "solution"):
        cell.source = code[name]
    return nbformat.writes(notebook)
