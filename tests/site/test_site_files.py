"""The built site as files: pages, links, pictures, formulas, and what they load."""

import functools
import re
from collections import Counter
from urllib.parse import unquote, urldefrag, urlparse

import pytest
import yaml
from book_studies import QUOTATION
from browser import ROOT, SITE
from bs4 import BeautifulSoup

REMOTE = re.compile(r"^(https?:)?//")


@functools.cache
def parse(path):
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@functools.cache
def anchors(path):
    return {tag.get("id") or tag.get("name") for tag in parse(path).find_all(id=True)}


@pytest.fixture
def page(site, name):
    return parse(site / name)


@pytest.fixture
def article(page):
    return page.find("article") or page.find("main")  # the search page has no article


def test_every_page_of_the_table_of_contents_is_built(site):
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    files = [toc["root"]] + [chapter["file"] for p in toc["parts"] for chapter in p["chapters"]]
    assert [file for file in files if not (site / f"{file}.html").exists()] == []


def test_the_root_forwards_to_the_first_page(site):
    page = parse(site / "index.html")
    link = page.find("a")["href"]
    assert page.find("meta", {"http-equiv": "refresh"})["content"].endswith(f"url={link}")
    assert page.title.text and page.find("meta", {"name": "description"})["content"]
    assert (site / link).exists()


def test_pictures_are_described(article):
    for picture in article.find_all("img"):
        alt = picture.get("alt", "")
        assert len(alt) >= 15 and "_images/" not in alt, (
            f"{picture['src']} has the alt text {alt!r}"
        )


def test_formulas_are_rendered(article):
    assert article.select(".katex-error") == []
    text = "".join(t for t in article.find_all(string=True) if not t.find_parent(["pre", "code"]))
    for leftover in (r"\label", r"\begin{align}", "$$"):
        assert leftover not in text, f"{leftover} in the page: write `$$ ... $$ (eq-label)`"


def test_the_page_loads_nothing_from_another_host(page):
    loads = [tag["src"] for tag in page.find_all(src=True)]
    loads += [tag["href"] for tag in page.find_all("link", href=True)]
    loads += [tag["srcset"] for tag in page.find_all(srcset=True)]
    assert [load for load in loads if REMOTE.match(load)] == []
    inline = " ".join(tag.text for tag in page.find_all(["script", "style"]))
    assert re.findall(r"https?://[^\s\"']+", inline) == []


def test_style_sheets_load_nothing_from_another_host(site):
    for sheet in site.rglob("*.css"):
        css = sheet.read_text(encoding="utf-8")
        loads = re.findall(r"url\([\"']?([^)\"']+)|@import\s+[\"']([^\"']+)", css)
        assert [load for load in map("".join, loads) if REMOTE.match(load)] == [], sheet


def test_links_lead_somewhere(site, name, page):
    here = site / name
    lost = []
    for tag in page.select("a[href], link[href], [src]"):
        target = tag.get("href") or tag.get("src")
        if urlparse(target).scheme or target in ("", "#"):
            continue
        path, fragment = urldefrag(target.split("?")[0] if "#" not in target else target)
        file = (here.parent / unquote(path.split("?")[0])).resolve() if path else here
        if not file.is_file() or (fragment and unquote(fragment) not in anchors(file)):
            lost.append(target)
    assert lost == []


def test_headings_are_in_order(article):
    levels = [int(heading.name[1]) for heading in article.find_all(re.compile("^h[1-6]$"))]
    assert levels.count(1) == 1 and levels[0] == 1
    steps = zip(levels, levels[1:], strict=False)
    assert [step for step in steps if step[1] > step[0] + 1] == []


def test_no_file_names_a_folder_of_this_machine(site):
    executed = SITE.parent / "jupyter_execute"
    files = [*site.rglob("*.html"), *site.rglob("*.js"), *executed.rglob("*.ipynb")]
    assert [file for file in files if f"{ROOT}/" in file.read_text(encoding="utf-8")] == []


def test_no_id_occurs_twice(page):
    count = Counter(tag["id"] for tag in page.find_all(id=True))
    assert [name for name, times in count.items() if times > 1] == []


def test_exercises_are_numbered_and_their_solutions_folded(article):
    for title in article.select("div.exercise > .admonition-title"):
        assert re.fullmatch(
            r"Exercise [\d.]+ [^().]+ \(\d+ (minutes?|hours?)\)", title.text.strip()
        )
    for solution in article.select("div.solution"):
        assert "dropdown" in solution["class"] and solution.p.text == "Solution"


def test_every_equation_leads_to_its_line_and_its_test(site, name, article):
    for equation in article.select("div.math[id^=equation-eq-]"):
        label = equation["id"].removeprefix("equation-")
        number = equation.select_one(".eqno").text.strip("()#\n ")
        links = equation.find_next_sibling("p", class_="equation-links").find_all("a")
        lines = {}
        for link in links:
            assert link["aria-label"] == f"{link.text} of equation {number}"
            path, line = urldefrag(link["href"])
            lines[link.text] = parse((site / name).parent / path).find(id=line).text
        assert lines.keys() == {"code", "test"}, label
        assert re.search(rf"# .*\b{label}\b", lines["code"]), lines["code"]
        assert re.search(r"def test_|equation", lines["test"]), lines["test"]


def test_the_ledger_lists_the_equations_of_all_chapters(site):
    chapters = {
        equation["id"]
        for path in site.glob("book/**/*.html")
        for equation in parse(path).select("div.math[id^=equation-eq-]")
    }
    page = parse(site / "book/reference/ledger.html")
    listed = {f"equation-{code.text}" for code in page.select("table.stacked td code")}
    assert listed == chapters
    assert f"{len(chapters)} equations: {len(chapters)} tested" in page.text


def test_each_quotation_of_a_study_leads_to_its_entry(site):
    quoted = 0
    for source in site.glob("_sources/book/**/*.md"):
        names = [text.split(":")[0] for text in QUOTATION.findall(source.read_text("utf-8"))]
        quoted += len(names)
        page = parse(site / source.relative_to(site / "_sources").with_suffix(".html"))
        links = page.select('article a.reference[href*="reference/studies.html#study-"]')
        links += page.select('article a.reference[href^="studies.html#study-"]')
        entries = [urldefrag(link["href"])[1].removeprefix("study-") for link in links]
        assert sorted(entries) == sorted(name.replace("_", "-") for name in names), source.name
        assert all(link.text.strip() for link in links)
    assert quoted > 100
