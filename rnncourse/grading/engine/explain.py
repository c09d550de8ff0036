"""What a failed test says: the assertion's own message, and never what is hidden.

A message that the author of a test wrote is shown. Whatever else comes out of a hidden test
(NumPy's list of the wrong entries, the text of an exception in the student's code, which has
seen the test's inputs) could carry its values, and is left out.
"""

import re

from rnncourse.grading.engine.cells import hidden_lines
from rnncourse.grading.engine.errors import CELL, Gone, TimeIsUp, cell_frames

WITHHELD = "(a hidden test; its message is not shown, for it may hold the test's values)"
HARMLESS = re.compile(
    r"(Not equal to|Arrays are not|Mismatched elements|Max (absolute|relative) diff|\(shapes)"
)
RED, PLAIN = "\x1b[31m", "\x1b[39m"


def explain(error, sources, marks):
    """An exception in a locked cell -> its name, its message, and the lines of a traceback.

    Parameters
    ----------
    error : BaseException
    sources : dict of str to str
        The sources of all cells by name.
    marks : tuple of str
        How hidden regions begin and end.
    """
    hidden = {name: hidden_lines(source, marks) for name, source in sources.items()}
    frames = cell_frames(error)
    covered = any(line in hidden.get(name, ()) for name, line, _ in frames)
    name, message = _name(error, covered), _message(error, covered)
    shown = [(frame, "") for frame in frames]
    own = [frame for frame in getattr(error, "student_frames", ()) if frame[0] in sources]
    shown += [(frame, "your code, ") for frame in own]
    traceback = [RED + "-" * 75 + PLAIN, f"{RED}{name}{PLAIN}: what led to it, the last call last"]
    traceback += [_place(frame, whose, sources, hidden) for frame, whose in shown]
    return name, message, [*traceback, f"{RED}{name}{PLAIN}: {message}"]


def _name(error, covered):
    if isinstance(error, TimeIsUp):
        return "CellTimeoutError"
    if isinstance(error, Gone):
        return "NoAnswerError"
    return type(error).__name__ if covered else getattr(error, "own_name", type(error).__name__)


def _message(error, covered):
    if isinstance(error, TimeIsUp):
        return "The test, or your code that it calls, took too long and was stopped."
    if isinstance(error, Gone):
        return f"Your code cannot be called: {error}."
    if not covered:
        return str(error)
    if hasattr(error, "student_frames"):
        return f"Your code raised this in a hidden test. {WITHHELD}"
    if not isinstance(error, AssertionError):
        return WITHHELD
    return _assertion(error)


def _assertion(error):
    """The author's part of the message of a failed assertion."""
    step = error.__traceback__
    while step.tb_next is not None:
        step = step.tb_next
    if step.tb_frame.f_code.co_filename.startswith(CELL):
        return str(error)
    lines = [line.strip() for line in str(error).splitlines() if HARMLESS.match(line.strip())]
    return "\n".join([_authors(error), *lines]).strip() or WITHHELD


def _authors(error):
    """What the author handed to an assertion of a library as its message."""
    step = error.__traceback__
    while step is not None:
        if not step.tb_frame.f_code.co_filename.startswith(CELL):
            for name in "err_msg", "msg":
                if isinstance(text := step.tb_frame.f_locals.get(name), str):
                    return text
        step = step.tb_next
    return ""


def _place(frame, whose, sources, hidden):
    name, line, function = frame
    if line in hidden.get(name, ()):
        return f"A hidden test of the cell {name}"
    lines = sources.get(name, "").split("\n")
    within = f", in {function}" if function.isidentifier() and not whose else ""
    code = f"\n---> {line} {lines[line - 1]}" if 0 < line <= len(lines) else ""
    return f"{whose}cell {name}, line {line}{within}{code}"[:1000].replace("your", "Your", 1)
