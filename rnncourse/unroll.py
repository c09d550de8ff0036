"""The loop over time, forward and back, written once for every cell."""

import numpy as np

from rnncourse import checks
from rnncourse.params import sizes, zeros_like


def unroll(cell, params, x, state=None):
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

    Returns
    -------
    out : ndarray (T, B, H)
        The cell's output at every step.
    state : ndarray (B, H) or NamedTuple of them
        After the last step; its h equals ``out[-1]``.
    caches : list
        One cache a step, for `unroll_backward`. They refer to `x` and `state`: do not change
        these in place before the backward pass.

    Raises
    ------
    TypeError
        If something is no array or no parameters of `cell`, or if dtypes differ.
    ValueError
        If shapes do not fit, a size is 0, or an array holds NaN or infinity.

    Notes
    -----
    Source: equation eq-recurrence.

    Examples
    --------
    >>> from rnncourse import rnn
    >>> rng = np.random.default_rng(0)
    >>> params = rnn.init_params(rng, D=3, H=4)
    >>> out, state, caches = unroll(rnn, params, rng.normal(size=(5, 2, 3)))
    >>> out.shape, state.shape, len(caches)
    ((5, 2, 4), (2, 4), 5)
    """
    D, H, dtype = checks.params(cell, params)
    checks.array("x", x, ("T", "B", D), dtype)
    T, B, _ = x.shape
    state = checks.state("state", cell, state, B, H, dtype)
    out = np.empty((T, B, H), dtype)
    caches = []
    for t in range(T):
        out[t], state, cache = cell.step(params, x[t], state)  # eq-recurrence
        caches.append(cache)
    return out, state, caches


def unroll_backward(cell, params, caches, dout, dstate=None):
    """Backpropagation through time: the same loop, read from the end.

    Parameters
    ----------
    cell : module
        The cell that `unroll` ran.
    params : NamedTuple
        As given to `unroll`.
    caches : list
        From `unroll`; not changed, may be used again.
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
        The type of `params`; summed over T and B, never averaged.

    Raises
    ------
    TypeError
        If something is no array, no parameters or caches of `cell`, or if dtypes differ.
    ValueError
        If shapes do not fit, `caches` is empty, or an array holds NaN or infinity.

    Notes
    -----
    Source: equation eq-bptt-sum; Werbos 1990, doi:10.1109/5.58337.
    """
    _, H, dtype = checks.params(cell, params)
    checks.caches(cell, caches)
    T, B = len(caches), len(caches[0].x)
    checks.array("dout", dout, (T, B, H), dtype)
    dstate = checks.state("dstate", cell, dstate, B, H, dtype)
    dx = np.empty((T, B, sizes(params)[0]), dtype)
    grads = zeros_like(params)
    for t in reversed(range(T)):
        dx[t], dstate, step_grads = cell.step_backward(params, caches[t], dout[t], dstate)
        for total, share in zip(grads, step_grads, strict=True):
            total += share  # eq-bptt-sum: one set of weights, used T times
    return dx, dstate, grads
