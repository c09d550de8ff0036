"""Offer each chapter's executed notebook in the download menu.

The theme does so only on pages that also have a button of a notebook service.
"""

import shutil
from pathlib import Path


def offer_notebook(app, pagename, templatename, context, doctree):
    """Copy the page's notebook next to its source and tell the theme about it."""
    notebook = Path(app.outdir).parent / "jupyter_execute" / f"{pagename}.ipynb"
    if "kernelspec" in app.env.metadata.get(pagename, {}):
        copy = Path(app.outdir, "_sources", f"{pagename}.ipynb")
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(notebook, copy)
        context["ipynb_source"] = f"{pagename}.ipynb"


def setup(app):
    app.connect("html-page-context", offer_notebook)  # before the theme's buttons, at 501
    return {"parallel_read_safe": True, "parallel_write_safe": True}
