"""A whole model: a cell, a linear read-out, a loss. Many steps in, one gradient out."""

from typing import Any, NamedTuple

import numpy as np

from rnncourse import fused, head
from rnncourse.unroll import unroll, unroll_backward


class Params(NamedTuple):
    """Weights of a cell and of the read-out on top of it."""

    cell: Any  # the cell's own type
    head: head.Params


def init_params(rng, cell, D, H, V, dtype=float):
    """Draw the parameters of a cell and of its read-out.

    Parameters
    ----------
    rng : numpy.random.Generator
    cell : module
        `rnn`, `lstm`, `gru` or `gru_reset_after`.
    D, H, V : int
        Input, state and output width.
    dtype : dtype
        float32 or float64.

    Returns
    -------
    Params
    """
    return Params(cell.init_params(rng, D, H, dtype), head.init_params(rng, H, V, dtype))


def predict(cell, params, x, state=None):
    """Predictions at every step.

    Parameters
    ----------
    cell : module
    params : Params
    x : ndarray (T, B, D)
    state : state of the cell, optional

    Returns
    -------
    y : ndarray (T, B, V)
    state : state of the cell
        After the last step.
    """
    out, state, _ = unroll(cell, params.cell, x, state)
    return head.forward(params.head, out)[0], state


def loss_and_grads(cell, params, x, targets, loss, state=None, last_only=False, fast=False):
    """Run forward, compare with the targets, run backward.

    Parameters
    ----------
    cell : module
    params : Params
    x : ndarray (T, B, D)
    targets : ndarray (T, B, ...) or (B, ...)
        What `loss` takes; without the time axis when `last_only`.
    loss : callable
        ``losses.cross_entropy`` or ``losses.squared_error``.
    state : state of the cell, optional
        Where to start; no gradient flows into it.
    last_only : bool
        Read out and judge the last step alone.
    fast : bool
        Run the kernels of `fused` in place of `unroll`: the same numbers in less time.

    Returns
    -------
    loss : float
    grads : Params
    state : state of the cell
        After the last step, to go on from.
    """
    forward, backward = (fused.forward, _backward_fused) if fast else (unroll, unroll_backward)
    out, state, kept = forward(cell, params.cell, x, state)
    y, cache = head.forward(params.head, out[-1] if last_only else out)
    value, dy = loss(y, targets)
    dh, head_grads = head.backward(params.head, cache, dy)
    if last_only:
        dout = np.zeros_like(out)
        dout[-1] = dh
    else:
        dout = dh
    _, _, cell_grads = backward(cell, params.cell, kept, dout)
    return value, Params(cell_grads, head_grads), state


def _backward_fused(cell, params, cache, dout):
    """`fused.backward` with the arguments of `unroll_backward`; the cache knows the parameters."""
    return fused.backward(cell, cache, dout)
