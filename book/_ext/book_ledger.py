"""Beside each labelled equation, the way to its line of code and to its test.

The labels are read from the sources (see `ledger`); one that has no counterpart is a warning,
which fails the build. The page of the whole ledger is made by `book_ledger_page`.
"""

from pathlib import Path

import ledger
from book_source_pages import page_of
from docutils import nodes
from sphinx.util import logging

logger = logging.getLogger(__name__)
BUILDERS = ("html", "dirhtml")  # those that have pages of source


def read_ledger(app, env, docnames):
    """Read the labels of the pages of this book, the package and the tests; report gaps."""
    chapters = [env.doc2path(name, base=False) for name in env.found_docs]
    chapters = sorted(path for path in chapters if path.endswith(".md"))
    env.book_ledger = ledger.read(Path(app.srcdir), chapters)
    for problem in ledger.problems(env.book_ledger):
        logger.warning("equation ledger: %s", problem)


def changed_pages(app, env):
    """Pages whose sources are as they were, and whose links are not: Sphinx writes them again."""
    links = {}
    for label, places in env.book_ledger.book.items():
        for place in places:
            found = [
                kind.get(label, [None])[0] for kind in (env.book_ledger.code, env.book_ledger.tests)
            ]
            links.setdefault(env.path2doc(place.path), []).append((label, *found))
    before = getattr(env, "book_ledger_links", {})
    env.book_ledger_links = links
    return [name for name in links if links[name] != before.get(name)]


def equation_number(env, docname, label):
    """The number of an equation as the page shows it, such as "5.3"."""
    numbers = env.toc_fignumbers.get(docname, {}).get("displaymath", {})
    parts = numbers.get(f"equation-{label}", ()) or [env.get_domain("math").equations[label][1]]
    return ".".join(map(str, parts))


def place_link(app, docname, place, text, name=None):
    """An HTML link from a page to a line of source, with a name of its own for screen readers."""
    address = f"{app.builder.get_relative_uri(docname, page_of(place.path))}#L{place.line}"
    label = f' aria-label="{name}"' if name else ""
    return f'<a href="{address}"{label}>{text}</a>'


def add_links(app, doctree, docname):
    """Put "code · test" below each equation, or that it is a step of a derivation."""
    if app.builder.name not in BUILDERS:
        return
    code, tests = app.env.book_ledger.code, app.env.book_ledger.tests
    for equation in list(doctree.findall(nodes.math_block)):
        label = equation.get("label") or ""
        number = label and equation_number(app.env, docname, label)
        if label.startswith("der-"):
            links = ["derivation"]
        else:
            links = [
                place_link(app, docname, places[label][0], word, f"{word} of equation {number}")
                for word, places in (("code", code), ("test", tests))
                if label in places
            ]
        if label and links:
            html = f'<p class="equation-links">{" · ".join(links)}</p>'
            equation["classes"].append("with-links")
            equation.parent.insert(
                equation.parent.index(equation) + 1, nodes.raw("", html, format="html")
            )


def setup(app):
    app.connect("env-before-read-docs", read_ledger)
    app.connect("env-updated", changed_pages)
    app.connect("doctree-resolved", add_links)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
