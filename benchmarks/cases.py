"""What is measured: a cell, sizes, a precision, a kind of work; and its weights and data."""

from typing import Any, NamedTuple

import numpy as np

from rnncourse import gru, gru_reset_after, lstm, rnn
from rnncourse.tree import tree_map

CELLS = {"rnn": rnn, "lstm": lstm, "gru": gru, "gru_reset_after": gru_reset_after}
DTYPES = ("float32", "float64")
MODES = ("forward", "training")
SHAPES = (
    (50, 32, 64, 64),
    (100, 32, 32, 128),
    (200, 16, 64, 256),
    (28, 128, 28, 128),
    (500, 1, 16, 32),
    (25, 1, 80, 100),
)


class Case(NamedTuple):
    """One line of a table."""

    cell: str  # a key of CELLS
    T: int
    B: int
    D: int
    H: int
    dtype: str  # float32 or float64
    mode: str  # forward alone, or training: a forward and a backward pass

    @property
    def shape(self):
        """(T, B, D, H)."""
        return self[1:5]


class Problem(NamedTuple):
    """The same weights and data for every contender."""

    cell: Any  # the module
    params: Any
    x: np.ndarray  # (T, B, D)
    state: Any  # (B, H), or State of them
    dout: np.ndarray  # (T, B, H), the gradient that the training step starts from


def make_problem(case):
    """Draw weights, inputs and gradients; the same for the same case."""
    rng = np.random.default_rng(0)
    cell = CELLS[case.cell]
    T, B, D, H = case.shape
    dtype = np.dtype(case.dtype)

    def draw(shape):
        return rng.normal(size=shape).astype(dtype)

    return Problem(
        cell,
        cell.init_params(rng, D, H, dtype),
        draw((T, B, D)),
        tree_map(lambda part: draw(part.shape), cell.init_state(B, H)),
        draw((T, B, H)),
    )
