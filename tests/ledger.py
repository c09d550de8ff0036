"""The ledger: each equation of the book, its line of code, its test. Three labels that must agree.

An equation is written `$$ ... $$ (eq-label)` in a chapter, `# eq-label` beside the line that
computes it, and `@pytest.mark.equation("eq-label")` above the test that judges it. Equations
labelled `der-...` are steps of a derivation and need neither line nor test.
"""

import ast
import io
import re
import tokenize
from collections import Counter
from pathlib import Path
from typing import NamedTuple

LABEL = re.compile(r"\beq-[a-z0-9]+(?:-[a-z0-9]+)*")
EQUATION = re.compile(r"\$\$[ \t]*\(((?:eq|der)-[a-z0-9-]+)\)")
ROOT = Path(__file__).parents[1]


class Ledger(NamedTuple):
    """How often each label occurs in each place."""

    book: Counter  # labelled equations
    code: Counter  # comments beside a line of code
    mentioned: Counter  # docstrings, and comments that stand alone
    tests: Counter  # markers


def equations(text):
    """Labels of the equations of a chapter."""
    return EQUATION.findall(text)


def code_labels(source):
    """Labels in comments that share their line with code."""
    return [label for alone, label in _comment_labels(source) if not alone]


def mentions(source):
    """Labels in docstrings and other strings, and in comments with a line of their own."""
    strings = [
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    in_strings = [label for text in strings for label in LABEL.findall(text)]
    return in_strings + [label for alone, label in _comment_labels(source) if alone]


def markers(source):
    """Labels in `pytest.mark.equation(...)`, or in `equation(...)` where that is its short name."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [
        argument.value
        for call in calls
        if getattr(call.func, "attr", getattr(call.func, "id", None)) == "equation"
        for argument in call.args
    ]


def collect(chapters, modules, tests):
    """The ledger of these texts."""
    return Ledger(
        *(
            Counter(label for text in texts for label in labels(text))
            for labels, texts in [
                (equations, chapters),
                (code_labels, modules),
                (mentions, modules),
                (markers, tests),
            ]
        )
    )


def problems(ledger):
    """What does not agree: one sentence for each label and place."""
    book, code, mentioned, tests = ledger
    needed = {label for label in book if label.startswith("eq-")}
    found = [
        (code.keys() - book, "is beside code but is no equation of the book"),
        (tests.keys() - book, "marks a test but is no equation of the book"),
        (mentioned.keys() - book - code.keys(), "is mentioned in code but is no equation"),
        (needed - code.keys(), "is an equation without a line of code"),
        (needed - tests.keys(), "is an equation without a test"),
        ({label for label in book if book[label] > 1}, "is defined more than once in the book"),
    ]
    return [f"{label} {what}" for labels, what in found for label in sorted(labels)]


def read():
    """The ledger of this repository."""
    return collect(
        *(
            [path.read_text("utf-8") for path in sorted((ROOT / folder).rglob(pattern))]
            for folder, pattern in [("book", "*.md"), ("rnncourse", "*.py"), ("tests", "*.py")]
        )
    )


def _comment_labels(source):
    """Pairs (whether the comment stands alone on its line, label)."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return [
        (not token.line[: token.start[1]].strip(), label)
        for token in tokens
        if token.type == tokenize.COMMENT
        for label in LABEL.findall(token.string)
    ]
