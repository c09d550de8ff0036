"""Two corrections to the pages about the package: its reference and its highlighted source."""

import shutil
from pathlib import Path


def skip_fields(app, what, name, obj, skip, options):
    """Leave a NamedTuple's fields out of the reference: "Alias for field number 0" says nothing.

    The class's signature names the fields, and the page with its source shows their shapes.
    """
    return True if type(obj).__name__ == "_tuplegetter" else None


def forget_source_pages(app):
    """Have viewcode write all its pages: it keeps old ones, whose menus may be out of date."""
    shutil.rmtree(Path(app.outdir, "_modules"), ignore_errors=True)
    return []


def setup(app):
    app.connect("autodoc-skip-member", skip_fields)
    app.connect("html-collect-pages", forget_source_pages, priority=1)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
