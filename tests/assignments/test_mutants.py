"""Right solutions pass every check; each wrong one fails exactly the cells that it names."""

import matplotlib.pyplot as plt
import nbformat
import pytest

from assignments.course import SOURCE, assignments
from assignments.demo_class import mutants, mutate, other_solutions, solutions
from tests.assignments.conftest import run_cells

MUTANTS = [(name, mutant) for name in assignments() for mutant in mutants(name)]


def test_the_reference_solution_passes_every_check(notebook):
    assert run_cells(notebook)[1] == set()


def test_a_right_solution_in_another_style_passes_every_check(name, notebook):
    other = other_solutions(name)
    assert other.keys() == solutions(notebook).keys()
    assert run_cells(notebook, other)[1] == set()


@pytest.mark.parametrize(("name", "mutant"), MUTANTS, ids=["-".join(m) for m in MUTANTS])
def test_a_wrong_solution_loses_the_cells_it_names(name, mutant):
    notebook = nbformat.read(SOURCE / name / f"{name}.ipynb", as_version=4)
    wrong = mutants(name)[mutant]
    assert run_cells(notebook, mutate(solutions(notebook), wrong))[1] == set(wrong["loses"])


def test_every_graded_cell_notices_some_wrong_solution_or_a_missing_one(name, notebook):
    nothing = dict.fromkeys(solutions(notebook), "")
    graded = {c.id for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade")}
    assert run_cells(notebook, nothing)[1] == graded


def test_the_pictures_at_the_end_can_be_drawn(notebook, monkeypatch):
    monkeypatch.setattr(plt, "show", lambda: None)
    namespace, _ = run_cells(notebook, checks=False)
    for cell in notebook.cells:
        if cell.cell_type == "code" and not cell.metadata.get("nbgrader"):
            exec(cell.source, namespace)
    assert all(axes.get_title() for axes in plt.gcf().axes)
    plt.close("all")
