"""Feedback pages: what was checked, what failed and why; never a hidden test or its numbers.

What a student wrote or printed is shown as text, and pictures as PNG; nothing on a page is
active, and it asks no other host for anything. A graded cell may name where to read on, in a
comment of its visible part: `# See: [The memory cell, equation (2)](lstm.html#eq-lstm-c)`.
"""

import base64
import hashlib
import re
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin

from markupsafe import Markup
from nbconvert.exporters import TemplateExporter
from nbconvert.filters import strip_ansi
from nbgrader import converters
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import GetGrades
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from traitlets import Unicode, default

from rnncourse.grading.messages import message
from rnncourse.grading.policy import BadPolicy, read_policy
from rnncourse.grading.source import hidden_marks, released
from rnncourse.grading.staging import OWN

TEMPLATES = Path(__file__).parent / "templates"
STYLE = (TEMPLATES / "grading_feedback" / "page.css").read_text("utf-8")
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
MOST_TEXT = 20_000  # characters of one output
MARKING = "BEGIN MARK SCHEME", "END MARK SCHEME"
SEE = re.compile(r"^#\s*See:\s*\[([^\]]+)\]\(([^)\s]+)\)\s*$", re.MULTILINE)
PROPERTY = re.compile(r"^#\s*Property:\s*(.+)$", re.MULTILINE)


class Shown(NamedTuple):
    """A cell as a page shows it."""

    id: str
    kind: str  # "test", "answer", "text", "task", "code"
    title: str
    code: Markup  # highlighted, or ""
    text: str
    outputs: list  # of ("text" | "error", str) and ("png", base64)
    score: float | None
    points: float
    message: str
    links: list  # of (text, address)
    comment: str

    @property
    def lost(self):
        return self.points > 0 and (self.score or 0) < self.points


class Page(NamedTuple):
    parts: list  # of (title, list of Shown)

    @property
    def look_at(self):
        return [cell for _, cells in self.parts for cell in cells if cell.lost]

    @property
    def points(self):
        """Title, score and most points of each part that has any."""
        rows = [
            (title, sum(c.score or 0 for c in cells), sum(c.points for c in cells))
            for title, cells in self.parts
        ]
        return [row for row in rows if row[2]]


def page(notebook, hidden, book_url=""):
    """What a page shows of an autograded notebook whose scores are filled in -> Page."""
    title, cells = "", []
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (heading := re.match(r"##? (.+)", cell.source)):
            title = heading[1].strip()
        shown = _shown(cell, hidden, book_url)
        if shown:
            cells.append((title, shown))
    groups = groupby(cells, key=lambda pair: pair[0])
    return Page([(title, [shown for _, shown in group]) for title, group in groups])


def _shown(cell, hidden, book_url):
    meta = cell.metadata.get("nbgrader", {})
    kind = _kind(cell, meta)
    if not kind:
        return None
    source = released(released(cell.source, hidden), MARKING).strip()
    code = cell.cell_type == "code"
    if not source and not cell.get("outputs") and not meta:
        return None
    named = PROPERTY.search(source)
    test = kind == "test"
    return Shown(
        id=cell.get("id", meta.get("grade_id", "")),
        kind=kind,
        title=_sentence(named[1]) if test and named else meta.get("grade_id", ""),
        code=highlighted(source) if code else "",
        text="" if code else source,
        outputs=[] if test else list(_outputs(cell)),
        score=meta.get("score"),
        points=float(meta.get("points") or 0),
        message=message(cell) if test else "",
        links=[(text, urljoin(book_url, to)) for text, to in SEE.findall(source) if _plain(to)],
        comment=meta.get("comment") or "",
    )


def _kind(cell, meta):
    if meta.get("task"):
        return "task"
    if meta.get("grade") and not meta.get("solution"):
        return "test"
    if meta.get("solution"):
        return "answer" if cell.cell_type == "code" else "text"
    return "code" if cell.cell_type == "code" and not meta.get("locked") else ""


