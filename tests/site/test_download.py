"""The notebooks for download: the executed ones, with plain Markdown around the code."""

import importlib.util
import json
import re
from pathlib import Path

import pytest
from browser import ROOT, SITE

LEFT = re.compile(r"\{(admonition|solution-\w+|study|glue:text)\}")
EXTENSION = Path(__file__).parents[2] / "book" / "_ext" / "book_download.py"
SPEC = importlib.util.spec_from_file_location("book_download", EXTENSION)
book_download = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(book_download)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (":::{admonition} Is it?\n:class: dropdown\nYes.\n:::\n", "**Is it?**\n\nYes.\n\n"),
        ("```{exercise} Count it\n:label: ex-a\nDo.\n```", "**Exercise: Count it**\n\nDo.\n"),
        ("````{solution-start} a\n:class: dropdown\n````\nFour.", "**Solution**\n\nFour."),
        ("Five.\n\n```{solution-end}\n```\n", "Five.\n\n\n"),
        ("```{literalinclude} ../../rnncourse/a.py\n:dedent: 4\n```", "(Code: `rnncourse/a.py`.)"),
        ("````{admonition} The same\n```{literalinclude} ../torch/a.py\n```\n````",
         "**The same**\n\n(Code: `torch/a.py`.)\n"),
        ("```{list-table} Words\n:width: 1\n* - a\n```\nb", "(A table, which is on the page.)\nb"),
        ("$$\nh = a\n$$ (eq-rnn-h)\n", "$$\nh = a\n$$\n\n(equation rnn-h)\n"),
        ("see {eq}`eq-rnn-h` and {numref}`fig-a`", "see (equation rnn-h) and the figure *a*"),
        ("{doc}`the LSTM <lstm>`, {doc}`/book/module/gru`, {doc}`rnn`", "the LSTM, *gru*, *rnn*"),
        ("{cite:p}`gers2000,cho2014`, {term}`Jacobian`", "[gers2000,cho2014], Jacobian"),
        ("`code` and $W_h$ and a:b", "`code` and $W_h$ and a:b"),
    ],
)  # fmt: skip
def test_directives_and_roles_become_words(written, read):
    assert book_download.readable(written) == read


def test_numbers_of_cells_and_studies_stand_in_the_text(tmp_path):
    record = {"data": {"application/papermill.record/text/plain": "0.8333"}}
    (tmp_path / "a.glue.json").write_text(json.dumps({"time": record}), "utf-8")
    measured = book_download.measured_numbers(tmp_path / "a.glue.json")
    assert measured == {"time": 0.8333}
    assert book_download.measured_numbers(tmp_path / "none.glue.json") == {}
    text = "The GRU takes {glue:text}`time:.2f`, see {study}`tasks_adding`, `code`."
    assert book_download.with_numbers(ROOT, measured, text) == (
        "The GRU takes 0.83, see Tasks adding, `code`."
    )
    with pytest.raises(KeyError, match="space"):
        book_download.with_numbers(ROOT, measured, "{glue:text}`space:.2f`")


def test_code_and_outputs_are_those_of_the_executed_notebook(site):
    copies = sorted((site / "_sources").rglob("*.ipynb"))
    assert copies
    for copy in copies:
        executed = SITE.parent / "jupyter_execute" / copy.relative_to(site / "_sources")
        ours, theirs = (json.loads(p.read_text("utf-8"))["cells"] for p in (copy, executed))
        kinds = [cell["cell_type"] for cell in ours]
        assert kinds == [cell["cell_type"] for cell in theirs]
        for one, other in zip(ours, theirs, strict=True):
            assert one == other or one["cell_type"] == "markdown"
            text = "".join(one["source"])
            assert one["cell_type"] == "code" or not LEFT.search(text)
