"""Put a script, a link or a beacon into the page that instructors and students open."""

from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

from tests.grading.attacks.bank.kit import attack, cell, fill

SCRIPT = "<script>window.PWNED = 1</script>"
IMAGE = "<img src=x onerror='window.PWNED = 1'>"


def show(notebook, code):
    """A cell that displays something, beside harmless fakes."""
    fill(notebook, "")
    notebook.cells.append(new_code_cell(code, id="attack-show"))


@attack("harm: a script in the page")
def html_output(notebook):
    """An object with an HTML form that holds a script and an event handler."""
    show(
        notebook,
        f'''
class Page:
    def _repr_html_(self):
        return "{SCRIPT}{IMAGE}"
Page()
''',
    )


@attack("harm: a script in the page")
def javascript_output(notebook):
    """Displays JavaScript, LaTeX, Markdown and HTML that hold a script, without any object."""
    show(
        notebook,
        f'''
from IPython.display import display
for kind in ("application/javascript", "text/latex", "text/markdown", "text/html"):
    display({{kind: "window.PWNED = 1; {SCRIPT}", "text/plain": "{SCRIPT}"}}, raw=True)
''',
    )


@attack(
    "harm: a script in the page",
    stock="it shows SVG as an image, in which no script runs",
)
def svg_output(notebook):
    """A picture in SVG with a script inside."""
    show(
        notebook,
        """
from IPython.display import SVG, display
display(SVG(data="<svg xmlns='http://www.w3.org/2000/svg' onload='window.PWNED = 1'>"
                 "<script>window.PWNED = 1</script></svg>"))
""",
    )


@attack("harm: a script in the page", stock="nbconvert escapes text")
def text_output(notebook):
    """Markup, control characters and colour codes in plain text, on both streams."""
    show(
        notebook,
        f'''
import sys
text = "{SCRIPT}{IMAGE}\\x1b[31m{SCRIPT}\\x1b]8;;javascript:window.PWNED=1\\x07x\\x1b]8;;\\x07"
text += "</pre></div></body>{SCRIPT}\\x00\\x08\\u202e"
print(text)
text
''',
    )


@attack("harm: a script in the page")
def picture_data(notebook):
    """A PNG whose data, size and MIME type hold a closing quote and a handler."""
    show(
        notebook,
        """
from IPython.display import display
display({"image/png": "AAAA' onerror='window.PWNED = 1' x='", "text/plain": "x"},
        metadata={"image/png": {"width": "1' onerror='window.PWNED = 1' x='"}}, raw=True)
display({"image/png": 'AAAA" onerror="window.PWNED = 1" x="', "text/plain": "x"},
        metadata={"image/png": {"width": '1" onerror="window.PWNED = 1" x="'}}, raw=True)
""",
    )


@attack("harm: a script in the page")
def markdown_script(notebook):
    """A markdown cell with a script, a handler, a frame and a form."""
    fill(notebook, "")
    text = (
        f"# Hello\n\n{SCRIPT}\n\n{IMAGE}\n\n<iframe srcdoc='{SCRIPT}' data-pwned></iframe>\n\n"
        "<form action='javascript:window.PWNED=1'><button>x</button></form>\n"
    )
    notebook.cells.append(new_markdown_cell(text, id="attack-show"))


@attack("harm: a script in the page")
def markdown_link(notebook):
    """A markdown link and a formula with a link that run JavaScript."""
    fill(notebook, "")
    text = (
        "[my notes](javascript:window.PWNED=1) and $\\href{javascript:window.PWNED=1}{x}$ "
        "and ![x](x' onerror='window.PWNED=1) and <a href='jav&#x09;ascript:PWNED=1'>x</a>"
    )
    notebook.cells.append(new_markdown_cell(text, id="attack-show"))


@attack("harm: a beacon in the page")
def beacon(notebook):
    """Pictures and styles that are fetched from elsewhere when the page is opened."""
    fill(notebook, "")
    text = (
        "![x](http://127.0.0.1:15671/PWNED.png)\n\n<img src='//127.0.0.1:15671/PWNED.png'>\n\n"
        "<link rel=stylesheet href='http://127.0.0.1:15671/PWNED.css'>\n\n"
        "<style>body { background: url(http://127.0.0.1:15671/PWNED.png) }</style>\n"
    )
    notebook.cells.append(new_markdown_cell(text, id="attack-show"))


@attack("harm: a script in the page", stock="it shows a raw cell as text")
def raw_cell(notebook):
    """A raw cell that declares itself HTML."""
    fill(notebook, "")
    raw = new_raw_cell(SCRIPT + IMAGE, id="attack-show", metadata={"format": "text/html"})
    raw.metadata["raw_mimetype"] = "text/html"
    notebook.cells.append(raw)


@attack("harm: a script in the page", stock="the page shows no tags and no names of cells")
def metadata_of_cells(notebook):
    """Tags, names and identities of cells with quotes and a script."""
    show(notebook, "print('x')")
    notebook.cells[-1].metadata.update(
        {"tags": [f'"><b>{SCRIPT}', SCRIPT], "name": SCRIPT, "slideshow": {"slide_type": SCRIPT}}
    )


@attack(
    "harm: a script in the page",
    stock="its title is the file's name, and data of widgets are escaped",
)
def metadata_of_the_notebook(notebook):
    """Title, language, theme, authors and widget states with a script."""
    fill(notebook, "")
    notebook.metadata.update(
        {
            "title": f"</title>{SCRIPT}",
            "authors": [{"name": SCRIPT}],
            "language_info": {"name": "python", "pygments_lexer": f'"><x>{SCRIPT}'},
            "widgets": {
                "application/vnd.jupyter.widget-state+json": {
                    "state": {"a": {"x": f"</script>{SCRIPT}"}},
                    "version_major": 2,
                    "version_minor": 0,
                }
            },
        }
    )


@attack("harm: a script in the page", stock="they become data of images, in which no script runs")
def attachments(notebook):
    """A markdown cell with attached files that are pages and pictures with scripts."""
    fill(notebook, "")
    text = new_markdown_cell("![x](attachment:x.svg)\n\n![y](attachment:y.html)", id="attack-show")
    text["attachments"] = {
        "x.svg": {"image/svg+xml": f"<svg onload='window.PWNED=1'>{SCRIPT}</svg>"},
        "y.html": {"text/html": SCRIPT, "image/png": "x' onerror='window.PWNED=1"},
    }
    notebook.cells.append(text)


@attack("harm: a script in the page", stock="nbconvert escapes tracebacks")
def exception_text(notebook):
    """Exceptions whose message and class name are markup."""
    fill(
        notebook,
        f'''
Odd = type("{SCRIPT}", (Exception,), {{"__module__": "{SCRIPT}"}})

def when_called(*args):
    raise Odd("{SCRIPT}{IMAGE}")
''',
    )


@attack("harm: a script in the page", stock="the page does not list other files")
def file_names(notebook):
    """Extra files whose names are markup, control characters, and very long."""
    fill(notebook, "")
    names = f"{IMAGE.replace('/', '')}.ipynb", "a\nb\x1b[31m.txt", "x" * 240 + ".txt", "é\u202e.py"
    return dict.fromkeys((*names, "-rf", "$(touch left-behind).txt"), b"x")


@attack("harm: a script in the page", stock="nbconvert escapes code")
def code_of_a_cell(notebook):
    """Markup in the code of a solution cell, closing every element around it."""
    fill(notebook, f"text = '''</code></pre></div></div></body>{SCRIPT}{IMAGE}'''")
    cell(notebook, "peephole-step").source = f"# </script><!-- {SCRIPT} -->"
