"""The build tells of every gap between book, code and tests, and links what belongs together."""

from types import SimpleNamespace

import book_ledger
import pytest
from book_source_pages import page_of
from docutils import nodes
from ledger import Ledger, Place

CODE = {"eq-h": [Place("rnncourse/rnn.py", 7), Place("rnncourse/fused/kernels/rnn.py", 3)]}
TESTS = {"eq-h": [Place("tests/test_rnn.py", 20, "test_h")]}
BOOK = {
    "eq-h": [Place("book/module/rnn.md", 5)],
    "der-a": [Place("book/module/rnn.md", 9)],
}


@pytest.fixture
def app():
    """As much of Sphinx as the extension looks at."""
    env = SimpleNamespace(
        book_ledger=Ledger(BOOK, CODE, {}, TESTS),
        toc_fignumbers={"book/module/rnn": {"displaymath": {"equation-eq-h": (2, 3)}}},
        get_domain=lambda name: SimpleNamespace(equations={"der-a": ("book/module/rnn", 4)}),
        path2doc=lambda path: path.removesuffix(".md"),
    )

    def relative(docname, page):
        return "../" * docname.count("/") + f"{page}.html"

    return SimpleNamespace(env=env, builder=SimpleNamespace(name="html", get_relative_uri=relative))


def chapter(*labels):
    """A document with these equations; "" is one without a label."""
    document = nodes.section()
    for label in labels:
        document += nodes.math_block("", "a = b", label=label or None)
    return document


@pytest.mark.parametrize(
    "path, page",
    [
        ("rnncourse/lstm.py", "_modules/rnncourse/lstm"),
        ("rnncourse/fused/kernels/lstm.py", "_modules/rnncourse/fused/kernels/lstm"),
        ("rnncourse/interop/__init__.py", "_modules/rnncourse/interop"),
        ("tests/test_lstm.py", "_tests/test_lstm"),
    ],
)
def test_a_file_has_one_page(path, page):
    assert page_of(path) == page


def test_an_equation_is_followed_by_links_to_its_line_and_its_test(app):
    document = chapter("eq-h", "", "der-a")
    book_ledger.add_links(app, document, "book/module/rnn")
    equation, links, plain, step, word = document.children
    assert links.astext() == (
        '<p class="equation-links">'
        '<a href="../../_modules/rnncourse/rnn.html#L7" aria-label="code of equation 2.3">code</a>'
        ' · <a href="../../_tests/test_rnn.html#L20" aria-label="test of equation 2.3">test</a></p>'
    )
    assert word.astext() == '<p class="equation-links">derivation</p>'
    assert equation["classes"] == step["classes"] == ["with-links"] and plain["classes"] == []


def test_where_there_are_no_pages_of_source_there_are_no_links(app):
    app.builder.name = "singlehtml"
    document = chapter("eq-h")
    book_ledger.add_links(app, document, "book/module/rnn")
    assert len(document.children) == 1


def test_an_equation_has_the_number_that_the_page_shows(app):
    assert book_ledger.equation_number(app.env, "book/module/rnn", "eq-h") == "2.3"
    assert book_ledger.equation_number(app.env, "book/module/rnn", "der-a") == "4"


def test_pages_are_written_again_when_their_links_have_moved_and_only_then(app):
    assert book_ledger.changed_pages(app, app.env) == ["book/module/rnn"]
    assert book_ledger.changed_pages(app, app.env) == []
    moved = {"eq-h": [Place("tests/test_rnn.py", 21, "test_h")]}
    app.env.book_ledger = app.env.book_ledger._replace(tests=moved)
    assert book_ledger.changed_pages(app, app.env) == ["book/module/rnn"]


def test_a_gap_is_a_warning_of_the_build(monkeypatch, tmp_path):
    for path, text in {
        "book/a.md": "$$ a = b $$ (eq-a)\n\n$$ c = d $$ (eq-c)\n",
        "book/draft.md": "$$ e = f $$ (eq-e)\n",
        "rnncourse/a.py": "a = b  # eq-a\nx = y  # eq-lost\n",
        "tests/test_a.py": '@equation("eq-a")\ndef test_a(): ...\n',
    }.items():
        file = tmp_path / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    warnings = []
    monkeypatch.setattr(
        book_ledger.logger, "warning", lambda text, *values: warnings.append(text % values)
    )
    env = SimpleNamespace(
        found_docs={"book/a", "index"},
        doc2path=lambda name, base: f"{name}.md" if name != "index" else "index.rst",
    )
    book_ledger.read_ledger(SimpleNamespace(srcdir=str(tmp_path)), env, [])
    assert warnings == [
        "equation ledger: eq-lost is beside code but is no equation of the book (rnncourse/a.py:2)",
        "equation ledger: eq-c is an equation without a line of code (book/a.md:3)",
        "equation ledger: eq-c is an equation without a test (book/a.md:3)",
    ]
    assert set(env.book_ledger.book) == {"eq-a", "eq-c"}  # a draft is no page of the book
