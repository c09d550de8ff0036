"""Each chapter has what a reader needs, each figure is described and referred to."""

import re

import pytest

from tests import reading
from tests.reading import book_paths

CHAPTERS = reading.chapters()


def fail_with(gaps_of_pages):
    """Report all gaps of all pages at once."""
    found = [f"{name}: {gap}" for name, gaps in gaps_of_pages.items() for gap in gaps]
    if found:
        pytest.fail("\n".join(found), pytrace=False)


def test_every_chapter_has_all_its_parts():
    fail_with({name: reading.gaps(text) for name, text in CHAPTERS.items()})


def test_every_figure_is_described_named_and_referred_to():
    fail_with({name: reading.figure_gaps(text) for name, text in reading.all_pages().items()})


# The judge is seen to judge

BOX = """:::{admonition} What you will be able to do
:class: tip
- Write it.
- Read it.

Core, about 3 minutes to read, 1 hour with the exercises. You need {doc}`rnn`.
:::
"""
FIGURE = """```{code-cell} ipython3
---
mystnb:
  image:
    alt: A line that rises from the left to the right, and then falls.
  figure:
    caption: A line.
    name: fig-line
---
_, ax = plt.subplots()
```
"""
QUESTION = ":::{admonition} Is it?\n:class: dropdown\nYes.\n:::\n\n"
EXERCISE = """```{exercise} Count (2 minutes)
:label: ex-LABEL
Count.
```

```{solution-start} ex-LABEL
:class: dropdown
```
Four.

```{code-cell} ipython3
assert 2 + 2 == 4
```

```{solution-end}
```

"""
EXERCISES = "".join(EXERCISE.replace("LABEL", label) for label in "abc")
PAGE = f"""---
kernelspec: {{name: python3}}
---

# Title

{BOX}
{"word " * 100}
See {{numref}}`fig-line`.

{FIGURE}
## Check yourself

{QUESTION * 3}
## Exercises

{EXERCISES}
## Summary

- One.
- Two.

**Where next:** {{doc}}`the next <gru>`.
"""


def test_a_whole_chapter_has_no_gaps():
    assert reading.gaps(PAGE) == [] and reading.figure_gaps(PAGE) == []


@pytest.mark.parametrize(
    ("old", "new", "gap"),
    [
        (BOX, "", "no box with objectives"),
        ("- Read it.\n", "", "fewer than two objectives"),
        ("Core, about", "About", "no line with the time in the box"),
        ("You need", "Read", "no prerequisites in the box"),
        (BOX, BOX + "word " * 300, " words in 3 minutes, "),
        ("1 hour", "0.03 hours", "no time for the exercises"),
        (QUESTION * 3, QUESTION * 2, "2 folded questions"),
        (EXERCISES, EXERCISES + EXERCISE * 4, "7 exercises"),
        ("```{exercise} Count (2 minutes)\n:label: ex-a", "```{note}", "2 exercises"),
        ("Count (2 minutes)\n:label: ex-a", "Count\n:label: ex-a", "ex-a does not say how long"),
        ("start} ex-a", "start} ex-x", "ex-a has no solution"),
        ("start} ex-a\n:class: dropdown", "start} ex-a", "ex-a has a solution that is not folded"),
        ("```{code-cell} ipython3\nassert", "```python\nassert", "no solution has code that runs"),
        ("- Two.\n", "", "no summary in points"),
        ("**Where next:**", "Next:", "no link to where next"),
    ],
)
def test_a_gap_is_found(old, new, gap):
    assert old in PAGE
    (found,) = reading.gaps(PAGE.replace(old, new))
    assert gap in found


@pytest.mark.parametrize(
    ("old", "new", "gap"),
    [
        ("alt: A line that rises from the left to the right, and then falls.", "alt: A line",
         "figure fig-line has no alt text"),
        ("    caption: A line.\n", "", "figure fig-line has no caption"),
        ("    name: fig-line\n", "", "figure '_, ax = plt.subplots()' has no name"),
        ("See {numref}`fig-line`.", "", "figure fig-line has no reference in the text"),
        ("See {numref}`fig-line`.", "# fig-line", "figure fig-line has no reference in the text"),
    ],
)  # fmt: skip
def test_a_gap_of_a_figure_is_found(old, new, gap):
    assert old in PAGE
    assert reading.figure_gaps(PAGE.replace(old, new)) == [gap]


def test_a_figure_without_any_metadata_is_found():
    cell = "```{code-cell} ipython3\n_, ax = plt.subplots()\n```\n"
    assert len(reading.figure_gaps(cell)) == 3


def test_a_picture_from_a_file_is_a_figure_too():
    alt = "A line that rises from the left to the right."
    figure = f"```{{figure}} a.png\n:alt: {alt}\n:name: fig-a\nA line.\n```\n{{ref}}`it <fig-a>`\n"
    assert reading.figure_gaps(figure) == []
    assert reading.figure_gaps(figure.replace("A line.\n", "")) == ["figure fig-a has no caption"]


# Ways through the book


@pytest.mark.parametrize(
    ("line", "effort"),
    [
        ("Core, about 25 minutes to read, 2 hours with the exercises. You", ("Core", 25, 2)),
        ("Deeper, about 5 minutes to read, 1 hour with the exercises.", ("Deeper", 5, 1)),
        ("Core, about 25 minutes to read, 1.5 hours with the exercises.", ("Core", 25, 1.5)),
        ("Easy, about 25 minutes to read, 2 hours with the exercises.", None),
        ("Core, about 25 minutes to read.", None),
    ],
)
def test_the_line_with_the_time_is_read(line, effort):
    assert book_paths.effort(f"- An aim.\n\n{line}\n:::") == effort


def test_a_table_of_pages_adds_up():
    efforts = {"a": book_paths.Effort("Core", 25, 1.5), "b": book_paths.Effort("Deeper", 30, 2.5)}
    assert book_paths.table(efforts)[2:] == [
        "| {doc}`/a` | Core | 25 | 1.5 |",
        "| {doc}`/b` | Deeper | 30 | 2.5 |",
        "| **together** | | **55** | **4** |",
    ]
    del efforts["b"]
    assert len(book_paths.table(efforts)) == 3  # one page is its own sum


def test_no_core_page_needs_a_deeper_one():
    pages = reading.all_pages()
    for name, text in pages.items():
        effort = book_paths.effort(text)
        if effort and effort.kind == "Core":
            for needed in reading.prerequisites(name, text):
                stated = book_paths.effort(pages[needed])
                assert not stated or stated.kind == "Core", f"{name} needs {needed}"


def test_prerequisites_are_found_from_the_page_or_from_the_root():
    line = BOX.replace("{doc}`rnn`", "{doc}`rnn`, {doc}`../reference/api`, {doc}`it </book/intro>`")
    needed = ["book/module/rnn", "book/reference/api", "book/intro"]
    assert reading.prerequisites("book/module/lstm", line) == needed
    assert reading.prerequisites("book/module/lstm", BOX.replace("{doc}`rnn`", "nothing")) == []


def test_the_ways_name_pages_that_say_their_time():
    pages = reading.all_pages()
    ways = re.findall(r"^```\{path\}\n(.*?)^```$", pages["book/paths"], re.MULTILINE | re.DOTALL)
    assert len(ways) >= 8
    for way in ways:
        named = [line for line in way.split() if line.startswith("book/")]
        minutes = [book_paths.effort(pages[page]).minutes for page in named]
        bound = re.search(r":at-most: (\d+)", way)
        assert len(named) >= 3 and (not bound or sum(minutes) <= int(bound[1]))
