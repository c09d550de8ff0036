"""Solutions and hidden tests of the assignments: do published files contain a piece of them?

A piece is three consecutive lines of code of one region, or the whole region if it is a hidden
test of fewer lines. Spaces, line ends, comments and empty lines do not count, nor do HTML's
tags and the escapes of JSON, so a copy is found in a page, a notebook, a search index and a zip.
"""

import html
import io
import re
import zipfile
from collections import defaultdict

from assignments.course import assignments, read_source

PIECE = 3  # lines
KINDS = ("SOLUTION", "HIDDEN TESTS")
TAG = re.compile(r'<span class="linenos[^>]*>[^<]*</span>|<[^>]*>')
COMMENT = re.compile(r"(^|\s)#.*")
NO_TEXT = {".png", ".jpg", ".woff2", ".woff", ".ttf", ".eot", ".npz", ".inv", ".pdf", ".svg"}


def regions(notebook, kind):
    """The text of every region of a kind in a source notebook."""
    for cell in notebook.cells:
        for start in cell.source.split(f"### BEGIN {kind}")[1:]:
            yield start.split(f"### END {kind}")[0]


def lines(code):
    """The lines of code without comments and spaces; empty ones are left out."""
    squeezed = ("".join(COMMENT.sub("", line).split()) for line in code.splitlines())
    return [line for line in squeezed if line]


def pieces(region, kind):
    """What of a region must not be found anywhere: strings without spaces."""
    code = lines(region)
    if len(code) < PIECE:
        return {"".join(code)} if code and kind == "HIDDEN TESTS" else set()
    return {"".join(code[k : k + PIECE]) for k in range(len(code) - PIECE + 1)}


def visible(notebook):
    """What students may see of a source notebook, without spaces."""
    text = "\n".join(cell.source for cell in notebook.cells)
    for kind in KINDS:
        text = re.sub(rf"### BEGIN {kind}.*?### END {kind}", "", text, flags=re.DOTALL)
    return squeezed(text)


def secrets(notebooks):
    """{piece: where it stands} for {assignment: source notebook}.

    A hidden test may begin as a visible one does: such pieces are no secret, but the whole is.
    """
    found = defaultdict(set)
    for name, notebook in notebooks.items():
        seen = visible(notebook)
        for kind in KINDS:
            for region in regions(notebook, kind):
                hidden = pieces(region, kind)
                if kind == "HIDDEN TESTS":
                    hidden = {p for p in hidden if p not in seen} or {"".join(lines(region))}
                for piece in hidden:
                    found[piece].add(f"{name}, {kind.lower()}")
    return dict(found)


def course_secrets():
    """The secrets of the course in use."""
    return secrets({name: read_source(name) for name in assignments()})


def squeezed(text, is_html=False):
    """A text without spaces, tags, escapes and comments."""
    if is_html:
        text = html.unescape(TAG.sub("", text))
    text = text.replace("\\n", "\n").replace('\\"', '"').replace("\\\\", "\\")
    return "".join("".join(COMMENT.sub("", line).split()) for line in text.splitlines())


def without_line_ends(text):
    """The strings of a notebook or an index, each of which may be one line, joined."""
    return re.sub(r'",\s*"', "", text)


def leaks_in(name, data, secrets):
    """Leaks in one file given as bytes, files inside a zip or a wheel included."""
    suffix = f".{name.rpartition('.')[2]}"
    if suffix in (".zip", ".whl"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            inside = [(f"{name}/{entry}", archive.read(entry)) for entry in archive.namelist()]
        return [leak for entry, data in inside for leak in leaks_in(entry, data, secrets)]
    if suffix in NO_TEXT:
        return []
    text = data.decode("utf-8", errors="replace")
    if suffix in (".ipynb", ".js", ".json"):
        text = without_line_ends(text)
    text = squeezed(text, suffix == ".html")
    return [
        f"{name}: {', '.join(sorted(places))}: {piece}"
        for piece, places in secrets.items()
        if piece in text
    ]


def leaks(folder, paths, secrets):
    """Leaks in these files of a folder: one sentence each."""
    return [
        leak
        for path in sorted(paths)
        if path.is_file()
        for leak in leaks_in(path.relative_to(folder).as_posix(), path.read_bytes(), secrets)
    ]
