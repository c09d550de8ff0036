"""Exceptions on their way from one process to the other, and those of the way itself."""

import builtins

import numpy as np

LONGEST = 10_000
# A cell is compiled under this file name. IPython shows a file .py that is not there as it shows
# the cells of a kernel: every line as it stands.
CELL, CELL_END = "<cell ", ">.py"
KNOWN = {
    name: kind
    for name, kind in vars(builtins).items()
    if isinstance(kind, type) and issubclass(kind, Exception)
}
# in the midst of a test's own loop they would end it in silence
del KNOWN["StopIteration"], KNOWN["StopAsyncIteration"]
KNOWN |= {"LinAlgError": np.linalg.LinAlgError, "AxisError": np.exceptions.AxisError}


class Gone(BaseException):
    """The process at the other end is not there any more, or does not speak properly.

    It is no Exception, so that a test that expects one is not satisfied by it.
    """


class TimeIsUp(KeyboardInterrupt):
    """The cell, or a call on its behalf, took longer than it may."""


def describe(error):
    """The names of an exception's classes, and its message."""
    try:
        message = str(error)
    except Exception:
        message = ""
    # KeyError alone shows its argument quoted; the argument itself makes the same message again
    if type(error) is KeyError and len(error.args) == 1 and type(error.args[0]) in (str, int):
        message = error.args[0]
    names = tuple(str(kind.__name__)[:100] for kind in type(error).__mro__)
    return names, message if type(message) is int else message[:LONGEST]


def rebuild(names, message, frames):
    """The exception that was described: its nearest built-in class, and what came with it.

    `own_name` is what its author called it; `student_frames` says where it was raised.
    """
    if not all(isinstance(name, str) for name in names) or type(message) not in (str, int):
        raise ValueError("an exception that is none")
    kind = next((KNOWN[name] for name in names if name in KNOWN), RuntimeError)
    try:
        error = kind(message)
    except TypeError:  # a class whose exceptions take more than a message
        error = RuntimeError(message)
    error.own_name = names[0][:100] if names else "RuntimeError"
    error.student_frames = [
        (cell, line, function)
        for cell, line, function in frames[:100]
        if type(cell) is str and type(line) is int and type(function) is str
    ]
    return error


def cell_frames(error):
    """Where an exception passed through cells: (cell, line, function), from the outside in."""
    frames, step = [], error.__traceback__
    while step is not None and len(frames) < 100:
        code = step.tb_frame.f_code
        if code.co_filename.startswith(CELL):
            frames.append(
                (code.co_filename[len(CELL) : -len(CELL_END)], step.tb_lineno, code.co_name)
            )
        step = step.tb_next
    return frames
