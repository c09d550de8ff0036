"""The ledger: each equation of the book, its line of code, its test. Three labels that must agree.

An equation is written `$$ ... $$ (eq-label)` in a chapter, `# eq-label` beside the line that
computes it, and `@pytest.mark.equation("eq-label")` above the test that judges it. Equations
labelled `der-...` are steps of a derivation and need neither line nor test.
"""

import ast
import io
import re
import tokenize
from pathlib import Path
from typing import NamedTuple

LABEL = re.compile(r"\beq-[a-z0-9]+(?:-[a-z0-9]+)*")
EQUATION = re.compile(r"\$\$[ \t]*\(((?:eq|der)-[a-z0-9-]+)\)")
WORDS = ("eq-", "der-", "equation(")
ROOT = Path(__file__).parents[2]


class Place(NamedTuple):
    """Where a label stands."""

    path: str  # from the root, such as "rnncourse/lstm.py"
    line: int
    name: str = ""  # the function of a test that carries a marker


class Ledger(NamedTuple):
    """{label: places} of each kind, in the order of reading."""

    book: dict  # labelled equations
    code: dict  # comments beside a line of code
    mentioned: dict  # docstrings, and comments that stand alone
    tests: dict  # markers


def equations(text):
    """Pairs (label, line) of the equations of a chapter."""
    return [(match[1], text.count("\n", 0, match.start()) + 1) for match in EQUATION.finditer(text)]


def code_labels(source):
    """Pairs (label, line) in comments that share their line with code."""
    return [(label, line) for alone, label, line in _comment_labels(source) if not alone]


def mentions(source):
    """Pairs (label, line) in docstrings and other strings, and in comments with their own line."""
    strings = [
        (label, node.lineno)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for label in LABEL.findall(node.value)
    ]
    return strings + [(label, line) for alone, label, line in _comment_labels(source) if alone]


def markers(source):
    """Triples (label, line, test) of `pytest.mark.equation(...)`, by whatever name it goes.

    Line and name are those of the test; where a marker is part of no test, its own line.
    """
    found = []

    def look(node, test):
        if isinstance(node, ast.FunctionDef):
            test = node
        if isinstance(node, ast.Call) and _called(node) == "equation":
            line, name = (test.lineno, test.name) if test else (node.lineno, "")
            found.extend((argument.value, line, name) for argument in node.args)
        for part in ast.iter_child_nodes(node):
            look(part, test)

    look(ast.parse(source), None)
    return found


def collect(chapters, modules, tests):
    """The ledger of these texts: three dicts {path: text}."""
    kinds = [
        (equations, chapters),
        (code_labels, modules),
        (mentions, modules),
        (markers, tests),
    ]
    found = Ledger({}, {}, {}, {})
    for places, (labels, texts) in zip(found, kinds, strict=True):
        for path, text in texts.items():
            for label, *where in labels(text):
                places.setdefault(label, []).append(Place(path, *where))
    return found


def problems(ledger):
    """What does not agree: one sentence for each label and place."""
    book, code, mentioned, tests = ledger
    needed = {label for label in book if label.startswith("eq-")}
    found = [
        (code.keys() - book, code, "is beside code but is no equation of the book"),
        (tests.keys() - book, tests, "marks a test but is no equation of the book"),
        (
            mentioned.keys() - book - code.keys(),
            mentioned,
            "is mentioned in code but is no equation",
        ),
        (needed - code.keys(), book, "is an equation without a line of code"),
        (needed - tests.keys(), book, "is an equation without a test"),
        (
            {label for label in book if len(book[label]) > 1},
            book,
            "is defined more than once in the book",
        ),
    ]
    return [
        f"{label} {what} ({', '.join(f'{p.path}:{p.line}' for p in places[label])})"
        for labels, places, what in found
        for label in sorted(labels)
    ]


def read(root=ROOT, chapters=None):
    """The ledger of a repository; of these chapters, paths from the root, or of all in `book`.

    The package's readable modules come before the folders of its faster ones.
    """

    def texts(paths):
        found = {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in paths}
        # A file without one of these words has no label, and need not be parsed.
        return {path: text for path, text in found.items() if any(w in text for w in WORDS)}

    def python(folder):
        return sorted((root / folder).rglob("*.py"), key=lambda path: (len(path.parts), path))

    listed = sorted((root / "book").rglob("*.md")) if chapters is None else chapters
    return collect(
        texts(root / path for path in listed), texts(python("rnncourse")), texts(python("tests"))
    )


def _called(call):
    return getattr(call.func, "attr", getattr(call.func, "id", None))


def _comment_labels(source):
    """Triples (whether the comment stands alone on its line, label, line)."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return [
        (not token.line[: token.start[1]].strip(), label, token.start[0])
        for token in tokens
        if token.type == tokenize.COMMENT
        for label in LABEL.findall(token.string)
    ]
