"""Judges one submission: what its own cells show, then what the tests say.

The student's cells run twice. The first process shows their outputs and never meets a test. The
second one is called by the tests, sees their inputs, and shows nothing, so that no output can
carry a hidden test to the student.
"""

import time
from contextlib import contextmanager

from rnncourse.grading.engine.cells import CellResult, Verdict, without_hidden
from rnncourse.grading.engine.outputs import clean, error_output, has_failed

TOO_LATE = "The cell took longer than it may and was stopped."
NO_VERDICT = "The test did not come to an end."
SILENT = "Your code cannot be called: its process has ended."
SECONDS_TO_PREPARE = 10.0
NOT_RUN = "This cell was not run: the process ended in an earlier cell."


def judge(cells, marks, limits, spawn):
    """Run all cells -> Verdict.

    Parameters
    ----------
    cells : list of Cell
    marks : tuple of str
        How hidden regions begin and end.
    limits : Limits
    spawn : callable
        Roles -> a list with a Child for each; two of them are connected.
    """
    visible = {c.name: without_hidden(c.source, marks) if c.locked else c.source for c in cells}
    with ended(spawn("student")) as (student,):
        shown, notes = show(cells, visible, limits, student)
    ruled, more = {}, []
    if any(cell.locked for cell in cells):
        with ended(spawn("student", "tester")) as (student, tester):
            ruled, more = rule(cells, visible, marks, limits, student, tester)
    return Verdict([(ruled | shown)[c.name] for c in cells], list(dict.fromkeys(notes + more)))


@contextmanager
def ended(children):
    """The processes, ended afterwards in any case."""
    try:
        yield children
    finally:
        for child in children:
            child.end()


def show(cells, visible, limits, student):
    """The results of the student's own cells by name, and notes."""
    results, clock = {}, Clock(limits)
    for number, cell in enumerate(cells, 1):
        began, was_there, seconds = time.monotonic(), not student.gone, clock.seconds()
        source = visible[cell.name]
        answer = student.ask(seconds, "run", cell.name, source, number, seconds, cell.locked)
        if not cell.locked:
            status, outputs, note = _shown(answer, student, was_there, limits.output)
            seconds = time.monotonic() - began
            results[cell.name] = CellResult(cell.name, outputs, status, seconds, note)
    return results, [f"The student's process: {student.why}."] if student.gone else []


def _shown(answer, student, was_there, most):
    if not was_there:
        return "skipped", [error_output("NotRunError", NOT_RUN)], "not run"
    if answer is None and student.gone == "timeout":
        return "timeout", [error_output("CellTimeoutError", TOO_LATE)], student.why
    if answer is None:
        message = f"The process that ran this cell is gone: {student.why}."
        return "died", [error_output("DeadKernelError", message)], student.why
    outputs = clean(answer[0], most)
    if answer[1] is True:
        return "timeout", with_error(outputs, "CellTimeoutError", TOO_LATE), "stopped"
    return "error" if has_failed(outputs) else "ok", outputs, ""


def rule(cells, visible, marks, limits, student, tester):
    """The results of the locked cells by name, and notes."""
    results, clock = {}, Clock(limits)
    last = max(number for number, cell in enumerate(cells) if cell.locked)
    tester.ask(SECONDS_TO_PREPARE, "prepare", {c.name: c.source for c in cells}, marks)
    for number, cell in enumerate(cells[: last + 1], 1):
        seconds, before = clock.seconds(), student.gone
        student.ask(seconds, "run", cell.name, visible[cell.name], number, seconds, True)
        if cell.locked:
            began = time.monotonic()
            answer = tester.ask(seconds, "run", cell.name, cell.source, number, seconds)
            status, outputs, note = _ruled(answer, student, before, tester, limits.output)
            seconds = time.monotonic() - began
            results[cell.name] = CellResult(cell.name, outputs, status, seconds, note)
    notes = [f"The student's process, called by the tests: {student.why}."] if student.gone else []
    return results, notes + ([f"The tests' process: {tester.why}."] if tester.gone else [])


def _ruled(answer, student, before, tester, most):
    if answer is None:
        status = "timeout" if tester.gone == "timeout" else "died"
        return status, [error_output("NoVerdictError", NO_VERDICT)], f"no verdict: {tester.why}"
    outputs, late, silent = clean(answer[0], most), answer[1], answer[2]
    if silent and not before:
        student.end("timeout" if late else "died", silent)
        outputs = with_error(outputs, "NoAnswerError", SILENT)
        return student.gone, outputs, f"the student's process: {student.why}"
    if late:
        return "timeout", with_error(outputs, "CellTimeoutError", TOO_LATE), "stopped"
    return "error" if has_failed(outputs) else "ok", outputs, ""


def with_error(outputs, name, message):
    """Outputs that hold an error: their own, or this one."""
    return outputs if has_failed(outputs) else [*outputs, error_output(name, message)]


class Clock:
    """The seconds that a cell may take: those of a cell, or what is left for the submission."""

    def __init__(self, limits):
        self.most, self.end = limits.cell_seconds, time.monotonic() + limits.submission_seconds

    def seconds(self):
        """For the cell that begins now."""
        return max(0.1, min(self.most, self.end - time.monotonic()))
