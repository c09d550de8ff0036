"""Notebooks as dicts of cells, and running them without a kernel."""

import copy
import re

import pytest

from assignments.course import assignments, read_source

HIDDEN = re.compile(r"^### BEGIN HIDDEN TESTS\n(.*?)^### END HIDDEN TESTS\n?", re.M | re.S)


@pytest.fixture(params=assignments())
def name(request):
    return request.param


@pytest.fixture
def notebook(name):
    return read_source(name)


@pytest.fixture
def solved(request):
    """The functions of the reference solution."""
    return run_cells(read_source(request.param), checks=False)[0]


def graded_cells(notebook):
    """The names of all graded cells."""
    return {c.id for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade")}


def visible(notebook):
    """The notebook without its hidden tests, as students get it."""
    released = copy.deepcopy(notebook)
    for cell in released.cells:
        cell.source = HIDDEN.sub("", cell.source)
    return released


def run_cells(notebook, code=None, checks=True, wrap=None):
    """Run a notebook's named cells -> its functions, and the graded cells that failed.

    `code` replaces solution cells; without checks only tools and solutions run; `wrap(name,
    function)` takes the place of each function that a solution defines.
    """
    namespace, failed = {}, set()
    for cell in notebook.cells:
        meta = cell.metadata.get("nbgrader")
        if not meta or (meta["grade"] and not checks):
            continue
        before = set(namespace)
        try:
            exec((code or {}).get(meta["grade_id"], cell.source), namespace)
        except Exception:
            if meta["grade"]:
                failed.add(meta["grade_id"])
        if wrap and meta["solution"]:
            for new in namespace.keys() - before - {"__builtins__"}:
                namespace[new] = wrap(new, namespace[new])
    return namespace, failed
