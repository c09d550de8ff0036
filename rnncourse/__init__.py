"""Recurrent networks in NumPy, written to be read.

A cell is a module with one time step and its backward; `unroll` is the loop over time.
`fused` computes the same faster, `layers` stacks cells, `interop` carries weights to frameworks.
"""

from rnncourse import (
    data,
    fused,
    gradients,
    gru,
    gru_reset_after,
    head,
    init,
    interop,
    layers,
    losses,
    lru,
    lstm,
    mingru,
    model,
    optim,
    rnn,
    scan,
    tasks,
    train,
)
from rnncourse.params import Params
from rnncourse.unroll import unroll, unroll_backward

__version__ = "0.1.0"
__all__ = [
    "Params",
    "data",
    "fused",
    "gradients",
    "gru",
    "gru_reset_after",
    "head",
    "init",
    "interop",
    "layers",
    "losses",
    "lru",
    "lstm",
    "mingru",
    "model",
    "optim",
    "rnn",
    "scan",
    "tasks",
    "train",
    "unroll",
    "unroll_backward",
]
