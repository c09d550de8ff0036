"""Recurrent networks in NumPy, written to be read.

A cell is a module with one time step and its backward; `unroll` is the loop over time.
"""

from rnncourse import (
    data,
    gradients,
    gru,
    gru_reset_after,
    head,
    init,
    losses,
    lstm,
    model,
    optim,
    rnn,
    tasks,
    train,
)
from rnncourse.params import Params
from rnncourse.unroll import unroll, unroll_backward

__version__ = "0.1.0"
__all__ = [
    "Params",
    "data",
    "gradients",
    "gru",
    "gru_reset_after",
    "head",
    "init",
    "losses",
    "lstm",
    "model",
    "optim",
    "rnn",
    "tasks",
    "train",
    "unroll",
    "unroll_backward",
]
