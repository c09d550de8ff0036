"""Whole sequences, forward and back: the numbers of `unroll` and `unroll_backward`, faster."""

from typing import Any, NamedTuple

import numpy as np

from rnncourse import checks
from rnncourse.fused import through_time
from rnncourse.fused.kernels import kernel_of
from rnncourse.tree import leaves


class Cache(NamedTuple):
    """What `forward` leaves for `backward`; it refers to `params` and `x` and copies neither."""

    cell: Any
    params: Any
    x: np.ndarray  # (T, B, D)
    segments: list  # (start, end, state before it as a tuple of (H, B)); one unless checkpointed
    tape: np.ndarray | None  # (T + 1, kernel.TAPE * H, B); None: segments are run again


def turned(array):
    """The other way round, (B, H) to (H, B) or back, as an array of its own."""
    return np.array(array.T, order="C")


def rebuilt(state, parts):
    """Parts (H, B) as a state of the type of `state`."""
    parts = [turned(part) for part in parts]
    return type(state)(*parts) if isinstance(state, tuple) else parts[0]


def forward(cell, params, x, state=None, train=True, checkpoint=None):
    """Run a cell over a batch of sequences.

    Parameters
    ----------
    cell : module
        `rnn`, `lstm`, `gru` or `gru_reset_after`.
    params : NamedTuple
        The cell's parameters.
    x : ndarray (T, B, D)
        Time first; float32 or float64, the dtype of `params`.
    state : ndarray (B, H) or NamedTuple of them, optional
        Where to start; zeros when None.
    train : bool
        False keeps nothing for `backward`: `cache` is None.
    checkpoint : int, optional
        Keep only the state before every `checkpoint` steps, and run these steps again on the way
        back: less memory for more time. About sqrt(T) keeps least.

    Returns
    -------
    out : ndarray (T, B, H)
    state : ndarray (B, H) or NamedTuple of them
        After the last step.
    cache : Cache or None
        For `backward`. It refers to `params` and `x`: do not change these in place before.

    Raises
    ------
    TypeError
        If something is no array or no parameters of `cell`, or if dtypes differ.
    ValueError
        If `cell` has no kernel, shapes do not fit, a size is 0, an array holds NaN or infinity,
        or `checkpoint` is no number of steps.

    Notes
    -----
    Source: the equations of the cell; for checkpoints Chen et al. 2016, arXiv:1604.06174.

    Examples
    --------
    >>> from rnncourse import lstm
    >>> rng = np.random.default_rng(0)
    >>> params = lstm.init_params(rng, D=3, H=4)
    >>> out, state, cache = forward(lstm, params, rng.normal(size=(100, 2, 3)))
    >>> dx, dstate, grads = backward(lstm, cache, dout=np.ones_like(out))
    >>> out.shape, dx.shape, grads.W_h.shape
    ((100, 2, 4), (100, 2, 3), (4, 16))
    """
    kernel = kernel_of(cell)
    D, H, dtype = checks.params(cell, params)
    checks.array("x", x, ("T", "B", D), dtype)
    T, B, _ = x.shape
    state = checks.state("state", cell, state, B, H, dtype)
    if checkpoint is not None:
        checks.steps("checkpoint", checkpoint)
    whole = train and checkpoint is None
    tape = through_time.new_tape(kernel, T, H, B, dtype) if whole else None
    weights = kernel.pack(params, B, ahead=B == 1)
    out = np.empty((T, B, H), dtype)
    segments, parts = [], tuple(map(turned, leaves(state)))
    for start in range(0, T, checkpoint or T):
        end = min(start + (checkpoint or T), T)
        segments.append((start, end, parts))
        parts = through_time.run(kernel, weights, x[start:end], parts, tape, out[start:end])
    return out, rebuilt(state, parts), Cache(cell, params, x, segments, tape) if train else None


def backward(cell, cache, dout, dstate=None):
    """Backpropagation through time.

    Parameters
    ----------
    cell : module
        The cell that `forward` ran.
    cache : Cache
        From `forward`; not changed, may be used again.
    dout : ndarray (T, B, H)
        Gradient of every output.
    dstate : ndarray (B, H) or NamedTuple of them, optional
        Gradient of the final state; zeros when None.

    Returns
    -------
    dx : ndarray (T, B, D)
    dstate : ndarray (B, H) or NamedTuple of them
        Gradient of the initial state, also when that was None.
    grads : NamedTuple
        The type of the parameters; summed over T and B.

    Raises
    ------
    TypeError
        If something is no array, `cache` is none of `cell`, or dtypes differ.
    ValueError
        If `cell` has no kernel, `cache` is None, shapes do not fit, or an array holds NaN or
        infinity.

    Notes
    -----
    Source: the equations of the cell. Going back is a linear recurrence: all that gradients are
    multiplied by is known after the forward pass and computed for a whole block of steps, so that
    the loop over time only multiplies and adds.
    """
    kernel, name = kernel_of(cell), cell.__name__.rpartition(".")[2]
    if cache is None:
        raise ValueError("cache: expected what forward keeps, got None; call it with train=True")
    if not isinstance(cache, Cache) or cache.cell is not cell:
        got = cache.cell.__name__ if isinstance(cache, Cache) else type(cache).__name__
        raise TypeError(f"cache: expected what fused.forward keeps for {name}, got one of {got}")
    _, params, x, segments, tape = cache
    (T, B, _), H, dtype = x.shape, len(params.W_h), x.dtype
    checks.array("dout", dout, (T, B, H), dtype)
    dstate = checks.state("dstate", cell, dstate, B, H, dtype)
    dx = np.empty(x.shape, dtype)
    dW = through_time.totals(kernel, params)
    parts = tuple(map(turned, leaves(dstate)))
    for start, end, first in reversed(segments):
        now = slice(start, end)
        kept = tape
        if kept is None:
            kept = through_time.new_tape(kernel, end - start, H, B, dtype)
            through_time.run(kernel, kernel.pack(params, B, ahead=B == 1), x[now], first, kept)
        through_time.run_back(kernel, params, x[now], first[0], kept, dout[now], parts, dx[now], dW)
    return dx, rebuilt(dstate, parts), kernel.unpack(dW, H)
