"""Remove what earlier builds left: pages and notebooks of chapters and modules that are gone.

Sphinx never deletes a page. Without this, a link checker or a search engine finds old ones.
"""

import re
from pathlib import Path

ALWAYS = {"index", "search"}  # pages without a source


def leftovers(site, notebooks, root, docnames):
    """List the built files that no source stands for any more.

    Parameters
    ----------
    site, notebooks : Path
        Where the pages and the executed notebooks lie.
    root : Path
        The root of the repository, where the modules' sources lie.
    docnames : set of str
        The pages of this build, such as "book/module/rnn".

    Returns
    -------
    list of Path
    """
    old = []
    for page in site.rglob("*.html"):
        name = page.relative_to(site).with_suffix("").as_posix()
        module = re.sub("^_tests/", "tests/", name).removeprefix("_modules/")
        if module != name:
            sources = (f"{module}.py", f"{module}/__init__.py")
            current = module == "index" or any((root / source).exists() for source in sources)
        else:
            current = name in docnames or name in ALWAYS
        if not current:
            old.append(page)
    for notebook in notebooks.rglob("*.ipynb"):
        if notebook.relative_to(notebooks).with_suffix("").as_posix() not in docnames:
            old.append(notebook)
    sources = site / "_sources"  # each page's text and notebook, for download
    for source in sources.rglob("*.*"):
        if source.relative_to(sources).with_suffix("").as_posix() not in docnames:
            old.append(source)
    return sorted(old)


def remove_leftovers(app, exception):
    """Delete the leftovers, unless the build broke off."""
    if exception or app.builder.format != "html":
        return
    site = Path(app.outdir)
    notebooks = site.parent / "jupyter_execute"
    for file in leftovers(site, notebooks, Path(app.srcdir), app.env.found_docs):
        file.unlink()


def setup(app):
    app.connect("build-finished", remove_leftovers)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
