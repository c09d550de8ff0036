"""Each chapter shows its script, each script has its chapter; the comparison notices errors.

That the scripts themselves get the same from both is in tests/parity.
"""

import numpy as np
import pytest

from tests import torch_scripts
from tests.torch_scripts import problems, shown

PAGES = torch_scripts.chapters()
WIDTH = 80


@pytest.mark.parametrize("page", PAGES)
def test_each_chapter_has_the_same_in_pytorch(page):
    assert shown(PAGES[page]), f'{page} has no fold "The same in PyTorch" with a script'


@pytest.mark.parametrize("path", torch_scripts.SCRIPTS, ids=lambda path: path.stem)
def test_each_script_is_on_a_page_and_short(path):
    pages = torch_scripts.BOOK.rglob("*.md")
    assert any(path.name in shown(page.read_text("utf-8")) for page in pages)
    lines = path.read_text("utf-8").splitlines()
    assert 10 <= len(lines) <= 60 and max(map(len, lines)) <= WIDTH


def test_each_script_that_is_shown_exists():
    wanted = {name for text in PAGES.values() for name in shown(text)}
    assert wanted <= {path.name for path in torch_scripts.SCRIPTS}


# The judge is seen to judge

FOLD = """````{admonition} The same in PyTorch
:class: dropdown
There it is called `nn.LSTM`.
```{literalinclude} ../torch/lstm.py
:language: python
```
````
"""
A = np.array([1.0, 2.0])


@pytest.mark.parametrize("text", [FOLD, f"before\n\n{FOLD}\nafter", FOLD.replace("````", ":::")])
def test_a_fold_is_found(text):
    assert shown(text) == ["lstm.py"]


@pytest.mark.parametrize(
    "text",
    [
        FOLD.replace(":class: dropdown\n", ""),
        FOLD.replace("PyTorch\n", "Keras\n"),
        FOLD.replace("torch/", "other/"),
        FOLD[FOLD.index("```{lit") : -5],
    ],
)
def test_another_thing_is_no_such_fold(text):
    assert shown(text) == []


def test_equal_results_have_no_problems():
    assert problems({"ours": A, "theirs": A.copy(), "x": 1}) == []
    assert problems({"ours": {"h": A, "L": 0.5}, "theirs": {"h": A + 1e-11, "L": 0.5}}) == []


@pytest.mark.parametrize(
    ("ours", "theirs", "problem"),
    [
        (A, A, "result: both are the same memory"),
        (A, A[::-1], "result: both are the same memory"),
        ({"h": A}, {"c": A + 0}, "ours has the keys ['h'], theirs ['c']"),
        ({}, {}, "there is nothing to compare"),
        (A, A[None] + 0, "result: the shapes are (2,) and (1, 2)"),
        (A.astype(np.float32), A, "result: float32 and float64, not float64"),
        (A * np.nan, A, "result: not all numbers are finite"),
        (A, A * np.inf, "result: not all numbers are finite"),
        (np.zeros(2), np.zeros(2), "result: constant, which proves nothing"),
        (np.ones(2), np.ones(2), "result: constant, which proves nothing"),
        (np.array([1.0, 2 + 1e-9]), A, "result: relative error 5.0e-10"),
        ({"h": A, "c": A}, {"h": A + 0, "c": A + 1}, "c: relative error 3.3e-01"),
    ],
)
def test_a_difference_is_a_problem(ours, theirs, problem):
    assert problems({"ours": ours, "theirs": theirs}) == [problem]


def test_a_script_without_results_is_a_problem(tmp_path):
    script = tmp_path / "script.py"
    script.write_text("ours = 1.0\n")
    assert problems(torch_scripts.run(script)) == ["the script does not define theirs"]
