"""What a chapter owes its reader, and which of it is missing."""

import importlib.util
import re
from pathlib import Path
from posixpath import normpath

import yaml

ROOT = Path(__file__).parents[1]
SPEC = importlib.util.spec_from_file_location("book_paths", ROOT / "book/_ext/book_paths.py")
book_paths = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(book_paths)

HEADER = re.compile(r"\A---\n.*?^---\n", re.MULTILINE | re.DOTALL)
CELL = re.compile(
    r"^```\{code-cell\}[^\n]*\n(?:---\n(.*?)^---\n)?(.*?)^```$", re.MULTILINE | re.DOTALL
)
FIGURE = re.compile(r"^(`{3,}|:{3,})\{figure\}[^\n]*\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
EXERCISE = re.compile(r"^`{3,}\{exercise\} (.*)\n:label: (\S+)$", re.MULTILINE)
SOLUTION = re.compile(
    r"^`{3,}\{solution-start\} (\S+)\n(:class: dropdown\n)?(.*?)^`{3,}\{solution-end\}$",
    re.MULTILINE | re.DOTALL,
)
QUESTION = re.compile(r"^:::\{admonition\} .+\n:class: dropdown$", re.MULTILINE)
DURATION = re.compile(r"\(\d+ (minutes?|hours?)\)$")
DRAWS = re.compile(r"\bplt\.(subplots|figure|subplot_mosaic)\(")
SHORTEST_ALT = 40  # characters
PACE = (50, 160)  # words a minute, formulas and code included


def chapters():
    """{page: text} of the module's and the practice pages."""
    names = [name for part in book_paths.table_of_contents(ROOT).values() for name in part]
    wanted = [name for name in names if name.startswith(("book/module/", "book/practice/"))]
    return {name: (ROOT / f"{name}.md").read_text("utf-8") for name in wanted}


def all_pages():
    """{page: text} of every page with a text of its own."""
    paths = sorted((ROOT / "book").rglob("*.md"))
    return {path.relative_to(ROOT).with_suffix("").as_posix(): path.read_text() for path in paths}


def prerequisites(name, text):
    """The pages that the sentence "You need ..." of a page's box links to."""
    sentence = re.search(r"You need (.*)", text)
    links = re.findall(r"\{doc\}`(?:[^`<]*<)?([^`>]+)>?`", sentence[1] if sentence else "")
    folder = f"/{name}".rpartition("/")[0]
    return [normpath(f"{folder}/{link}" if link[0] != "/" else link)[1:] for link in links]


def section(text, title):
    """The text below a heading, to the next of its level."""
    found = re.search(rf"^## {title}$(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def gaps(text):
    """What a chapter lacks: one sentence each."""
    return [*box_gaps(text), *question_gaps(text), *exercise_gaps(text), *end_gaps(text)]


def box_gaps(text):
    """Objectives, time, prerequisites."""
    found = re.search(
        r"^:::\{admonition\} What you will be able to do\n:class: tip\n(.*?)^:::$",
        text,
        re.MULTILINE | re.DOTALL,
    )
    box = found[1] if found else ""
    effort, words = book_paths.effort(box), len(HEADER.sub("", text).split())
    slow, fast = PACE
    found = [
        (not box, "no box with objectives"),
        (box and len(re.findall("^- ", box, re.MULTILINE)) < 2, "fewer than two objectives"),
        (box and not effort, "no line with the time in the box"),
        (box and "You need" not in box, "no prerequisites in the box"),
    ]
    if effort:
        pace = words / effort.minutes
        wrong = not slow <= pace <= fast
        found.append((wrong, f"{words} words in {effort.minutes} minutes, {pace:.0f} a minute"))
        short = effort.hours * 60 <= effort.minutes
        found.append((short, "no time for the exercises"))
    return [what for missing, what in found if missing]


def question_gaps(text):
    """Folded questions under "Check yourself"."""
    count = len(QUESTION.findall(section(text, "Check yourself")))
    return [f"{count} folded questions"] if count < 3 else []


def exercise_gaps(text):
    """Exercises that say how long they take, each with a folded solution, some with code."""
    exercises = EXERCISE.findall(section(text, "Exercises"))
    solutions = {label: (folded, body) for label, folded, body in SOLUTION.findall(text)}
    found = [f"{len(exercises)} exercises"] if not 3 <= len(exercises) <= 6 else []
    for title, label in exercises:
        if not DURATION.search(title):
            found.append(f"{label} does not say how long it takes")
        if label not in solutions:
            found.append(f"{label} has no solution")
        elif not solutions[label][0]:
            found.append(f"{label} has a solution that is not folded")
    if exercises and not any("{code-cell}" in body for _, body in solutions.values()):
        found.append("no solution has code that runs")
    return found


def end_gaps(text):
    """Summary, and where to go from here."""
    points = len(re.findall("^- ", section(text, "Summary"), re.MULTILINE))
    next_page = re.search(r"^\*\*Where next:\*\* .*\{doc\}`", text, re.MULTILINE)
    return ["no summary in points"] * (points < 2) + ["no link to where next"] * (not next_page)


def figure_gaps(text):
    """Figures without alt text, caption or name, and those that the text does not refer to."""
    found = []
    prose = CELL.sub("", text)
    for header, code in CELL.findall(text):
        mystnb = (yaml.safe_load(header or "") or {}).get("mystnb", {})
        figure = mystnb.get("figure", {})
        if figure or "image" in mystnb or DRAWS.search(code):
            alt = mystnb.get("image", {}).get("alt", "")
            first = code.strip().splitlines()[0]
            found += one_figure_gaps(first, alt, figure.get("caption"), figure.get("name"), prose)
    for _, body in FIGURE.findall(text):
        options = dict(re.findall(r"^:(alt|name): (.*)$", body, re.MULTILINE))
        caption = re.sub(r"^:.*\n", "", body, flags=re.MULTILINE).strip()
        name = options.get("name")
        found += one_figure_gaps(name, options.get("alt", ""), caption, name, prose)
    return found


def one_figure_gaps(what, alt, caption, name, prose):
    """What one figure lacks; `what` tells which it is when it has no name."""
    referred = name and re.search(rf"\{{(num)?ref\}}`([^`<]*<)?{re.escape(name)}>?`", prose)
    found = [
        (len(alt) < SHORTEST_ALT, "alt text"),
        (not caption, "caption"),
        (not name, "name"),
        (name and not referred, "reference in the text"),
    ]
    return [f"figure {name or repr(what)} has no {part}" for missing, part in found if missing]
