"""The built site in a real browser: every page, two widths, light and dark."""

import pytest
from browser import ROOT, VARIANTS, window

# Each width and each theme once: what axe-core checks depends on one or on the other.
ACCESSIBILITY = [(1280, "light"), (375, "dark")]
AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module", params=VARIANTS, ids=lambda variant: "-".join(map(str, variant)))
def pages(request, chromium):
    """A window of one width and theme; what it has loaded once stays in its cache."""
    with window(chromium, *request.param) as pages:
        yield pages


@pytest.fixture
def page(pages):
    page = pages.new_page()
    yield page
    page.close()


def test_page_is_quiet_local_and_fits(page, address, view):
    complaints, requests = [], []
    page.on("console", lambda message: complaints.append((message.type, message.text)))
    page.on("pageerror", lambda error: complaints.append(("exception", str(error))))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(f"{address}/{view}")
    page.evaluate("document.fonts.ready")  # the last that a page asks for

    assert [text for kind, text in complaints if kind in ("error", "exception")] == []
    local = (f"{address}/", "data:", "blob:")
    assert [url for url in requests if not url.startswith(local)] == []
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"], "the page scrolls sideways"


@pytest.mark.parametrize("pages", ACCESSIBILITY, ids=str, indirect=True)
def test_page_is_accessible(page, address, view):
    page.goto(f"{address}/{view}")
    page.evaluate(AXE)
    # KaTeX's own spans, thousands on a page, are hidden from readers behind its MathML.
    report = page.evaluate("axe.run({exclude: ['.katex-html']}, {resultTypes: ['violations']})")
    found = [(v["id"], [node["target"] for node in v["nodes"]]) for v in report["violations"]]
    assert found == []
