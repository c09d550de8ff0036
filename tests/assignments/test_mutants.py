"""Right solutions pass every check; each wrong one fails exactly the cells that it names."""

import functools

import matplotlib.pyplot as plt
import pytest

from assignments.course import assignments, read_source
from assignments.demo_class import mutants, mutate, other_solutions, solutions
from assignments.new_course import SEED, reseed
from tests.assignments.conftest import graded_cells, run_cells, visible

read = functools.cache(read_source)
STYLES = [(name, style) for name in assignments() for style in other_solutions(name)]
MUTANTS = [(name, mutant) for name in assignments() for mutant in mutants(name)]


def seeds(notebook):
    """The course's own, and two that `make new-course` could draw."""
    found = (SEED.search(cell.source) for cell in notebook.cells)
    (own,) = (int(match.group().split()[-1]) for match in found if match)
    return {own, 1, 2**32 - 1}


def test_the_reference_solution_passes_every_check(notebook):
    for seed in [*seeds(notebook), *range(10)]:
        assert run_cells(reseed(notebook, seed))[1] == set(), seed


@pytest.mark.parametrize(("name", "style"), STYLES, ids=["-".join(s) for s in STYLES])
def test_a_right_solution_in_another_style_passes_every_check(name, style):
    other = other_solutions(name)[style]
    assert other.keys() == solutions(read(name)).keys()
    for seed in seeds(read(name)):
        assert run_cells(reseed(read(name), seed), other)[1] == set(), seed


@pytest.mark.parametrize(("name", "mutant"), MUTANTS, ids=["-".join(m) for m in MUTANTS])
def test_a_wrong_solution_loses_the_cells_it_names(name, mutant):
    wrong = mutants(name)[mutant]
    code = mutate(solutions(read(name)), wrong)
    for seed in seeds(read(name)):
        lost = run_cells(reseed(read(name), seed), code)[1]
        assert lost == set(wrong["loses"]) and lost, seed
    if wrong.get("memorised"):
        assert run_cells(visible(read(name)), code)[1] == set()


def test_every_graded_cell_notices_some_wrong_solution_and_a_missing_one(name, notebook):
    assert set().union(*(mutant["loses"] for mutant in mutants(name).values())) == (
        graded_cells(notebook)
    )
    nothing = dict.fromkeys(solutions(notebook), "")
    assert run_cells(notebook, nothing)[1] == graded_cells(notebook)


def test_the_pictures_at_the_end_can_be_drawn(notebook, monkeypatch):
    monkeypatch.setattr(plt, "show", lambda: None)
    namespace, _ = run_cells(notebook, checks=False)
    for cell in notebook.cells:
        if cell.cell_type == "code" and not cell.metadata.get("nbgrader"):
            exec(cell.source, namespace)
    assert all(axes.get_title() for axes in plt.gcf().axes)
    plt.close("all")
