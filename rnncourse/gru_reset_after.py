"""The GRU cell with the reset gate after the product: one time step.

What PyTorch, cuDNN and Keras compute, so that their weights load exactly: one product
with the previous state serves all gates (Cho et al. 2014, arXiv:1406.1078, version 1).
"""

from typing import NamedTuple

import numpy as np

from rnncourse import params as _params
from rnncourse.activations import d_sigmoid, d_tanh, sigmoid
from rnncourse.params import blocks

N_GATES = 3  # r z n, in this order, as in PyTorch


class Params(NamedTuple):
    """Weights of `gru_reset_after`; the reset gate scales b_hn, so b cannot absorb it."""

    W_x: np.ndarray  # (D, 3H)
    W_h: np.ndarray  # (H, 3H)
    b: np.ndarray  # (3H,)
    b_hn: np.ndarray  # (H,)


class Cache(NamedTuple):
    """What `step` saw and made, kept for `step_backward`."""

    x: np.ndarray  # (B, D)
    h_prev: np.ndarray  # (B, H)
    r: np.ndarray  # (B, H) reset gate
    z: np.ndarray  # (B, H) update gate
    n: np.ndarray  # (B, H) candidate
    u: np.ndarray  # (B, H) what the reset gate scales


def param_shapes(D, H):
    """Shapes of the parameters for D inputs and H units: `Params` of tuples."""
    return Params(*_params.param_shapes(N_GATES, D, H), (H,))


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
        W_x (D, 3H), W_h (H, 3H), b (3H,), b_hn (H,); blocks r z n.
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
        W_x (D, 3H), W_h (H, 3H), b (3H,), b_hn (H,); blocks r z n.
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
    Source: equations eq-gru-a, eq-gru-ra-u, eq-gru-gates, eq-gru-ra-n, eq-gru-h.
    Nothing is checked here; `unroll` checks.
    """
    W_x, W_h, b, b_hn = params
    H = len(b_hn)
    a_x = x @ W_x + b  # eq-gru-a       (B, 3H)
    a_h = h_prev @ W_h  # (B, 3H), one product for all gates
    r, z = blocks(sigmoid(a_x[:, : 2 * H] + a_h[:, : 2 * H]), 2)  # eq-gru-gates
    u = a_h[:, 2 * H :] + b_hn  # eq-gru-ra-u    (B, H)
    n = np.tanh(a_x[:, 2 * H :] + r * u)  # eq-gru-ra-n
    h = (1 - z) * n + z * h_prev  # eq-gru-h
    return h, h, Cache(x, h_prev, r, z, n, u)


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
    Source: equations eq-gru-dh to eq-gru-da-n, eq-gru-ra-du to eq-gru-ra-dw.
    """
    x, h_prev, r, z, n, u = cache
    dh = dout + dstate  # eq-gru-dh      (B, H)
    da_z = dh * (h_prev - n) * d_sigmoid(z)  # eq-gru-da-z
    da_n = dh * (1 - z) * d_tanh(n)  # eq-gru-da-n
    du = da_n * r  # eq-gru-ra-du
    da_r = da_n * u * d_sigmoid(r)  # eq-gru-ra-da-r
    da_x = np.concatenate([da_r, da_z, da_n], axis=-1)  # (B, 3H) on the input's side
    da_h = np.concatenate([da_r, da_z, du], axis=-1)  # (B, 3H) on the state's side
    dx = da_x @ params.W_x.T  # eq-gru-dx      (B, D)
    dh_prev = dh * z + da_h @ params.W_h.T  # eq-gru-ra-dh-prev
    grads = Params(x.T @ da_x, h_prev.T @ da_h, da_x.sum(axis=0), du.sum(axis=0))  # eq-gru-ra-dw
    return dx, dh_prev, grads
