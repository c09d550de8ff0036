"""Finish the built pages: repair the theme's markup, number source lines, forward the root.

Each repair answers one rule that axe-core, the accessibility checker of the tests, reports on
the pages of sphinx-book-theme. All of them may be applied to a page twice.
"""

import re
from pathlib import Path

REPAIRS = [
    # The name of a control contains the words seen on it: where there are words, no other label.
    (r'(<button class="btn search-button-field[^>]*?) aria-label="Search"', r"\1"),
    (r'<summary aria-label="Toggle hidden content">', "<summary>"),
    (r'(<i class="theme-switch [^>]*?) title="[^"]*"', r"\1"),
    # Everything on a page lies in a landmark, the book's name in the sidebar included.
    (
        r'<div id="pst-primary-sidebar"',
        r'<div role="region" aria-label="Book" id="pst-primary-sidebar"',
    ),
    # Roles of digital publishing that are deprecated, in a list that they do not fit.
    (r' role="doc-biblioentry"', ""),
    (r'<div role="list" class="citation-list">', '<div class="citation-list">'),
    # A line of source has an address: lstm.html#L42; what may follow it on its line closes boxes.
    (
        r'(?m)^((?:<span></span>)?)(<span class="linenos"> *(\d+)</span>.*?)'
        r"((?:</div>|</pre>.*)*)$",
        r'\1<span class="line" id="L\3">\2</span>\4',
    ),
]

FORWARDER = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="0; url={address}">
<meta name="description" content="{description}">
<title>{title}</title>
<link rel="icon" href="_static/favicon.svg">
<link rel="canonical" href="{address}">
</head>
<body><main><h1>{title}</h1><p>{description} <a href="{address}">Start reading</a></p></main></body>
</html>
"""


def repair(page):
    """Apply the repairs to one page; leave a page that needs none untouched."""
    before = after = page.read_text(encoding="utf-8")
    for pattern, replacement in REPAIRS:
        after = re.sub(pattern, replacement, after)
    if after != before:
        page.write_text(after, encoding="utf-8")


def finish(app, exception):
    """Repair every page and write the forwarder, unless the build broke off."""
    if exception or app.builder.format != "html":
        return
    site = Path(app.outdir)
    for page in site.rglob("*.html"):
        repair(page)
    forwarder = FORWARDER.format(
        title=app.config.html_title,
        description=app.config.book_description,
        address=app.builder.get_target_uri(app.config.root_doc),
    )
    (site / "index.html").write_text(forwarder, encoding="utf-8")


def setup(app):
    app.add_config_value("book_description", "", "html", str)
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
