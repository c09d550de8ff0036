"""One submission from folder to verdict: staged, repaired, run. Nothing is written here."""

from typing import NamedTuple

import nbformat
from nbformat import NotebookNode

from rnncourse.grading.engine import Cell
from rnncourse.grading.made_from import MadeFrom
from rnncourse.grading.repair import Unreadable, read, repair

BADLY = {"timeout": "took too long", "died": "ran in a process that ended"}
PROBE = [Cell("answer", "def one(): return 1", False), Cell("check", "assert one() == 1", True)]


class NotWorking(Exception):
    """The grader itself cannot judge; no submission is to blame."""


class JudgedNotebook(NamedTuple):
    name: str
    notebook: NotebookNode  # with outputs
    notes: list  # what was repaired
    review: list  # what a person should look at
    seconds: float


class Judged(NamedTuple):
    student: str
    notebooks: list  # of JudgedNotebook
    files: dict  # path -> bytes, beside the notebooks
    timestamp: str
    made_from: MadeFrom | None = None

    @property
    def review(self):
        """All reasons for a person to look at this submission, each once."""
        return list(dict.fromkeys(reason for book in self.notebooks for reason in book.review))

    @property
    def notes(self):
        return list(dict.fromkeys(note for book in self.notebooks for note in book.notes))


def prove(engine):
    """Have an engine judge a right notebook, so that nobody gets 0 for a broken machine."""
    verdict = engine.run(PROBE)
    if any(result.status != "ok" for result in verdict.results):
        why = "; ".join(verdict.notes) or str(verdict.results)
        raise NotWorking(f"The grader fails on a notebook that is right, so it stops here: {why}")
    return engine


def judge(engine, student, staged, assignment, wanted=None):
    """Judge a staged submission.

    Parameters
    ----------
    engine : Engine
    student : str
    staged : Staged
    assignment : Assignment
    wanted : callable, optional
        Which notebooks, by name; all of them otherwise.

    Returns
    -------
    Judged
        With every notebook of the assignment: one that is missing or unreadable is the
        instructor's, without answers, and each graded cell says why it was not run.
    """
    books = []
    for name, source in assignment.notebooks.items():
        if wanted and not wanted(name):
            continue
        try:
            if name not in staged.notebooks:
                raise Unreadable(staged.missing[name])
            repaired = repair(read(staged.notebooks[name]), source)
        except Unreadable as error:
            book = _not_run(source, str(error))
        else:
            book = _run(engine, source.name, repaired, staged.files)
        books.append(
            book._replace(
                notes=staged.notes + book.notes,
                review=list(dict.fromkeys(staged.review + book.review)),
            )
        )
    return Judged(student, books, staged.files | staged.own, staged.timestamp)


def _run(engine, name, repaired, files):
    cells = [cell for cell in repaired.notebook.cells if cell.cell_type == "code"]
    verdict = engine.run([Cell(_name(cell), cell.source, _locked(cell)) for cell in cells], files)
    review = list(verdict.notes)
    for k, (cell, result) in enumerate(zip(cells, verdict.results, strict=True), 1):
        cell.outputs = nbformat.from_dict(list(result.outputs))
        cell.execution_count = None if result.status == "skipped" else k
        cell.metadata["grading"] = {"status": result.status, "note": result.note}
    for status, what in BADLY.items():
        names = [result.name for result in verdict.results if result.status == status]
        if names:
            more = f" and {len(names) - 3} more" if len(names) > 3 else ""
            review.append(f"{', '.join(names[:3])}{more} {what}.")
    seconds = sum(result.seconds for result in verdict.results)
    return JudgedNotebook(name, repaired.notebook, repaired.notes, review, seconds)


def _not_run(source, why):
    """The notebook of somebody who wrote nothing, with the reason in each graded cell."""
    notebook = repair([], source).notebook
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.metadata.nbgrader.grade:
            error = {"output_type": "error", "ename": "NotRun", "evalue": why, "traceback": []}
            cell.outputs = [nbformat.from_dict(error)]
            cell.metadata["grading"] = {"status": "skipped", "note": why}
    return JudgedNotebook(source.name, notebook, [], [why], 0.0)


def _name(cell):
    return cell.metadata.get("nbgrader", {}).get("grade_id", cell.id)


def _locked(cell):
    return cell.metadata.get("nbgrader", {}).get("locked", False)
