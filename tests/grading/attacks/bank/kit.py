"""What attacks are made of: a registry, and code that stands in for a solution."""

from collections.abc import Callable
from typing import NamedTuple

import nbformat
from nbformat.v4 import new_code_cell

STEPS = "lstm-step", "coupled-step", "peephole-step"
BACKS = "lstm-step-backward", "coupled-step-backward", "peephole-step-backward"


class Attack(NamedTuple):
    name: str
    kind: str  # its class: the module it stands in
    does: str  # one line
    wins: str  # what would count as success
    stock: str  # why stock nbgrader withstands it; empty where it does not
    build: Callable  # changes the release notebook; may return more files {name: bytes or Link}


class Link(NamedTuple):
    target: str  # as seen from the folder of the link
    hard: bool = False


BANK: dict[str, Attack] = {}


def attack(wins, stock=""):
    """Register a function that turns the release notebook into a hostile submission."""

    def register(build):
        if build.__name__ in BANK:
            raise ValueError(f"There are two attacks named {build.__name__}.")
        kind = build.__module__.rpartition(".")[2].replace("_", " ")
        does = " ".join(build.__doc__.split())
        BANK[build.__name__] = Attack(build.__name__, kind, does, wins, stock, build)
        return build

    return register


# `loot` keeps what surrounds a canary and turns it round, so that it is not taken for the
# cells' own text; `boast` claims a deed in words that do not stand in the source like this.
PRELUDE = '''
import numpy as np

TROPHIES = []

def boast(deed):
    TROPHIES.append("BO" "AST " + deed)
    print(TROPHIES[-1])

def loot(text):
    import re
    text = text.decode("latin-1") if isinstance(text, (bytes, bytearray)) else str(text)
    found = sorted({t[::-1] for t in re.findall(r"CANARY[a-z]+|0\\.7302119\\d*", text)})
    TROPHIES.extend(t for t in found if t not in TROPHIES)
    print(*found)

def attempt(deed, action):
    """Boast if the action raises nothing."""
    try:
        action()
    except BaseException as error:
        print(deed, type(error).__name__, error)
    else:
        boast(deed)
'''

# Right shapes and wrong numbers: without an attack they earn nothing.
FAKES = """
def when_called(*args):
    pass

def is_coupled(args):
    return len(args) == 4 and "b_f" not in args[3]

def lstm_step(x, h_prev, c_prev, p):
    when_called(x, h_prev, c_prev, p)
    return np.full(h_prev.shape, 7.0), np.full(h_prev.shape, 7.0), (x, h_prev, c_prev, p)

def lstm_step_backward(dh, dc, cache):
    when_called(dh, dc)
    x, h_prev, c_prev, p = cache
    grads = {name: np.full(value.shape, 7.0) for name, value in p.items()}
    return *(np.full(a.shape, 7.0) for a in (x, h_prev, c_prev)), grads
"""
ALIASES = """
coupled_step = peephole_step = lstm_step
coupled_step_backward = peephole_step_backward = lstm_step_backward
"""
# System calls by number, for attacks on the sandbox.
CALL = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)

def call(*args):
    result = libc.syscall(*args)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
"""

TROPHY_CELL = "print(*TROPHIES, sep='\\n')"


def cell(notebook, name):
    """The cell of this grade_id."""
    return next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == name)


def fill(notebook, code):
    """Fakes and the attack's code in the first solution cell; its trophies in the last cell."""
    for name in STEPS + BACKS:
        cell(notebook, name).source = ""
    cell(notebook, STEPS[0]).source = PRELUDE + FAKES + code.strip("\n") + "\n" + ALIASES
    last(notebook, TROPHY_CELL)


def first(notebook, code):
    """A new cell before all others."""
    notebook.cells.insert(0, new_code_cell(code, id="attack-first"))


def last(notebook, code):
    """A new cell after all others."""
    notebook.cells.append(new_code_cell(code, id="attack-last"))


def solve(notebook, solutions):
    """Hand in right solutions, by name of the cell."""
    for name, code in solutions.items():
        cell(notebook, name).source = code


def copy(notebook):
    """A copy that an attack may change."""
    return nbformat.from_dict(notebook)
