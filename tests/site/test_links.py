"""The build's own check of links: it sees what BeautifulSoup sees, and notices a dead one."""

import importlib.util
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

EXTENSION = Path(__file__).parents[2] / "book" / "_ext" / "book_links.py"
SPEC = importlib.util.spec_from_file_location("book_links", EXTENSION)
book_links = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(book_links)

PAGE = """<html><head><script src="theme.js">"<a href='no.html'>"</script></head><body>
<h1 id="top">One</h1><!-- <a href="comment.html"> --><a class="x" href="two.html#a%20b">two</a>
<a href='#top'>up</a> <a href="https://example.org/x">out</a>
<img alt="a > b" src="picture.png?v=1"> <a title='id="fake"' href="{link}">here</a></body></html>
"""
DEAD = ["no.html", "two.html#c", "#fake", "../one.html", "two.htm", "folder", "two.html/x?y=1"]


def made(folder, link):
    (folder / "folder").mkdir()
    (folder / "one.html").write_text(PAGE.format(link=link))
    (folder / "two.html").write_text('<p id="a b">two</p>')
    for name in "theme.js", "picture.png":
        (folder / name).touch()
    return folder


@pytest.mark.parametrize("link", ["two.html", "#top", "mailto:a@b.c", "", "#", "one.html?q=1#top"])
def test_a_link_that_leads_somewhere(link, tmp_path):
    assert book_links.dead_links(made(tmp_path, link)) == []


@pytest.mark.parametrize("link", DEAD)
def test_a_dead_link(link, tmp_path):
    assert book_links.dead_links(made(tmp_path, link)) == [("one.html", link)]


def test_it_sees_what_beautiful_soup_sees(site, name):
    page = (site / name).read_text("utf-8")
    soup = BeautifulSoup(page, "html.parser")
    tags = soup.select("[href], [src]")
    assert set(book_links.links(page)) == {tag.get("href", tag.get("src")) for tag in tags}
    assert book_links.anchors(page) == {tag["id"] for tag in soup.find_all(id=True)}
