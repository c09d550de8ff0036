"""Pages with highlighted source that viewcode does not make: of tests, and of inner modules.

They look like viewcode's and lie beside them: `_modules/rnncourse/fused/kernels/lstm` for a
module, `_tests/test_lstm` for a test. `book_finish` gives each line its address, `#L42`.
"""

from pathlib import Path, PurePosixPath

FOLDERS = {"rnncourse": "_modules/rnncourse", "tests": "_tests"}


def page_of(path):
    """The page with the source of a file: `_tests/test_lstm` of `tests/test_lstm.py`."""
    folder, *rest = PurePosixPath(path).with_suffix("").parts
    return "/".join([FOLDERS[folder], *(part for part in rest if part != "__init__")])


def source_pages(app):
    """Yield the pages as Sphinx takes them, of every file that the ledger names."""
    ledger = app.env.book_ledger
    paths = {
        p.path for found in (ledger.code, ledger.tests) for places in found.values() for p in places
    }
    modules = getattr(app.env, "_viewcode_modules", {})
    made = {f"_modules/{name.replace('.', '/')}" for name, entry in modules.items() if entry}
    for path in sorted(path for path in paths if page_of(path) not in made):
        source = Path(app.srcdir, path).read_text(encoding="utf-8")
        body = app.builder.highlighter.highlight_block(source, "python", linenos="inline")
        body = body.replace("<pre>", "<pre>\n", 1)
        context = {"parents": [], "title": path, "body": f"<h1>{path}</h1>\n{body}"}
        yield page_of(path), context, "page.html"


def setup(app):
    app.connect("html-collect-pages", source_pages, priority=600)  # after viewcode's, at 500
    return {"parallel_read_safe": True, "parallel_write_safe": True}
