"""The same notebooks as nbclient runs them: the same fates, texts and pictures, cell by cell."""

import base64
import copy
import re
from io import BytesIO
from pathlib import Path

import nbformat
import numpy as np
import pytest
from matplotlib.image import imread
from nbclient import NotebookClient

from rnncourse.grading.engine import Cell, Engine

SOURCE = Path(__file__).parents[2] / "assignments" / "source"
NAMES = sorted(path.stem for path in SOURCE.glob("*/*.ipynb"))
ANSI = re.compile(r"\x1b\[[0-9;]*m")
PLACE = re.compile(r"\((<cell [^>]*>.py|[^ ()]*\.py), line")
EXTRA = [
    """
import sys
import numpy as np
import matplotlib.pyplot as plt
print("one"); print("two", file=sys.stderr)
fig, ax = plt.subplots()
ax.plot([3, 1, 2])
plt.show()
display({"a": np.arange(3)})
plt.figure(figsize=(3, 2)); plt.bar([1, 2], [3, 4])
np.float64(1.5)
""",
    "%matplotlib inline\nx = 3;",
    "x",
    "_ + 1",
    "%time 1\nx = (",
    "raise KeyError('gone')",
    "%%bash\necho hi",
    "plt.plot([1, 2])\n1 / 0",
]


@pytest.fixture(scope="module")
def engine():
    with Engine() as engine:
        yield engine


def code_cells(name, solved):
    """The code cells of a source notebook, unsolved as the release has them."""
    notebook = nbformat.read(SOURCE / name / f"{name}.ipynb", as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for cell in cells:
        if not solved and "### BEGIN SOLUTION" in cell.source:
            kept = cell.source.split("    ### BEGIN SOLUTION")[0]
            cell.source = f"{kept}    # YOUR CODE HERE\n    raise NotImplementedError()"
    notebook.cells = cells
    return notebook


def is_locked(cell):
    marks = cell.metadata.get("nbgrader", {})
    return bool(not marks.get("solution") and (marks.get("grade") or marks.get("locked")))


def of_stock(notebook):
    """The outputs of each cell as a kernel makes them."""
    ran = copy.deepcopy(notebook)
    NotebookClient(ran, allow_errors=True, kernel_name="python3").execute()
    return [cell.outputs for cell in ran.cells]


def of_ours(engine, notebook):
    cells = [Cell(cell.id, cell.source, is_locked(cell)) for cell in notebook.cells]
    return [result.outputs for result in engine.run(cells).results]


def comparable(outputs, locked):
    """What must be equal: kinds, texts, errors, pixels; a stream in pieces is one stream."""
    kept = []
    for output in outputs:
        kind = output["output_type"]
        if kind == "stream":
            if kept and kept[-1][:2] == ("stream", output["name"]):
                kept[-1] = (*kept[-1][:2], kept[-1][2] + output["text"])
            else:
                kept.append(("stream", output["name"], output["text"]))
        elif kind == "error":
            text = "" if locked else ANSI.sub("", "\n".join(output["traceback"]))
            kept.append((kind, output["ename"], PLACE.sub("(, line", output["evalue"]), text))
        else:
            data, number = output["data"], output.get("execution_count")
            picture = data.get("image/png")
            if picture is not None:
                picture = imread(BytesIO(base64.b64decode(picture)))
            kept.append((kind, data.get("text/plain"), number, picture))
    return kept


def assert_equal(ours, stock, cell):
    locked = is_locked(cell)
    ours, stock = comparable(ours, locked), comparable(stock, locked)
    assert len(ours) == len(stock), cell.source
    for mine, theirs in zip(ours, stock, strict=True):
        *mine, my_last = mine
        *theirs, their_last = theirs
        assert mine == theirs
        if isinstance(my_last, np.ndarray):
            assert my_last.shape == their_last.shape and (my_last == their_last).all()
        else:
            assert my_last == their_last


@pytest.mark.filterwarnings("ignore")  # of jupyter_client about its sockets
@pytest.mark.parametrize("solved", [True, False], ids=["solved", "unsolved"])
@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_gets_the_outputs_of_stock(engine, name, solved):
    notebook = code_cells(name, solved)
    for mine, theirs, cell in zip(
        of_ours(engine, notebook), of_stock(notebook), notebook.cells, strict=True
    ):
        assert_equal(mine, theirs, cell)


@pytest.mark.filterwarnings("ignore")
def test_odd_cells_get_the_outputs_of_stock(engine):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in EXTRA])
    for mine, theirs, cell in zip(
        of_ours(engine, notebook), of_stock(notebook), notebook.cells, strict=True
    ):
        assert_equal(mine, theirs, cell)
