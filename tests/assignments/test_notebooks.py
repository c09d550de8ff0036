"""The source notebooks: clean files, one style, 20 points each."""

import ast
import json

import nbformat

from assignments.course import SOURCE, assignments


def meta(cell):
    return cell.metadata.get("nbgrader", {})


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
    beyond = "## Part 3" if "Parts 3 and 4" in notebook.cells[0].source else "## Part 4"
    start = next(k for k, cell in enumerate(notebook.cells) if cell.source.startswith(beyond))
    assert sum(points[start:]) == 12


def test_a_graded_cell_names_its_property_and_hides_some_tests(notebook):
    for cell in notebook.cells:
        if meta(cell).get("grade"):
            assert cell.source.startswith("# Property: "), cell.id
            assert cell.source.count("### BEGIN HIDDEN TESTS") == 1, cell.id
            assert cell.source.endswith("### END HIDDEN TESTS"), cell.id
        else:
            assert "HIDDEN" not in cell.source


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
    tools = set()
    for name in assignments():
        cells = json.loads((SOURCE / name / f"{name}.ipynb").read_text("utf-8"))["cells"]
        tools |= {"".join(cell["source"]) for cell in cells if cell["id"] == "tools"}
    assert len(tools) == 1
