"""The chapters' code fits the column it is shown in."""

import re
from pathlib import Path

import pytest

BOOK = Path(__file__).parents[1] / "book"
WIDTH = 80


def too_wide(page):
    """Lines of a page's code cells that are longer than `WIDTH`."""
    cells = re.findall(r"^```\{code-cell\}[^\n]*\n(?:---\n.*?\n---\n)?(.*?)^```", page, re.M | re.S)
    return [line for cell in cells for line in cell.splitlines() if len(line) > WIDTH]


def test_a_wide_line_is_found_and_wide_metadata_is_not():
    wide, narrow = "x" * 81, "y" * 80
    page = f"```{{code-cell}} ipython3\n---\nalt: {wide}\n---\n{wide}\n{narrow}\n```\n{wide}\n"
    assert too_wide(page) == [wide]


@pytest.mark.parametrize("path", sorted(BOOK.rglob("*.md")), ids=lambda path: path.stem)
def test_code_fits_the_column(path):
    assert too_wide(path.read_text("utf-8")) == []
