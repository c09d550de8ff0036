"""What formgrader shows of a student's text: Markdown in which HTML is text.

nbgrader's own page puts a student's HTML into the instructor's browser as it is, scripts
included, and a script there could give marks to anybody.
"""

from jinja2 import pass_context
from markupsafe import escape
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath


@pass_context
def safe_markdown(context, source):
    """nbconvert's filter `markdown2html` without raw HTML and without `javascript:` links."""
    renderer = IPythonRenderer(
        escape=True,
        allow_harmful_protocols=False,
        attachments=context.get("cell", {}).get("attachments", {}),
    )
    try:
        return MarkdownWithMath(renderer=renderer).render(source)
    except Exception:  # such as a picture that is not there; the text is worth more than its look
        return f"<pre>{escape(source)}</pre>"