def _sentence(text):
    text = text.strip()
    return text[:1].upper() + text[1:]


def _plain(address):
    """Whether an address is a web page's, or relative to the book's."""
    return re.match(r"https?://", address) or not re.match(r"[^/?#]*:", address)


@lru_cache(maxsize=512)  # the visible checks are on every page
def highlighted(code):
    """Python code as spans with classes; everything in it is escaped."""
    return Markup(highlight(code, PythonLexer(), HtmlFormatter(nowrap=True)))


def _outputs(cell):
    if cell.cell_type != "code":
        yield from (
            ("png", data["image/png"])
            for data in cell.get("attachments", {}).values()
            if _is_png(data.get("image/png"))
        )
    for output in cell.get("outputs", ()):
        data = output.get("data", {})
        if output.output_type == "error":
            lines = output.get("traceback") or [f"{output.ename}: {output.evalue}"]
            yield "error", _short("\n".join(lines))
        elif _is_png(data.get("image/png")):
            yield "png", "".join(data["image/png"].split())
        elif text := output.get("text") or data.get("text/plain"):
            yield "text", _short("".join(text))


def _short(text):
    text = strip_ansi(text).strip("\n")
    return text if len(text) <= MOST_TEXT else text[:MOST_TEXT] + "\n(and so on)"


def _is_png(data):
    return isinstance(data, str) and re.fullmatch(r"iVBORw0KGgo[A-Za-z0-9+/\s]*=*\s*", data)


class Scores(GetGrades):
    """nbgrader's step; a mark that nobody has given yet is None and not 0."""

    def _get_score(self, cell, resources):
        where = self.notebook_id, self.assignment_id, self.student_id
        grade = self.gradebook.find_grade(cell.metadata.nbgrader["grade_id"], *where)
        given = grade.auto_score is not None or grade.manual_score is not None
        cell.metadata.nbgrader["score"] = grade.score if given else None
        cell.metadata.nbgrader["points"] = grade.max_score


class FeedbackExporter(TemplateExporter):
    """nbconvert's templates, with everything escaped that a template does not mark as safe."""

    book_url = Unicode("", help="Where the book's pages are, for relative links.").tag(config=True)

    @default("template_name")
    def _template_name_default(self):
        return "grading_feedback"

    @default("file_extension")
    def _file_extension_default(self):
        return ".html"

    @default("extra_template_basedirs")
    def _extra_template_basedirs_default(self):
        return [str(TEMPLATES)]

    def _create_environment(self):
        environment = super()._create_environment()
        environment.autoescape = True
        return environment

    def from_notebook_node(self, nb, resources=None, **kwargs):
        """The page of a notebook."""
        hidden = hidden_marks(self)
        self.environment.globals.update(
            page=lambda graded: page(graded, hidden, self.book_url),
            course=read_policy(self.parent.coursedir.root).name,
            style=Markup(STYLE),
            style_hash=STYLE_HASH,
        )
        return super().from_notebook_node(nb, resources, **kwargs)


class GenerateFeedback(converters.GenerateFeedback):
    """nbgrader's step with our page; nothing else is copied to students."""

    preprocessors = [Scores]

    @default("exporter_class")
    def _exporter_class_default(self):
        return FeedbackExporter

    def start(self):
        """Write the pages; where the policy cannot be followed, none is touched."""
        try:
            read_policy(self.coursedir.root)
        except BadPolicy as error:
            self.log.error("%s", error)
            raise NbGraderException(str(error)) from error
        super().start()

    def init_assignment(self, assignment_id, student_id):
        """Make the folder. A page stands alone; beside it nbgrader's exchange wants its notes."""
        folder = Path(self._format_dest(assignment_id, student_id))
        folder.mkdir(parents=True, exist_ok=True)
        for name in OWN:
            note = Path(self._format_source(assignment_id, student_id), name)
            if note.is_file():
                (folder / name).write_bytes(note.read_bytes())
