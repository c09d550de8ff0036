"""The source notebooks: clean files, one style, 20 points each, most of them beyond the book."""

import ast
import re

import nbformat

from assignments.course import assignments, read_source
from assignments.demo_class import mutants, other_solutions
from assignments.student_zip import ROOT
from tests.assignments.conftest import HIDDEN


def meta(cell):
    return cell.metadata.get("nbgrader", {})


def test_there_are_six_assignments():
    names = ["a0_start", "a1_rnn", "a2_bptt", "a3_lstm", "a4_gru", "a5_sequences"]
    assert assignments() == names


def test_a_source_notebook_has_no_outputs_and_stable_ids(name, notebook):
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == [] and cell.execution_count is None
        if meta(cell):
            assert meta(cell)["schema_version"] == 3
            assert meta(cell)["grade_id"] == cell.id


def test_an_assignment_has_twenty_points_and_twelve_beyond_the_book(notebook):
    points = [meta(cell).get("points", 0) for cell in notebook.cells]
    assert sum(points) == 20
    part = re.search(r"and 12 for\s+Parts? (\d)", notebook.cells[0].source).group(1)
    (start,) = (k for k, c in enumerate(notebook.cells) if c.source.startswith(f"## Part {part}."))
    assert sum(points[start:]) == 12


def test_a_graded_cell_names_its_property_and_hides_some_tests(notebook):
    graded = [cell for cell in notebook.cells if meta(cell).get("grade")]
    for cell in notebook.cells:
        if cell in graded:
            assert cell.source.startswith("# Property: "), cell.id
            assert cell.source.count("### BEGIN HIDDEN TESTS") == 1 + (cell is graded[0]), cell.id
            assert cell.source.endswith("### END HIDDEN TESTS"), cell.id
        else:
            assert "HIDDEN" not in cell.source
            assert "COURSE_SEED" not in cell.source


def test_hidden_tests_draw_from_the_course_seed_and_visible_ones_do_not(notebook):
    graded = [cell.source for cell in notebook.cells if meta(cell).get("grade")]
    for k, source in enumerate(graded):
        hidden = HIDDEN.findall(source)
        if k == 0:
            assert re.match(r"COURSE_SEED = \d+\n", hidden[0])
            names = {node.name for node in ast.parse(hidden.pop(0)).body[1:]}
            assert all(name.startswith("course_") for name in names), "no student's own names"
        assert "(COURSE_SEED, " in hidden[0]
        assert "COURSE_SEED" not in HIDDEN.sub("", source)


def test_every_function_that_students_write_is_a_solution_region(notebook):
    for cell in notebook.cells:
        regions = cell.source.count("### BEGIN SOLUTION")
        assert regions == cell.source.count("### END SOLUTION") == meta(cell).get("solution", 0)


def test_a_notebook_imports_numpy_and_matplotlib_alone(notebook):
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    modules = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            modules |= {alias.name.partition(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            modules.add(node.module)
    assert modules == {"numpy", "matplotlib"}


def test_the_tools_are_the_same_everywhere():
    cells = [cell for name in assignments() for cell in read_source(name).cells]
    assert len({cell.source for cell in cells if cell.id == "tools"}) == 1


def test_the_page_in_the_book_names_the_parts_and_their_points(name, notebook):
    parts, part = {}, None
    for cell in notebook.cells:
        heading = re.match(r"## (Part .*)", cell.source)
        part = heading.group(1) if heading else part
        parts[part] = parts.get(part, 0) + meta(cell).get("points", 0)
    page = (ROOT / "book" / "exercises" / f"{name}.md").read_text("utf-8")
    told = re.findall(r"^\| (Part .*?) \| (\d+) \|", page, re.MULTILINE)
    assert {title: int(points) for title, points in told} == {k: v for k, v in parts.items() if k}
    assert page.splitlines()[0] == notebook.cells[0].source.splitlines()[0]


def test_three_other_styles_are_tried(name):
    assert len(other_solutions(name)) >= 3


def test_the_bank_is_large_and_has_a_memorised_solution_of_every_assignment():
    bank = {name: mutants(name).values() for name in assignments()}
    assert sum(map(len, bank.values())) >= 60
    for name, wrong in bank.items():
        assert any(mutant.get("memorised") for mutant in wrong), name
