"""A feedback page in Chromium: both widths, both themes, keyboard, no request, no script."""

import pytest
from nbformat.v4 import new_code_cell

from tests.grading.homework import autograde, give_feedback, hand_in, named, solved
from tests.site.browser import ROOT, VARIANTS, chromium, window

AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
HOSTILE = "<script>document.title = 'owned'</script>" + "wide " * 99 + "x" * 300


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@pytest.fixture
def address(course, double, tmp_path):
    """A page with everything on it: lost and full points, output, error, written answer, notes."""
    notebook = solved(course, "def double(x):\n    return 2 * x if x < 8 else 0  # " + "long " * 60)
    named(notebook, "why").source = HOSTILE
    notebook.cells.append(new_code_cell(f"print({HOSTILE!r})"))
    notebook.cells.append(new_code_cell(f"raise ValueError({HOSTILE!r})"))
    notebook.cells.append(notebook.cells[3])
    hand_in(course, "student-1", notebook, "hw (1).ipynb")
    autograde(course)
    path = tmp_path / "page.html"
    path.write_text(give_feedback(course, "student-1"), "utf-8")
    return path.as_uri()


@pytest.mark.parametrize(("width", "theme"), VARIANTS)
def test_a_page_is_readable_everywhere_and_asks_nobody(browser, address, width, theme):
    with window(browser, width, theme) as pages:
        page = pages.new_page()
        asked, said = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda line: said.append(line.text))
        page.goto(address)
        assert asked == [address] and said == []
        assert page.title() == "Feedback: hw"
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('.look') !== null")
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        page.evaluate(AXE)  # evaluated from outside, so the page's policy does not forbid it
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
