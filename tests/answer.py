"""One forward and one backward pass, as plain arrays to compare."""

from typing import NamedTuple

import numpy as np

from rnncourse import unroll, unroll_backward
from rnncourse.tree import leaves


class Answer(NamedTuple):
    """What both passes give; states and gradients as flat tuples of arrays."""

    out: np.ndarray
    state: tuple
    dx: np.ndarray
    dstate: tuple
    grads: tuple


def ours(problem):
    """The answer of `unroll` and `unroll_backward`."""
    cell, params, x, state, dout, dstate = problem
    out, last, caches = unroll(cell, params, x, state)
    dx, dfirst, grads = unroll_backward(cell, params, caches, dout, dstate)
    return Answer(out, tuple(leaves(last)), dx, tuple(leaves(dfirst)), tuple(grads))
