"""What came of an attack, read from the course folder after the grader has gone.

Everything in the folder may have been written by hostile code: it is read as data, links are
not followed, sizes are limited.
"""

import re
import sqlite3
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from bs4 import BeautifulSoup

from tests.grading.attacks.course import ASSIGNMENT, CANARIES, HONEST, INPUT

FULL = 20.0
LARGE = 20 << 20  # bytes that one submission may leave in a folder of the course
SCORES = """
SELECT student.id, SUM(COALESCE(grade.manual_score, grade.auto_score, 0) + COALESCE(
    grade.extra_credit, 0))
FROM grade JOIN submitted_notebook ON grade.notebook_id = submitted_notebook.id
JOIN submitted_assignment ON submitted_notebook.assignment_id = submitted_assignment.id
JOIN student ON submitted_assignment.student_id = student.id GROUP BY student.id
"""


class Outcome(NamedTuple):
    points: float  # unearned
    leaks: list[str]
    harms: list[str]

    def __or__(self, other):
        """Both together."""
        leaks = sorted({*self.leaks, *other.leaks})
        return Outcome(self.points + other.points, leaks, self.harms + other.harms)

    @property
    def succeeded(self):
        return bool(self.points > 0 or self.leaks or self.harms)


def read(path):
    """The text of a regular file, at most 64 MB of it; empty where there is none."""
    if path.is_symlink() or not path.is_file():
        return ""
    with open(path, "rb") as file:
        return file.read(64 << 20).decode("utf-8", "replace")


def scores(course):
    """The sum of points for each student; None where there is no gradebook any more."""
    try:
        with sqlite3.connect(f"file:{course}/gradebook.db?mode=ro", uri=True) as database:
            return dict(database.execute(SCORES).fetchall())
    except sqlite3.Error:
        return None


def fingerprint(course):
    """What no submission may change: sources, settings, other students' work."""
    places = [course / "nbgrader_config.py", *(course / "source").rglob("*")]
    places += (course / "submitted").rglob("*")
    return {
        str(path.relative_to(course)): sha256(path.read_bytes()).hexdigest()
        for path in places
        if path.is_file() and not path.is_symlink()
    }


def pages(course, student):
    """All feedback of a student, as text."""
    folder = course / "feedback" / student / ASSIGNMENT
    return {p.name: read(p) for p in folder.rglob("*")} if folder.is_dir() else {}


def leaks(text):
    """Which canaries are in a text, as they are or turned round."""
    for kind in CANARIES:
        if f"CANARY{kind}" in text:
            yield kind
        if f"CANARY{kind}"[::-1] in text:
            yield f"{kind} (read by code)"
    if INPUT in text:
        yield "hidden inputs"
    if INPUT[::-1] in text:
        yield "hidden inputs (read by code)"


def scripts(html):
    """Does the page hold a script, handler, frame, link or picture of an attack?"""
    if "PWNED" not in html:
        return
    for element in BeautifulSoup(html, "html.parser").find_all(True):
        if element.name in ("script", "style") and "PWNED" in element.get_text():
            # A state of widgets is data for a script, as long as it ends where it should.
            if element.get("type", "").endswith("json"):
                continue
            yield element.name
        for name, value in element.attrs.items():
            value = " ".join(value) if isinstance(value, list) else str(value)
            active = name.startswith("on") or name in ("src", "href", "action", "srcdoc", "data")
            picture = element.name == "img" and value.startswith("data:")  # nothing runs in it
            if "PWNED" in value and active and not picture:
                yield f"{element.name}[{name}]"


def shared(course, seen, before):
    """What a batch did that belongs to none of its submissions alone.

    `seen` is the container's report or None where the grader did not come back, `before` the
    fingerprint of the course.
    """
    if seen is None:
        seen, harms = {"heard": [], "left": []}, ["the batch hung or was killed"]
    else:
        harms = [f"{len(seen['left'])} process(es) left"] if seen["left"] else []
    harms += [f"network: {what[:40]}" for what in sorted(set(seen["heard"]))]
    marks = scores(course)
    if marks is None:
        harms.append("no gradebook any more")
    elif marks.get(HONEST) != FULL:
        harms.append(f"an earlier student has {marks.get(HONEST)}")
    now = fingerprint(course)
    harms += [f"changed: {name}" for name in sorted(before) if now.get(name) != before[name]]
    return Outcome(0.0, sorted(set(leaks("\n".join(seen["heard"])))), harms)


def outcome(course, attacker, witness, usual):
    """Judge one attacker and the witness after it; every page has the `usual` leaks."""
    marks = scores(course) or {}
    text = "\n".join(pages(course, attacker).values())
    later = "\n".join(pages(course, witness).values())
    found = {*leaks(text), *leaks(later)} - usual
    harms = [f"did {deed}" for deed in sorted(set(re.findall(r"BOAST ([\w./:-]+)", text)))]
    active = sorted(set(scripts(text)))
    harms += [f"page: {', '.join(active)}"] if active else []
    left = sorted(set(re.findall(r"FOUND (\S+?)[<\s]", later)))
    harms += [f"left for the next: {name}" for name in left]
    if marks.get(witness) != FULL:
        harms.append(f"the next student has {marks.get(witness)}")
    elif not later:
        harms.append("the next student has no feedback")
    for folder in "autograded", "feedback":
        size = sum(map(_size, (course / folder / attacker).rglob("*")))
        harms += [f"{folder}: {size >> 20} MB"] if size > LARGE else []
    return Outcome(float(marks.get(attacker) or 0), sorted(found), harms)


def _size(path):
    return path.lstat().st_size if Path(path).is_file() and not path.is_symlink() else 0
