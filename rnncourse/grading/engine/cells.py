"""What goes into the engine and what comes out."""

from typing import NamedTuple


class Cell(NamedTuple):
    """One code cell, in the order of the notebook.

    Attributes
    ----------
    name : str
        What the results, notes and messages call it; unique within a submission.
    source : str
        The code. A locked cell still holds its hidden regions.
    locked : bool
        True for a cell that comes from the instructor: it runs whole in the tester's process,
        and without its hidden regions in the student's.
    """

    name: str
    source: str
    locked: bool


class CellResult(NamedTuple):
    """What became of one cell.

    Attributes
    ----------
    name : str
        The cell's name.
    outputs : list of dict
        nbformat 4 outputs: `stream`, `display_data` and `execute_result` with `text/plain` and
        `image/png` only, `error`. Whatever did not end well has an `error` among them, so
        that nbgrader gives it no points.
    status : str
        "ok"; "error", the code raised; "timeout", it took longer than a cell may; "died", the
        process it needs ended during it; "skipped", it was not started.
    seconds : float
        Wall time.
    note : str
        One line for the instructor, or "".
    """

    name: str
    outputs: list
    status: str
    seconds: float = 0.0
    note: str = ""


class Verdict(NamedTuple):
    """The results of one submission, a result for each cell, in order.

    Attributes
    ----------
    results : list of CellResult
    notes : list of str
        What an instructor should look at, such as a student's process that had to be ended.
    """

    results: list
    notes: list


def hidden_lines(source, marks):
    """The numbers, from 1, of the lines that students never see.

    `marks` is what the first and the last line of a region contain; a region without an end
    reaches to the end.
    """
    numbers, inside = set(), False
    for number, line in enumerate(source.split("\n"), 1):
        inside = inside or marks[0] in line
        if inside:
            numbers.add(number)
        if marks[1] in line:
            inside = False
    return numbers


def without_hidden(source, marks):
    """Source with its hidden lines left empty, so that the others keep their numbers."""
    hidden = hidden_lines(source, marks)
    lines = enumerate(source.split("\n"), 1)
    return "\n".join("" if number in hidden else line for number, line in lines)
