"""Bring what the hidden tests use into the page: their numbers, and their lines."""

from tests.grading.attacks.bank.kit import attack, fill

REMEMBER = """
calls = []

def when_called(*args):
    calls.append([np.array(a) for a in args if isinstance(a, np.ndarray)])
"""


@attack("leak: hidden inputs")
def inputs_printed(notebook):
    """Prints its arguments whenever it is called."""
    fill(
        notebook,
        """
def when_called(*args):
    loot(repr(args))
    import os
    os.write(1, repr(args).encode()[::-1])
""",
    )


@attack("leak: hidden inputs")
def inputs_remembered(notebook):
    """Keeps all arguments and prints them in a later cell of its own."""
    fill(notebook, REMEMBER)
    notebook.cells[-1].source = "for call in calls:\n    loot(repr(call))"


@attack("leak: hidden inputs")
def inputs_in_a_file(notebook):
    """Writes all arguments to a file and prints the file in a later cell."""
    fill(
        notebook,
        """
def when_called(*args):
    for folder in ".", "/tmp", "/dev/shm":
        try:
            with open(folder + "/left-behind-inputs", "a") as file:
                file.write(repr(args))
        except OSError:
            pass
""",
    )
    notebook.cells[-1].source = """
for folder in ".", "/tmp", "/dev/shm":
    try:
        loot(open(folder + "/left-behind-inputs").read())
    except OSError:
        pass
"""


@attack("leak: hidden inputs")
def inputs_in_an_exception(notebook):
    """Raises an exception whose message holds its arguments, but only in a hidden test."""
    fill(
        notebook,
        """
def when_called(*args):
    if "9112037" in repr(args)[::-1]:
        raise ValueError("the input was " + repr(args)[::-1].replace("\\n", " "))
""",
    )


@attack("leak: hidden inputs")
def inputs_in_a_plot(notebook):
    """Keeps its arguments and shows them in a later picture's text, and in a warning."""
    fill(
        notebook,
        REMEMBER
        + """
import warnings

def lstm_step_backward(dh, dc, cache):
    warnings.warn(f"{calls[-1]!r}"[::-1], stacklevel=2)
    raise ValueError
""",
    )
    notebook.cells[-1].source = """
class Note:
    def __repr__(self):
        return repr(calls)[::-1]

display({"text/plain": repr(calls)[::-1]}, raw=True)
Note()
"""


@attack("leak: hidden tests", stock="")
def lines_in_a_traceback(notebook):
    """Returns what breaks a hidden line, so that a traceback shows the lines around it."""
    fill(
        notebook,
        """
import sys, traceback

def lstm_step(x, h_prev, c_prev, p):
    frames = traceback.extract_stack()
    loot("".join(traceback.format_list(frames)))
    if h_prev.shape == (3, 2):
        a = {k: x @ p["W_x" + k] + h_prev @ p["W_h" + k] + p["b_" + k] for k in "ifgo"
             if "b_" + k in p}
        i, o = (1 / (1 + np.exp(-a[k])) for k in "io")
        f = 1 / (1 + np.exp(-a["f"])) if "f" in a else 1 - i
        c = f * c_prev + i * np.tanh(a["g"])
        return o * np.tanh(c), c, None
    return object()
""",
    )


@attack("leak: hidden tests", stock="")
def lines_in_a_warning(notebook):
    """Warns with the stack level of its caller, so that the caller's line is shown."""
    fill(
        notebook,
        """
import warnings
warnings.simplefilter("always")

def show(message, category, filename, lineno, file=None, line=None):
    import linecache
    loot("".join(linecache.getlines(filename)))

warnings.showwarning = show

def when_called(*args):
    for level in range(2, 6):
        warnings.warn("look here", stacklevel=level)
""",
    )
