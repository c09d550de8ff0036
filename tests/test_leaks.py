"""Solutions and hidden tests stay out of the chapters and the package; the judge notices a leak.

What is built from them, the site and the students' zip, is judged in tests/site and
tests/assignments.
"""

import io
import json
import zipfile
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from assignments.course import assignments, read_source
from tests import leaks

ROOT = Path(__file__).parents[1]


def test_no_solution_and_no_hidden_test_is_in_the_book_or_the_package():
    files = [*(ROOT / "book").rglob("*"), *(ROOT / "rnncourse").rglob("*.py")]
    assert leaks.leaks(ROOT, files, leaks.course_secrets()) == []


def test_every_assignment_has_secrets_of_both_kinds():
    places = {place for places in leaks.course_secrets().values() for place in places}
    assert places == {
        f"{n}, {kind}" for n in assignments() for kind in ("solution", "hidden tests")
    }


# The judge is seen to judge

SOLUTION = """
    a = x @ W  # a comment
    h = np.tanh(a) if a < "1" else a

    return h, a
    """
CELL = f"""def step(x, W):
    ### BEGIN SOLUTION{SOLUTION}### END SOLUTION

### BEGIN HIDDEN TESTS
assert step(1, 2) == secret(3)
### END HIDDEN TESTS
"""
SECRETS = leaks.secrets({"a0": new_notebook(cells=[new_code_cell(CELL)])})
OTHER = 'def other(x):\n    a = x @ W\n    h = np.tanh(a) if a < "1" else a\n    return a\n'


def zipped(name, data):
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        archive.writestr(name, data)
    return memory.getvalue()


def formats(code):
    """{file name: its bytes}: the same code published in different ways."""
    page = highlight(code, PythonLexer(), HtmlFormatter())
    notebook = new_notebook(cells=[new_code_cell(code)])
    files = {
        "chapter.md": f"```{{code-cell}}\n{code}\n```",
        "module.py": f"\tif 1:\n{code}",
        "page.html": f"<html><body>{page}</body></html>",
        "lines.html": highlight(code, PythonLexer(), HtmlFormatter(linenos="inline")),
        "chapter.ipynb": nbformat.writes(notebook),
        "whole.ipynb": json.dumps(notebook),
        "index.js": f"Search.setIndex({json.dumps({'text': code})})",
        "other.txt": code.replace("\n", "\n\n# a word in between\n"),
    }
    files = {name: text.encode() for name, text in files.items()}
    wheel = zipped("rnncourse/step.py", code)
    return files | {"package.whl": wheel, "student.zip": zipped("package.whl", wheel)}


@pytest.mark.parametrize("name", formats(""))
def test_a_planted_solution_is_found(name):
    (leak,) = leaks.leaks_in(name, formats(SOLUTION)[name], SECRETS)
    assert leak.startswith(name) and "a0, solution" in leak


@pytest.mark.parametrize("name", formats(""))
def test_other_code_is_no_leak(name):
    assert leaks.leaks_in(name, formats(OTHER)[name], SECRETS) == []


def test_a_short_hidden_test_is_found_whole():
    (leak,) = leaks.leaks_in("a.md", b"so assert step(1, 2) ==\n  secret(3) holds", SECRETS)
    assert "a0, hidden tests" in leak
    assert leaks.leaks_in("a.md", b"assert step(1, 2) == secret(4)", SECRETS) == []


def test_a_hidden_test_may_begin_as_a_visible_one_and_is_found_all_the_same():
    start = "rng = draw(1)\nx = rng.x\ny = rng.y\n"
    hidden = f"### BEGIN HIDDEN TESTS\n{start}assert step(x) == y\n### END HIDDEN TESTS\n"
    cells = [new_code_cell(start), new_code_cell(hidden)]
    secrets = leaks.secrets({"a0": new_notebook(cells=cells)})
    assert leaks.leaks_in("a.md", start.encode(), secrets) == []
    assert leaks.leaks_in("a.md", hidden.encode(), secrets)
    hidden = hidden.replace("assert step(x) == y\n", "")
    secrets = leaks.secrets({"a0": new_notebook(cells=[cells[0], new_code_cell(hidden)])})
    assert leaks.leaks_in("a.md", hidden.encode(), secrets)


@pytest.mark.parametrize("name", assignments())
def test_each_region_of_the_course_is_found_on_a_page(name):
    secrets = leaks.course_secrets()
    for kind in leaks.KINDS:
        for region in leaks.regions(read_source(name), kind):
            if len(leaks.lines(region)) >= leaks.PIECE:
                page = highlight(region, PythonLexer(), HtmlFormatter()).encode()
                found = leaks.leaks_in("page.html", page, secrets)
                assert any(f"{name}, {kind.lower()}" in leak for leak in found)
