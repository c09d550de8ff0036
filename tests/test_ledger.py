"""Every equation has its line of code and its test, and every label is an equation."""

import ledger
import pytest

CHAPTER = r"""
The state is

$$ h_t = \tanh(a_t) $$ (eq-h)

and, over two lines, with a step that needs no code,

$$
\frac{\partial h}{\partial a} = 1 - h^2
$$ (der-tanh)

see {eq}`eq-h`. $$ 1 + 1 = 2 $$ has no label (eq-none).
"""
MODULE = '''
def step(a):
    """Source: equation eq-h."""
    # eq-h stands alone here
    h = np.tanh(a)  # eq-h   (B, H)
    return h
'''
TEST = '''
@pytest.mark.equation("eq-h")
def test_h():
    """Of eq-other, which is only mentioned."""
'''


def problems(chapters=(CHAPTER,), modules=(MODULE,), tests=(TEST,)):
    texts = [{f"{k}": text for k, text in enumerate(kind)} for kind in (chapters, modules, tests)]
    return [text.partition(" (")[0] for text in ledger.problems(ledger.collect(*texts))]


def test_the_three_agree():
    assert ledger.problems(ledger.read()) == []


# The judge is seen to judge


def test_a_consistent_ledger_has_no_problems():
    assert problems() == []


def test_equations_are_found_in_one_line_and_in_several():
    assert ledger.equations(CHAPTER) == [("eq-h", 4), ("der-tanh", 10)]


def test_code_labels_are_comments_beside_code():
    assert ledger.code_labels(MODULE) == [("eq-h", 5)]
    assert ledger.code_labels("# eq-a\ny = x  # eq-b, eq-c-d\n") == [("eq-b", 2), ("eq-c-d", 2)]
    assert ledger.code_labels('y = "# eq-a"\n') == []


def test_mentions_are_docstrings_and_lone_comments():
    assert ledger.mentions(MODULE) == [("eq-h", 3), ("eq-h", 4)]
    assert ledger.mentions('"""From eq-a to eq-b."""\n') == [("eq-a", 1), ("eq-b", 1)]


@pytest.mark.parametrize(
    "source, line, test",
    [
        (TEST, 3, "test_h"),
        ('pytestmark = pytest.mark.equation("eq-h")', 1, ""),
        ('equation = pytest.mark.equation\n@equation("eq-h")\ndef test(): pass', 3, "test"),
        ('cases = [pytest.param(1, marks=pytest.mark.equation("eq-h"))]', 1, ""),
    ],
)
def test_markers_are_found_however_they_are_written(source, line, test):
    assert ledger.markers(source) == [("eq-h", line, test)]


def test_a_problem_says_where_it_is():
    found = ledger.collect({"book/a.md": CHAPTER}, {"rnncourse/a.py": MODULE}, {})
    assert ledger.problems(found) == ["eq-h is an equation without a test (book/a.md:4)"]


def test_the_readable_line_comes_first():
    code = ledger.read().code
    assert code["eq-lstm-c"][0].path == "rnncourse/lstm.py" and len(code["eq-lstm-c"]) > 1
    place = code["eq-lstm-c"][0]
    line = (ledger.ROOT / place.path).read_text("utf-8").splitlines()[place.line - 1]
    assert line.strip().startswith("c = f * c_prev + i * g")


def test_a_label_in_code_that_is_no_equation():
    assert problems(modules=(MODULE, "y = 1  # eq-lost\n")) == [
        "eq-lost is beside code but is no equation of the book"
    ]


def test_a_marker_that_is_no_equation():
    assert problems(tests=(TEST, '@pytest.mark.equation("eq-lost")\ndef test(): pass')) == [
        "eq-lost marks a test but is no equation of the book"
    ]


def test_a_misspelt_marker():
    assert problems(tests=(TEST.replace("eq-h", "ep-h"),)) == [
        "ep-h marks a test but is no equation of the book",
        "eq-h is an equation without a test",
    ]


def test_an_equation_without_code():
    assert problems(modules=(MODULE.replace("  # eq-h ", "  # "),)) == [
        "eq-h is an equation without a line of code"
    ]


def test_an_equation_without_a_test():
    assert problems(tests=()) == ["eq-h is an equation without a test"]


def test_an_equation_defined_twice():
    assert problems(chapters=(CHAPTER, "$$ h = 0 $$ (eq-h)")) == [
        "eq-h is defined more than once in the book"
    ]
    assert problems(chapters=(CHAPTER, "$$ h = 0 $$ (der-tanh)")) == [
        "der-tanh is defined more than once in the book"
    ]


def test_a_docstring_that_names_no_equation():
    assert problems(modules=(MODULE, '"""Source: equation eq-lost."""\n')) == [
        "eq-lost is mentioned in code but is no equation"
    ]


def test_a_derivation_step_needs_neither_code_nor_test():
    assert problems(chapters=(CHAPTER, "$$ a = b $$ (der-more)")) == []
