"""Offer each chapter's executed notebook in the download menu, its text as plain Markdown.

The theme offers notebooks only on pages that also have a button of a notebook service. Jupyter
shows MyST's directives and roles as they are written, so the copy has words in their place.
"""

import json
import re
from functools import partial
from pathlib import Path

from book_studies import QUOTATION, quoted

FENCE = r"^(?P<fence>`{3,}|:{3,})"
OPTIONS = r"(?:^:[\w-]+:.*\n)*"
DIRECTIVES = [  # (what is written, what a reader of the notebook sees)
    (rf"{FENCE}\{{solution-start\}} \S+\n{OPTIONS}(?P=fence)$", "**Solution**\n"),
    (rf"{FENCE}\{{solution-end\}}\n(?P=fence)$", ""),
    (rf"{FENCE}\{{exercise\}} (.*)\n{OPTIONS}((?s:.*?))^(?P=fence)$", r"**Exercise: \2**\n\n\3"),
    (rf"{FENCE}\{{literalinclude\}} (?:\.\./)*(\S+)\n{OPTIONS}(?P=fence)$", r"(Code: `\2`.)"),
    (rf"{FENCE}\{{admonition\}} (.*)\n{OPTIONS}((?s:.*?))^(?P=fence)$", r"**\2**\n\n\3"),
    (
        rf"{FENCE}\{{(?:benchmark|list-table)\}}[^\n]*\n(?s:.*?)^(?P=fence)$",
        "(A table, which is on the page.)",
    ),
    (rf"{FENCE}\{{(note|tip|warning)\}}\n{OPTIONS}((?s:.*?))^(?P=fence)$", r"**\2**\n\n\3"),
]
INLINE = [
    (r"^\$\$ \((?:eq|der)-([\w-]+)\)", r"$$\n\n(equation \1)"),
    (r"\{eq\}`(?:eq|der)-([^`]*)`", r"(equation \1)"),
    (r"\{[a-z:]+\}`([^`<]*\S)\s*<[^`>]*>`", r"\1"),  # words <address>
    (r"\{numref\}`fig-([^`]*)`", r"the figure *\1*"),
    (r"\{doc\}`(?:[^`]*/)?([^`/]*)`", r"*\1*"),
    (r"\{cite:[tp]\}`([^`]*)`", r"[\1]"),
    (r"\{term\}`([^`]*)`", r"\1"),
]


def readable(markdown):
    """Write the words of MyST's directives and roles in plain Markdown."""
    for pattern, words in DIRECTIVES + INLINE:
        markdown = re.sub(pattern, words, markdown, flags=re.MULTILINE)
    return markdown


GLUE = re.compile(r"\{glue:text\}`([^`:]+):?([^`]*)`")


def measured_numbers(file):
    """What the cells recorded for the prose, and MyST-NB put into a file: {name: number}."""
    recorded = json.loads(file.read_text("utf-8")) if file.exists() else {}
    return {name: json.loads("".join(*out["data"].values())) for name, out in recorded.items()}


def with_numbers(root, measured, markdown):
    """The text with the numbers of its cells and of stored studies."""
    markdown = GLUE.sub(lambda found: format(measured[found[1]], found[2]), markdown)
    return QUOTATION.sub(lambda found: quoted(root, found[1])[1], markdown)


def offer_notebook(app, pagename, templatename, context, doctree):
    """Write the page's notebook next to its source and tell the theme about it."""
    notebook = Path(app.outdir).parent / "jupyter_execute" / f"{pagename}.ipynb"
    if "kernelspec" in app.env.metadata.get(pagename, {}):
        content = json.loads(notebook.read_text("utf-8"))
        measured = measured_numbers(notebook.with_suffix(".glue.json"))
        numbers = partial(with_numbers, app.srcdir, measured)
        for cell in content["cells"]:
            if cell["cell_type"] == "markdown":
                text = readable(numbers("".join(cell["source"])))
                cell["source"] = text.splitlines(keepends=True)
        copy = Path(app.outdir, "_sources", f"{pagename}.ipynb")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", "utf-8")
        context["ipynb_source"] = f"{pagename}.ipynb"


def setup(app):
    app.connect("html-page-context", offer_notebook)  # before the theme's buttons, at 501
    return {"parallel_read_safe": True, "parallel_write_safe": True}
