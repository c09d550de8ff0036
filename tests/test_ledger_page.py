"""What the ledger's page says of an equation, its lines, its tests and their errors."""

import book_ledger_page
import pytest
from ledger import Ledger, Place

LEDGER = Ledger(
    book={
        "eq-h": [Place("book/module/rnn.md", 5)],
        "der-tanh": [Place("book/module/rnn.md", 9)],
        "eq-z": [Place("book/module/gru.md", 1)],
    },
    code={
        "eq-h": [
            Place("rnncourse/rnn.py", 7),
            Place("rnncourse/fused/kernels/rnn.py", 3),
            Place("rnncourse/fused/kernels/rnn.py", 8),
        ],
        "eq-z": [Place("rnncourse/gru.py", 4)],
    },
    mentioned={},
    tests={
        "eq-h": [Place("tests/test_rnn.py", 20, "test_state_is_tanh")] * 2
        + [Place("tests/test_rnn.py", 1, "")],
        "eq-z": [Place("tests/test_gru.py", 2, "test_z")],
    },
)
ERRORS = {
    "eq-h": {"tests/test_rnn.py::test_state_is_tanh": {"error": 1.9e-16, "judge": "plain numbers"}},
    "eq-z": {"tests/test_gru.py::test_z": {"error": None, "judge": "the test itself"}},
}
RECORD = {"date": "2001-02-03", "versions": {"numpy": "2.4"}, "errors": ERRORS}


def link(place, text):
    return f"[{text}]({place.path}#L{place.line})"


@pytest.mark.parametrize(
    "error, text", [(None, "holds"), (0.0, "exact"), (1.9e-16, "2·10⁻¹⁶"), (9.6e-8, "1·10⁻⁷")]
)
def test_errors_have_one_digit(error, text):
    assert book_ledger_page.shown(error) == text


def test_the_counts_tell_equations_tests_errors_and_steps():
    text = "\n".join(book_ledger_page.counts(LEDGER, RECORD))
    assert "2 equations: 2 tested, 1 with a measured error. 1 steps of derivations." in text
    assert "Largest error by judge: plain numbers 2·10⁻¹⁶." in text
    assert "2001-02-03 with numpy 2.4" in text


def test_the_largest_error_is_that_of_each_judge():
    errors = {
        "eq-a": {"x": {"error": 1e-9, "judge": "finite differences"}},
        "eq-b": {
            "y": {"error": 3e-9, "judge": "finite differences"},
            "z": {"error": 0.0, "judge": "plain numbers"},
        },
    }
    assert book_ledger_page.largest(errors) == {"finite differences": 3e-9, "plain numbers": 0.0}


def test_a_row_has_every_line_and_every_test_once():
    lines = book_ledger_page.table(["eq-h"], LEDGER, ERRORS, link)
    start = lines.index("* - {eq}`eq-h`")
    assert lines[start:-2] == [
        "* - {eq}`eq-h`",
        "    `eq-h`",
        "  - - [rnn, line 7](rnncourse/rnn.py#L7)",
        "    - [fused/kernels/rnn, line 3](rnncourse/fused/kernels/rnn.py#L3), "
        "[8](rnncourse/fused/kernels/rnn.py#L8)",
        "  - - [state is tanh](tests/test_rnn.py#L20): 2·10⁻¹⁶, plain numbers",
        "    - [the whole file](tests/test_rnn.py#L1): not measured yet",
    ]


def test_chapters_come_in_the_order_of_the_book(tmp_path):
    folder = tmp_path / "book" / "module"
    folder.mkdir(parents=True)
    for name in ("intro", "rnn", "gru"):
        (folder / f"{name}.md").write_text(f"# The {name}\n")
    toc = "".join(f"  - file: book/module/{name}\n" for name in ("intro", "gru", "rnn"))
    (tmp_path / "_toc.yml").write_text(f"root: book/intro\nchapters:\n{toc}")
    lines = book_ledger_page.tables(tmp_path, LEDGER, ERRORS, link)
    assert [line for line in lines if line.startswith("## ")] == ["## The gru", "## The rnn"]
    assert "Steps of derivations: {eq}`der-tanh`." in lines
