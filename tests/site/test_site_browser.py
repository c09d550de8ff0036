"""The built site in a real browser: every page, two widths, light and dark."""

import pytest
from browser import ROOT, VARIANTS, open_page

AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(params=VARIANTS, ids=lambda variant: "-".join(map(str, variant)))
def page(request, chromium):
    with open_page(chromium, *request.param) as page:
        yield page


def test_page_is_quiet_local_fits_and_is_accessible(page, address, name):
    complaints, requests = [], []
    page.on("console", lambda message: complaints.append((message.type, message.text)))
    page.on("pageerror", lambda error: complaints.append(("exception", str(error))))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(f"{address}/{name}")
    page.evaluate("document.fonts.ready")  # the last that a page asks for

    assert [text for kind, text in complaints if kind in ("error", "exception")] == []
    local = (f"{address}/", "data:", "blob:")
    assert [url for url in requests if not url.startswith(local)] == []
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"], "the page scrolls sideways"

    page.evaluate(AXE)
    report = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    found = [(v["id"], [node["target"] for node in v["nodes"]]) for v in report["violations"]]
    assert found == []
