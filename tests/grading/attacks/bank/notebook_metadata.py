"""The notebook's own data: points, identities, locks, types, tags, copied and missing tests."""

import copy

from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from tests.grading.attacks.bank.kit import attack, cell, fill

OVERWRITTEN = "nbgrader restores cells that it finds in its gradebook"


def graded(notebook):
    """All graded cells."""
    return [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade")]


def marks(cell):
    """nbgrader's data in a cell."""
    return cell.metadata["nbgrader"]


@attack("points", stock=OVERWRITTEN)
def points_raised(notebook):
    """Every graded cell claims a thousand points, and so does a solution cell."""
    fill(notebook, "")
    for test in graded(notebook):
        marks(test)["points"] = 1000
    marks(cell(notebook, "lstm-step")).update(grade=True, points=1000)


@attack("points", stock=OVERWRITTEN)
def tests_unlocked_and_emptied(notebook):
    """Graded cells are unlocked, forged checksums included, and hold nothing."""
    fill(notebook, "")
    for test in graded(notebook):
        test.source = "pass"
        marks(test).update(locked=False, checksum="d41d8cd98f00b204e9800998ecf8427e")


@attack("points", stock=OVERWRITTEN)
def tests_as_markdown(notebook):
    """Graded cells become markdown cells."""
    fill(notebook, "")
    for test in graded(notebook):
        at = notebook.cells.index(test)
        text = new_markdown_cell("passed", id=test.id, metadata=test.metadata)
        marks(text)["cell_type"] = "markdown"
        notebook.cells[at] = text


@attack("points", stock="nbgrader knows the cell type raw from markdown and code")
def tests_as_raw_cells(notebook):
    """Graded cells become raw cells."""
    fill(notebook, "")
    for test in graded(notebook):
        test.update(cell_type="raw", source="passed")
        del test["outputs"], test["execution_count"]


@attack("points")
def tagged_to_be_skipped(notebook):
    """Graded cells bear the tags that executors know: skip-execution, raises-exception."""
    fill(notebook, "")
    for test in graded(notebook):
        test.metadata["tags"] = ["skip-execution", "raises-exception", "nbval-skip"]
        test.metadata["nbclient"] = {"skip": True}


@attack("points")
def tests_moved_before_a_skip(notebook):
    """Graded cells stand before everything, after a cell that defines all names they use."""
    fill(notebook, "")
    tests = graded(notebook)
    notebook.cells = [c for c in notebook.cells if c not in tests]
    names = "lstm_arrays shut assert_same backward_problem assert_gradient assert_gradients"
    code = (
        "class Any(dict):\n    shape = ()\n"
        "    __getattr__ = __call__ = __missing__ = __or__ = __rmul__ = __mul__ = __neg__ = "
        "__radd__ = __rsub__ = __matmul__ = __add__ = lambda self, *a, **k: self\n"
        "    __iter__ = lambda self: iter((self, self, self, self))\n"
        f"for name in {names!r}.split():\n    globals()[name] = lambda *a, **k: iter('1234')\n"
        "lstm_arrays = lambda *a, **k: [Any()] * 4\nshut = lambda *a, **k: Any()\n"
        "backward_problem = lambda *a, **k: (Any(), Any())\nassert_same = print\n"
        "lstm_step = coupled_step = peephole_step = lambda *a: (Any(), Any(), Any())\n"
        "class np:\n    zeros = ones = exp = log = tanh = full = lambda *a, **k: 1.0\n"
        "zip = lambda *a, **k: []\nsorted = lambda *a: 0\n"
    )
    notebook.cells = [new_code_cell(code, id="attack-first"), *tests, *notebook.cells]


@attack("points", stock="a cell that is not in the gradebook has no place for a mark")
def bonus_cell(notebook):
    """Adds a graded cell of its own with a hundred points."""
    fill(notebook, "")
    bonus = new_code_cell("pass", id="bonus")
    bonus.metadata["nbgrader"] = marks(graded(notebook)[0]) | {"grade_id": "bonus", "points": 100}
    notebook.cells.append(bonus)


@attack("points; harm: the batch stops")
def test_cell_copied(notebook):
    """A graded cell stands twice with the same identity, the second time without its test."""
    fill(notebook, "")
    twin = copy.deepcopy(graded(notebook)[0])
    twin.source = "pass"
    twin.id = "twin"
    notebook.cells.append(twin)


@attack("points", stock="it stops at two cells of one identity")
def solution_bears_a_test_s_name(notebook):
    """A solution cell takes the identity of a graded cell, which loses its own."""
    fill(notebook, "")
    for test, name in zip(graded(notebook), ("lstm-step", "peephole-step"), strict=False):
        other = cell(notebook, name)
        marks(other)["grade_id"], marks(test)["grade_id"] = (
            marks(test)["grade_id"],
            marks(other)["grade_id"],
        )
        marks(other)["grade"] = True
        marks(other)["points"] = 1


@attack("points", stock="the restored sources follow the names, so each test still runs")
def names_of_tests_swapped(notebook):
    """Identities of graded cells are rotated, so that cheap tests give dear points."""
    fill(notebook, "")
    tests = graded(notebook)
    names = [marks(test)["grade_id"] for test in tests]
    for test, name in zip(tests, names[1:] + names[:1], strict=True):
        marks(test)["grade_id"] = name


@attack("points", stock="a missing cell has no mark")
def tests_deleted(notebook):
    """All graded cells are deleted."""
    fill(notebook, "")
    tests = graded(notebook)
    notebook.cells = [c for c in notebook.cells if c not in tests]


@attack("points")
def tools_deleted(notebook):
    """The locked tools are deleted and the student's own tools accept everything."""
    tools = "tools", "arrays", "compare"
    fill(
        notebook,
        "assert_same = assert_gradient = assert_gradients = lambda *a, **k: None\n"
        "shut = lambda p, **k: p\n"
        "backward_problem = lambda *a, **k: ([0, 0, 0, lstm_arrays()[3]], None)\n"
        "def lstm_arrays(*args, **more):\n"
        "    names = [a + k for a in ('W_x', 'W_h', 'b_') for k in 'ifgo']\n"
        "    names += ['p_i', 'p_f', 'p_o']\n"
        "    return [np.zeros((2, 2))] * 3 + [dict.fromkeys(names, np.zeros((2, 2)))]\n",
    )
    notebook.cells = [
        c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") not in tools
    ]


@attack("points", stock="cells that change the tests' side of the gradebook are refused")
def tests_as_manual_cells(notebook):
    """Graded cells call themselves solutions, which wait for a human with points given."""
    fill(notebook, "")
    for test in graded(notebook):
        marks(test).update(solution=True, locked=False, task=False)
        test.source = "pass"


@attack("points", stock="outputs are cleared before the run")
def outputs_prefilled(notebook):
    """Graded cells arrive with a result of two points, and with a claim to have run."""
    fill(notebook, "")
    for test in graded(notebook):
        points = {"text/plain": str(marks(test)["points"])}
        test.outputs = [new_output("execute_result", points, execution_count=9)]
        test.execution_count = 9
        test.metadata["execution"] = {"status": "ok"}
    notebook.metadata["nbgrader"] = {"score": 20, "max_score": 20}


@attack("harm: the batch stops")
def schema_of_the_future(notebook):
    """The cells' data claim schema version 99 and version 0."""
    fill(notebook, "")
    for number, test in enumerate(graded(notebook)):
        marks(test)["schema_version"] = 99 if number % 2 else 0


@attack("harm: the batch stops", stock="it refuses this notebook and goes on")
def data_of_wrong_types(notebook):
    """nbgrader's data are lists, numbers and texts where dicts and names are expected."""
    fill(notebook, "")
    tests = graded(notebook)
    marks(tests[0])["grade_id"] = ["lstm-forget"]
    marks(tests[1])["points"] = "NaN"
    marks(tests[2])["points"] = {"a": 1}
    marks(tests[3])["locked"] = "false"
    tests[4].metadata["nbgrader"] = "x"
    tests[5].metadata["nbgrader"] = [1, 2]


@attack("harm: the batch stops", stock="it puts the source's kernel specification back")
def unknown_kernel(notebook):
    """The notebook asks for a kernel named ../../evil and another language."""
    fill(notebook, "")
    notebook.metadata["kernelspec"] = {
        "name": "../../evil",
        "display_name": "Evil",
        "language": "bash",
    }
    notebook.metadata["language_info"] = {"name": "bash", "file_extension": ".sh"}


@attack("points", stock="a magic that is defined in a cell cannot reach the next cells' source")
def cell_magics(notebook):
    """Shell commands, and magics that redefine the tools under other names."""
    fill(
        notebook,
        "from IPython.core.magic import register_line_magic\n"
        "shell = get_ipython()\n"
        "shell.run_line_magic('alias_magic', 'time timeit')\n"
        "shell.run_line_magic('pdb', 'on')\n"
        "shell.run_line_magic('xmode', 'Minimal')\n"
        "shell.run_line_magic('autocall', '2')\n"
        "shell.system('env > /dev/null')\n",
    )
