"""The simple recurrent cell (Elman 1990, doi:10.1207/s15516709cog1402_1): one time step."""

from typing import NamedTuple

import numpy as np

from rnncourse import params as _params
from rnncourse.activations import d_tanh
from rnncourse.params import Params

N_GATES = 1


class Cache(NamedTuple):
    """What `step` saw and made, kept for `step_backward`."""

    x: np.ndarray  # (B, D)
    h_prev: np.ndarray  # (B, H)
    h: np.ndarray  # (B, H)


def param_shapes(D, H):
    """Shapes of the parameters for D inputs and H units: `Params` of tuples."""
    return _params.param_shapes(N_GATES, D, H)


def init_params(rng, D, H, dtype=float):
    """Draw parameters from U(-1/sqrt(H), 1/sqrt(H)), as PyTorch does.

    Parameters
    ----------
    rng : numpy.random.Generator
    D, H : int
        Input and state width.
    dtype : dtype
        float32 or float64.

    Returns
    -------
    Params
        W_x (D, H), W_h (H, H), b (H,).
    """
    return _params.uniform(rng, param_shapes(D, H), H**-0.5, dtype)


def init_state(B, H, dtype=float):
    """The empty memory: zeros of shape (B, H) in this dtype."""
    return np.zeros((B, H), dtype)


def step(params, x, h_prev):
    """One step forward.

    Parameters
    ----------
    params : Params
        W_x (D, H), W_h (H, H), b (H,).
    x : ndarray (B, D)
        This step's input.
    h_prev : ndarray (B, H)
        The state that the step before left.

    Returns
    -------
    out : ndarray (B, H)
        The new state, which is also the cell's output.
    h : ndarray (B, H)
        The same array, as the state for the next step.
    cache : Cache
        For `step_backward`.

    Notes
    -----
    Source: equations eq-rnn-a, eq-rnn-h. Nothing is checked here; `unroll` checks.
    """
    W_x, W_h, b = params
    a = x @ W_x + h_prev @ W_h + b  # eq-rnn-a      (B, H)
    h = np.tanh(a)  # eq-rnn-h
    return h, h, Cache(x, h_prev, h)


def step_backward(params, cache, dout, dstate):
    """One step backward: from the gradient of this step's results to that of its inputs.

    Parameters
    ----------
    params : Params
        As given to `step`.
    cache : Cache
        From `step`; it is not changed and may be used again.
    dout : ndarray (B, H)
        Gradient of the output, from the layer above.
    dstate : ndarray (B, H)
        Gradient of the new state, from the step after.

    Returns
    -------
    dx : ndarray (B, D)
    dh_prev : ndarray (B, H)
        Gradient of the previous state.
    grads : Params
        This step's share of the parameter gradients, summed over the batch.

    Notes
    -----
    Source: equations eq-rnn-dh to eq-rnn-dw.
    """
    x, h_prev, h = cache
    dh = dout + dstate  # eq-rnn-dh     (B, H)
    da = dh * d_tanh(h)  # eq-rnn-da
    dx = da @ params.W_x.T  # eq-rnn-dx     (B, D)
    dh_prev = da @ params.W_h.T  # eq-rnn-dh-prev
    grads = Params(x.T @ da, h_prev.T @ da, da.sum(axis=0))  # eq-rnn-dw
    return dx, dh_prev, grads
