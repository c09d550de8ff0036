"""Ways through the book: tables made from the line that each page has in its first box.

The line reads "Core, about 25 minutes to read, 2 hours with the exercises." The directive
`pages` lists all pages that have it, `path` lists the pages named in it and adds them up, so
that a page that grows changes every sum it is part of.
"""

import re
from pathlib import Path
from typing import NamedTuple

import yaml
from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

logger = logging.getLogger(__name__)

LINE = re.compile(
    r"^(Core|Deeper), about (\d+) minutes to read, (\d+(?:\.\d+)?) hours? with the exercises\.",
    re.MULTILINE,
)


class Effort(NamedTuple):
    """What a page asks of its reader."""

    kind: str
    minutes: int
    hours: float


def effort(text):
    """The effort that a page's text states, or None."""
    found = LINE.search(text)
    return found and Effort(found[1], int(found[2]), float(found[3]))


def table_of_contents(root):
    """The pages of the book at this root, in order: {caption of the part: names}."""
    toc = yaml.safe_load(Path(root, "_toc.yml").read_text("utf-8"))
    parts = toc.get("parts") or [{"caption": "", "chapters": toc.get("chapters", [])}]
    return {part["caption"]: [page["file"] for page in part["chapters"]] for part in parts}


def row(name, effort):
    """A row of a table of pages."""
    return f"| {{doc}}`/{name}` | {effort.kind} | {effort.minutes} | {effort.hours:g} |"


def table(efforts):
    """A table in Markdown, as lines, of {page: Effort}; the last row adds up."""
    lines = ["| page | kind | minutes | hours |", "|---|---|--:|--:|"]
    lines += [row(name, effort) for name, effort in efforts.items()]
    if len(efforts) > 1:
        minutes = sum(effort.minutes for effort in efforts.values())
        together = sum(effort.hours for effort in efforts.values())
        lines.append(f"| **together** | | **{minutes}** | **{together:g}** |")
    return lines


class PagesTable(SphinxDirective):
    """Common to both directives: look up pages, and parse a table of them."""

    def look_up(self, names):
        """{page: Effort} of those pages that state one."""
        found = {}
        for name in names:
            path = Path(self.env.srcdir, f"{name}.md")
            self.env.note_dependency(str(path))
            if path.exists():
                found[name] = effort(path.read_text("utf-8"))
            else:
                logger.warning("%s is no page", name, location=self.get_location())
        return {name: effort for name, effort in found.items() if effort}

    def parsed(self, lines):
        """The nodes that these lines of Markdown make."""
        parent = nodes.container()
        self.state.nested_parse(StringList(lines, self.env.docname), 0, parent)
        return parent.children


class PathTable(PagesTable):
    """A way through some pages, one name a line; `:at-most: 90` bounds the minutes to read."""

    has_content = True
    option_spec = {"at-most": directives.positive_int}

    def run(self):
        names = [line.strip() for line in self.content if line.strip()]
        efforts = self.look_up(names)
        for name in names:
            if name not in efforts:
                logger.warning("%s does not say its time", name, location=self.get_location())
        minutes = sum(effort.minutes for effort in efforts.values())
        if minutes > self.options.get("at-most", minutes):
            logger.warning("this way takes %d minutes", minutes, location=self.get_location())
        return self.parsed(table(efforts))


class AllPagesTable(PagesTable):
    """All pages that say their time, part by part of the book."""

    def run(self):
        self.env.note_dependency(str(Path(self.env.srcdir, "_toc.yml")))
        lines = []
        for caption, names in table_of_contents(self.env.srcdir).items():
            if efforts := self.look_up(names):
                lines += [f"**{caption or 'Pages'}**", "", *table(efforts), ""]
        return self.parsed(lines)


def setup(app):
    app.add_directive("path", PathTable)
    app.add_directive("pages", AllPagesTable)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
