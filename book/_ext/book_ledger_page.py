"""The whole ledger as a page: each equation with its line of code, its tests and their errors.

The errors are those that `make ledger` measured and stored.
"""

import json
import re
from pathlib import Path

from book_ledger import BUILDERS, place_link
from book_paths import table_of_contents
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

ERRORS = Path("benchmarks", "results", "ledger.json")


RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def shown(error):
    """An error as text; a test that compares no numbers has none."""
    if error is None:
        return "holds"
    digit, exponent = f"{error:.0e}".split("e")
    return "exact" if error == 0 else f"{digit}·10{str(int(exponent)).translate(RAISED)}"


def largest(errors):
    """{judge: largest error} of the stored errors."""
    found = {}
    for tests in errors.values():
        for test in tests.values():
            if test["error"] is not None:
                found[test["judge"]] = max(test["error"], found.get(test["judge"], 0.0))
    return found


def counts(ledger, record):
    """What stands above the tables, as lines of Markdown."""
    coded = [label for label in ledger.book if label.startswith("eq-")]
    tested = [label for label in coded if label in ledger.tests]
    errors = {label: record["errors"].get(label, {}) for label in coded}
    measured = [
        label
        for label, tests in errors.items()
        if any(test["error"] is not None for test in tests.values())
    ]
    steps = len(ledger.book) - len(coded)
    worst = ", ".join(f"{judge} {shown(error)}" for judge, error in sorted(largest(errors).items()))
    versions = ", ".join(f"{name} {number}" for name, number in record["versions"].items())
    return [
        f"**{len(coded)} equations: {len(tested)} tested, {len(measured)} with a measured error. "
        f"{steps} steps of derivations.**",
        "",
        f"Largest error by judge: {worst}.",
        f"Measured {record['date']} with {versions}.",
        "",
    ]


def lines_of_code(places, link):
    """A link for each line, as Markdown; lines of one file stand together: {path: text}."""
    found = {}
    for place in places:
        name = place.path.removeprefix("rnncourse/").removesuffix(".py")
        text = f"{place.line}" if place.path in found else f"{name}, line {place.line}"
        found.setdefault(place.path, []).append(link(place, text))
    return [", ".join(links) for links in found.values()]


def in_words(test):
    """The name of a test as a sentence without its full stop."""
    return test.removeprefix("test_").replace("_", " ") or "the whole file"


def row(label, code, tests, link):
    """An equation's row of the table, as lines of Markdown."""
    lines = [f"* - {{eq}}`{label}`", f"    `{label}`"]
    for k, text in enumerate(lines_of_code(code, link)):
        lines.append(f"{'    ' if k else '  - '}- {text}")
    for k, (place, made) in enumerate(tests.items()):
        found = f"{shown(made['error'])}, {made['judge']}" if made else "not measured yet"
        lines.append(f"{'    ' if k else '  - '}- {link(place, in_words(place.name))}: {found}")
    return lines


def table(labels, ledger, errors, link):
    """The table of a chapter, as lines of Markdown."""
    lines = [
        "```{list-table}",
        ":class: stacked",
        ":header-rows: 1",
        ":widths: 18 30 52",
        "",
        "* - equation",
        "  - code",
        "  - tests: error, judge",
    ]
    for label in labels:
        tests = {  # one that is marked case by case occurs once
            place: errors.get(label, {}).get(f"{place.path}::{place.name}")
            for place in ledger.tests.get(label, [])
        }
        code = ledger.code.get(label, [])
        if code and tests:  # a gap is reported by `book_ledger`
            lines += row(label, code, tests, link)
    return [*lines, "```", ""]


def title(text):
    """The first heading of a page."""
    return re.search(r"^# (.+)$", text, re.MULTILINE)[1]


def tables(root, ledger, errors, link):
    """A heading and a table for each chapter that has equations, as lines of Markdown."""
    lines = []
    for name in [name for part in table_of_contents(root).values() for name in part]:
        path = f"{name}.md"
        here = [label for label, places in ledger.book.items() if places[0].path == path]
        coded = [label for label in here if label.startswith("eq-")]
        steps = [label for label in here if label.startswith("der-")]
        if here:
            heading = title((root / path).read_text("utf-8"))
            lines += [f"## {heading}", "", f"Chapter: {{doc}}`/{name}`", ""]
        if coded:
            lines += table(coded, ledger, errors, link)
        if steps:
            listed = ", ".join(f"{{eq}}`{label}`" for label in steps)
            lines += [f"Steps of derivations: {listed}.", ""]
    return lines


class LedgerDirective(SphinxDirective):
    """`counts` of the equations and their tests, or the `tables` under headings of the page."""

    required_arguments = 1

    def run(self):
        """Make them from the sources of today, at each build."""
        self.env.note_reread()
        root = Path(self.env.srcdir)
        record = json.loads((root / ERRORS).read_text("utf-8"))
        if self.arguments == ["counts"]:
            lines = counts(self.env.book_ledger, record)
        else:
            lines = tables(root, self.env.book_ledger, record["errors"], self.link)
        parent = nodes.Element()
        self.state.nested_parse(StringList(lines, "ledger"), 0, parent, match_titles=True)
        return parent.children

    def link(self, place, text):
        """A link to a line of source, where the builder has pages of source."""
        if self.env.app.builder.name not in BUILDERS:
            return text
        return place_link(self.env.app, self.env.docname, place, text)


def setup(app):
    app.add_directive("ledger", LedgerDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
