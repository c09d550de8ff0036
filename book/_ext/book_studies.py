"""Numbers of stored studies in the text, and a page that lists the studies.

{study}`NAME:dotted.path:.2f` is the number at that path in the result that
`python -m benchmarks.studies NAME` stored, formatted; {study}`NAME` is the study's name. Both link
to the study's entry, made by the directive `studies`. A study or a path that is not there is an
error that names those that are.
"""

import ast
import functools
import json
import re
from pathlib import Path
from typing import NamedTuple

from docutils import nodes
from docutils.statemachine import StringList
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective, SphinxRole

PAGE = "book/reference/studies"
SPREADS = (("low", "high"), ("lowest", "highest"))
QUOTATION = re.compile(r"\{study\}`([^`]+)`")


class Study(NamedTuple):
    """What the module of a study says of it."""

    name: str
    page: str
    question: str  # its docstring
    file: Path  # of its stored result


@functools.cache
def studies(root):
    """{name: Study} of all studies below the root of the repository."""
    found = {}
    for path in sorted(Path(root, "benchmarks", "studies").glob("[!_]*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        pages = [
            node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "PAGE"
        ]
        file = Path(root, "benchmarks", "results", "studies", f"{path.stem}.json")
        found[path.stem] = Study(path.stem, *pages, ast.get_docstring(tree), file)
    return found


def title(name):
    """The name of a study in words: "Tasks copy" of tasks_copy."""
    return name.replace("_", " ").capitalize()


def number_at(result, path):
    """The number at a dotted path; a KeyError says what there is instead."""
    value = result
    for part in path.split("."):
        if isinstance(value, list):
            keys = [str(k) for k in range(len(value))]
        else:
            keys = list(value) if isinstance(value, dict) else []
        if part not in keys:
            raise KeyError(f"{part!r} of {path!r} is not one of {', '.join(keys) or 'none'}")
        value = value[int(part)] if isinstance(value, list) else value[part]
    if isinstance(value, dict | list) or value is None:
        inside = f"; it has {', '.join(value)}" if isinstance(value, dict) else ""
        raise KeyError(f"{path!r} is no number{inside}")
    return value


def quoted(root, text):
    """(study, text to show) of a role's text, "name:path:format"; KeyError or ValueError."""
    name, quotes, rest = text.partition(":")
    path, _, form = rest.partition(":")
    known = studies(root)
    if name not in known:
        raise KeyError(f"there is no study {name!r}; there are {', '.join(known)}")
    if not known[name].file.exists():
        raise KeyError(f"nothing is stored: run `python -m benchmarks.studies {name}`")
    if not quotes:
        return known[name], title(name)
    result = json.loads(known[name].file.read_text("utf-8"))["result"]
    return known[name], format(number_at(result, path), form)


class StudyRole(SphinxRole):
    """A number out of a stored study."""

    def run(self):
        """Format it and link it."""
        try:
            study, number = quoted(self.env.srcdir, self.text)
        except (KeyError, ValueError) as error:
            message = f"{{study}}`{self.text}`: {error.args[0]}"
            problem = self.inliner.reporter.error(message, line=self.lineno)
            return [nodes.problematic(self.rawtext, self.rawtext)], [problem]
        self.env.note_dependency(str(study.file))
        link = addnodes.pending_xref(
            self.rawtext,
            nodes.inline(number, number),
            refdomain="std",
            reftype="ref",
            refexplicit=True,
            refwarn=True,
            reftarget=f"study-{study.name}",
            refdoc=self.env.docname,
        )
        self.set_source_info(link)
        return [link], []


def shown(value):
    """A value of a result as text: a spread as "median (low to high)", a list as its items."""
    if isinstance(value, dict):
        for low, high in SPREADS:
            if value.keys() >= {"median", low, high}:
                return f"{shown(value['median'])} ({shown(value[low])} to {shown(value[high])})"
    if isinstance(value, list):
        return ", ".join(map(shown, value))
    if isinstance(value, float):
        return f"{value:.4g}"
    return "none" if value is None else str(value)


def rows(value, path=()):
    """Pairs (dotted path, text) of a result; a spread is one row."""
    if isinstance(value, dict) and not any(value.keys() >= {"median", *s} for s in SPREADS):
        for key, part in value.items():
            yield from rows(part, (*path, key))
    else:
        yield ".".join(path), shown(value)


def span(values):
    """Seeds as text: "0 to 19 (20)"."""
    return f"{values[0]} to {values[-1]} ({len(values)})" if len(values) > 1 else str(values[0])


def quoting(root, pages, name):
    """Those of the pages, names without suffix, that quote a study."""
    texts = {page: Path(root, f"{page}.md") for page in sorted(pages)}
    return [
        page
        for page, path in texts.items()
        if path.exists()
        and any(text.split(":")[0] == name for text in QUOTATION.findall(path.read_text("utf-8")))
    ]


def entry(study, pages):
    """The entry of a study that these pages quote in Markdown, as lines."""
    record = json.loads(study.file.read_text("utf-8"))
    result = dict(record["result"])
    sizes = ", ".join(f"{path} = {text}" for path, text in rows(result.pop("sizes")))
    versions = ", ".join(f"{name} {number}" for name, number in record["versions"].items())
    table = [f"| `{path}` | {text} |" for path, text in rows(result) if path != "seeds"]
    facts = {
        "Quoted in": ", ".join(f"{{doc}}`/{page}`" for page in pages),
        "Seeds": span(result["seeds"]),
        "Sizes": sizes,
        "To repeat it": f"`{record['command']}`",
        "Measured": f"{record['date']}, in {record['seconds']:.0f} seconds of {record['cpu']}",
        "Versions": versions,
    }
    return [
        f"(study-{study.name})=",
        f"## {title(study.name)}",
        "",
        *study.question.splitlines(),
        "",
        *(f"- **{name}:** {text}" for name, text in facts.items() if text),
        "",
        ":::{admonition} All numbers",
        ":class: dropdown",
        "| name | value |",
        "|---|---|",
        *table,
        ":::",
        "",
    ]


class Studies(SphinxDirective):
    """The entries of all studies whose results are stored, under headings of their own."""

    def run(self):
        """Read the studies, and read them anew at each build."""
        self.env.note_reread()
        root, pages = self.env.srcdir, self.env.found_docs
        listed = [study for study in studies(root).values() if study.file.exists()]
        lines = [s for study in listed for s in entry(study, quoting(root, pages, study.name))]
        container = nodes.Element()
        self.state.nested_parse(StringList(lines, PAGE), 0, container, match_titles=True)
        return container.children


def setup(app):
    app.add_role("study", StudyRole())
    app.add_directive("studies", Studies)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
