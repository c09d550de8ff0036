"""A demo class whose marks are known beforehand: right, wrong, untouched and broken notebooks."""

import re
import tomllib
from pathlib import Path
from typing import NamedTuple

import nbformat

HERE = Path(__file__).resolve().parent


class Submission(NamedTuple):
    student: str
    text: str  # the notebook file as handed in
    loses: frozenset | None  # the graded cells that give no points; None: it cannot be graded
    note: str


def make_class(assignment, release):
    """All submissions for one assignment, made from its release notebook."""
    source = nbformat.read(HERE / "source" / assignment / f"{assignment}.ipynb", as_version=4)
    right, graded = solutions(source), graded_cells(source)
    handed_in = _fill(release, right)
    yield Submission("right", handed_in, frozenset(), "the reference solution")
    otherwise = _fill(release, other_solutions(assignment))
    yield Submission("right-otherwise", otherwise, frozenset(), "right, in another style")
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
    """Right solutions written in another style, one part `# %% name` for each cell."""
    text = (HERE / "otherwise" / f"{assignment}.py").read_text("utf-8")
    parts = re.split(r"^# %% (\S+)\n", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def mutants(assignment):
    """Wrong solutions: which code changes, and which graded cells must notice."""
    return tomllib.loads((HERE / "mutants" / f"{assignment}.toml").read_text("utf-8"))


def mutate(right, mutant):
    """The solution cell that a mutant changes, changed."""
    code = right[mutant["cell"]]
    if code.count(mutant["old"]) != 1:
        raise ValueError(f"{mutant['old']!r} should occur once in {mutant['cell']}")
    return {mutant["cell"]: code.replace(mutant["old"], mutant["new"])}


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
