"""What a page measures reaches its prose: as a number, under its name, shown nowhere else."""

import ast
import re
import sys
import textwrap
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from rnncourse.measured import measured


@pytest.fixture
def shown(monkeypatch):
    """Displays of a notebook that is not there: pairs (data, metadata)."""
    found = []

    def display(data, raw, metadata):
        assert raw
        found.append((data, metadata))

    notebook = SimpleNamespace(
        get_ipython=lambda: "a kernel", display=SimpleNamespace(display=display)
    )
    monkeypatch.setitem(sys.modules, "IPython", notebook)
    return found


@pytest.mark.parametrize(
    "value, text",
    [
        (0.25, "0.25"),
        (600, "600"),
        (np.float64(0.25), "0.25"),
        (np.float32(0.5), "0.5"),
        (np.int64(3), "3"),
    ],
)
def test_a_number_is_recorded_as_python_writes_it(shown, value, text):
    measured(gru_time=value)
    ((data, metadata),) = shown
    assert list(data.values()) == [text]
    prefix = metadata["scrapbook"]["mime_prefix"]
    assert list(data) == [f"{prefix}text/plain"] and prefix
    assert metadata["scrapbook"]["name"] == "gru_time"


def test_several_numbers_are_recorded_each_under_its_name(shown):
    measured(one=1, two=2)
    assert [metadata["scrapbook"]["name"] for _, metadata in shown] == ["one", "two"]


@pytest.mark.parametrize("value", ["0.25", np.ones(1), None, True, 1j])
def test_what_is_no_number_is_refused(shown, value):
    with pytest.raises(TypeError, match="^gru_time: expected a number, got "):
        measured(fine=1.0, gru_time=value)
    assert shown == []


def test_outside_a_notebook_nothing_happens(monkeypatch, capsys):
    for notebook in (None, SimpleNamespace(get_ipython=lambda: None)):
        monkeypatch.setitem(sys.modules, "IPython", notebook)
        measured(gru_time=0.25)
    assert capsys.readouterr().out == ""


def test_the_book_finds_the_record(monkeypatch):
    """The judge is the book's own reader of such records, in a kernel that is real."""
    nbformat = pytest.importorskip("nbformat")
    client = pytest.importorskip("nbclient")
    glue = pytest.importorskip("myst_nb.ext.glue")
    code = "from rnncourse.measured import measured\nmeasured(gru_time=0.25)"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    client.NotebookClient(
        notebook, kernel_name="python3", extra_arguments=["--log-level=40"]
    ).execute()
    records = glue.extract_glue_data(notebook, [1], None)
    assert records["gru_time"]["data"] == {"text/plain": "0.25"}
    assert notebook.cells[0].outputs == []


QUOTED = re.compile(r"\{glue:text\}`([^:`]+)(:[^`]*)?`")


def test_every_number_that_prose_quotes_is_measured_on_its_page_and_rounded():
    for page in (Path(__file__).parents[1] / "book").rglob("*.md"):
        text = page.read_text("utf-8")
        recorded = {
            keyword.arg
            for cell in re.findall(r"^```\{code-cell\}.*?^```", text, re.DOTALL | re.MULTILINE)
            for call in re.findall(r"^ *(measured\(.*?\))$", cell, re.DOTALL | re.MULTILINE)
            for keyword in ast.parse(textwrap.dedent(call)).body[0].value.keywords
        }
        quoted = QUOTED.findall(text)
        assert {name for name, _ in quoted} <= recorded, page.name
        assert all(form for _, form in quoted), page.name
