"""What a report is about, read from the gradebook and the autograded notebooks.

The grader leaves a note in the metadata of each autograded notebook, and this is where the report
finds what a person should look at:

    "grading": {"review": ["reason", ...], "notes": ["what was left out", ...], "seconds": 1.234}

A notebook without it (nbgrader's own autograder) has no reasons and no time.
"""

import json
import tomllib
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from nbgrader.api import Gradebook
from tqdm import tqdm


class Submission(NamedTuple):
    student: str
    score: float  # before a penalty for lateness
    penalty: float
    lost: frozenset  # names of the graded cells that gave less than they could
    waits: bool  # for a manual grade
    review: tuple  # what a person should look at
    seconds: float | None


class Check(NamedTuple):
    """A graded cell."""

    name: str
    title: str  # the property, from the cell's first comment
    points: float
    failed: int
    judged: int


class Pattern(NamedTuple):
    """Submissions that lose the same cells."""

    lost: tuple  # in the notebook's order
    count: int
    mistakes: tuple  # of the known wrong solutions that lose exactly these
    everything: bool


class Results(NamedTuple):
    assignment: str
    most: float
    checks: list  # of Check, in the notebook's order
    patterns: list  # of Pattern, the most frequent first
    submissions: list  # of Submission
    absent: int  # students who handed in nothing


def read_results(course, assignment, mutants=None):
    """Read an assignment's results.

    Parameters
    ----------
    course : CourseDirectory
    assignment : str
    mutants : Path, optional
        The file of known wrong solutions.

    Returns
    -------
    Results

    Raises
    ------
    nbgrader.api.MissingEntry
        The gradebook does not know the assignment.
    """
    with Gradebook(course.db_url, course.course_id) as gradebook:
        row = gradebook.find_assignment(assignment)
        cells = [cell for book in row.notebooks for cell in _in_order(book)]
        sources = {c.name: c.source for book in row.notebooks for c in book.source_cells}
        handed_in = gradebook.assignment_submissions(assignment)
        submissions, failed, judged = [], Counter(), Counter()
        for entry in tqdm(handed_in, desc="results", unit="submission"):
            books = [_autograded(course, assignment, entry.student_id, b) for b in entry.notebooks]
            scores = {g.name: g for book in entry.notebooks for g in book.grades}
            closed = [
                c for c in cells if c.name in scores and not scores[c.name].needs_manual_grade
            ]
            lost = {c.name for c in closed if scores[c.name].score < c.max_score}
            judged.update(cell.name for cell in closed)
            failed.update(lost)
            submissions.append(_submission(entry, books, frozenset(lost)))
        checks = [
            Check(c.name, title(sources.get(c.name), c.name), c.max_score, failed[c.name], n)
            for c in cells
            if (n := judged[c.name]) and c.max_score
        ]
        absent = len(gradebook.students) - len(submissions)
        most = row.max_score
        gradebook.engine.dispose()
    known = tomllib.loads(mutants.read_text("utf-8")) if mutants and mutants.exists() else {}
    submissions.sort(key=lambda submission: submission.student)
    return Results(
        assignment, most, checks, find_patterns(submissions, checks, known), submissions, absent
    )


def find_patterns(submissions, checks, known):
    """Which cells are lost together, and the known mistake that does just that."""
    order = [check.name for check in checks]
    counts = Counter(s.lost for s in submissions if s.lost)
    patterns = []
    for lost, count in sorted(counts.items(), key=lambda item: (-item[1], sorted(item[0]))):
        mistakes = [m["mistake"] for m in known.values() if frozenset(m["loses"]) == lost]
        inside = tuple(name for name in order if name in lost)
        patterns.append(Pattern(inside, count, tuple(mistakes), len(lost) == len(order)))
    return patterns


def title(source, name):
    """The property that a cell checks: its first line's comment, or else its name."""
    first = (source or "").strip().partition("\n")[0]
    if not first.startswith("#"):
        return name
    return first.lstrip("# ").removeprefix("Property:").strip() or name


def _in_order(book):
    """The graded cells as they stand in the notebook; nbgrader keeps no order of its own."""
    place = {cell.name: k for k, cell in enumerate(book.source_cells)}
    cells = [*book.grade_cells, *book.task_cells]
    return sorted(cells, key=lambda cell: (place.get(cell.name, len(place)), cell.name))


def _submission(entry, books, lost):
    times = [book["seconds"] for book in books if isinstance(book.get("seconds"), int | float)]
    return Submission(
        student=entry.student_id,
        score=entry.score,
        penalty=entry.late_submission_penalty or 0.0,
        lost=lost,
        waits=entry.needs_manual_grade,
        review=tuple(dict.fromkeys(str(r) for book in books for r in book.get("review", ()))),
        seconds=sum(times) if times else None,
    )


def _autograded(course, assignment, student, book):
    """The grader's note in one autograded notebook, or {}."""
    folder = Path(course.format_path(course.autograded_directory, student, assignment))
    try:
        notebook = json.loads((folder / f"{book.name}.ipynb").read_text("utf-8"))
    except FileNotFoundError:
        return {"review": ["There is no autograded notebook: grade it again."]}
    except ValueError:
        return {"review": ["The autograded notebook is damaged: grade it again."]}
    note = notebook.get("metadata", {}).get("grading", {})
    return note if isinstance(note, dict) else {}
