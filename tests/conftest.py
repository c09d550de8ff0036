"""What all tests share: the four cells, and one problem of unequal sizes for each."""

from typing import Any, NamedTuple

import matplotlib
import numpy as np
import pytest

from rnncourse import gru, gru_reset_after, lstm, rnn
from rnncourse.tree import tree_map

matplotlib.use("Agg")

collect_ignore = ["torch_judge.py"]  # it needs PyTorch, which the tests do not

CELLS = [rnn, lstm, gru, gru_reset_after]


class Problem(NamedTuple):
    """A cell with everything a forward and a backward pass need, float64 unless cast."""

    cell: Any
    params: Any
    x: np.ndarray  # (T, B, D)
    state: Any
    dout: np.ndarray  # (T, B, H)
    dstate: Any


def make_problem(cell, T=5, B=2, D=3, H=4, seed=0, dtype=float):
    """All sizes differ, so that a swapped axis cannot hide."""
    rng = np.random.default_rng(seed)

    def draw(array):
        return rng.normal(size=array.shape).astype(dtype)

    return Problem(
        cell,
        cell.init_params(rng, D, H, dtype),
        draw(np.empty((T, B, D))),
        tree_map(draw, cell.init_state(B, H)),
        draw(np.empty((T, B, H))),
        tree_map(draw, cell.init_state(B, H)),
    )


@pytest.fixture(params=CELLS, ids=lambda cell: cell.__name__.rpartition(".")[2])
def cell(request):
    return request.param


@pytest.fixture
def problem(cell):
    return make_problem(cell)


@pytest.fixture
def rng():
    return np.random.default_rng(0)
