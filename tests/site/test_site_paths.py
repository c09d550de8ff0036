"""The built page of paths: each row says what its page says, each sum is the sum of its rows."""

import re

import pytest
from bs4 import BeautifulSoup

LINE = re.compile(r"(Core|Deeper), about (\d+) minutes to read, ([\d.]+) hours? with the exercises")


@pytest.fixture(scope="module")
def tables(site):
    """[[(cells, address of the page or None)]] of the tables of pages."""
    page = site / "book" / "paths.html"
    soup = BeautifulSoup(page.read_text("utf-8"), "html.parser")
    found = []
    for table in soup.select("article table"):
        rows = table.select("tbody tr")
        cells = [[cell.text.strip() for cell in row.find_all("td")] for row in rows]
        links = [row.a and (page.parent / row.a["href"]).resolve() for row in rows]
        found.append(list(zip(cells, links, strict=True)))
    return found


def test_rows_say_what_the_pages_say(tables):
    assert len(tables) >= 9  # the ways, and each part of the book
    for (_, kind, minutes, hours), link in (row for table in tables for row in table):
        if link:
            text = BeautifulSoup(link.read_text("utf-8"), "html.parser").article.text
            assert LINE.search(text).groups() == (kind, minutes, hours), link


def test_sums_are_right(tables):
    for table in tables:
        rows = [cells for cells, _ in table if cells[0] != "together"]
        sums = [cells for cells, _ in table if cells[0] == "together"]
        assert len(sums) == (len(rows) > 1)
        for _, _, minutes, hours in sums:
            assert int(minutes) == sum(int(row[2]) for row in rows)
            assert float(hours) == sum(float(row[3]) for row in rows)
