"""The GRU cell with the reset gate before the product: one time step.

The form that lectures print: Cho et al. 2014, arXiv:1406.1078, version 3.
Frameworks compute `gru_reset_after`, and their weights do not fit here.
"""

from typing import NamedTuple

import numpy as np

from rnncourse import params as _params
from rnncourse.activations import d_sigmoid, d_tanh, sigmoid
from rnncourse.params import Params, blocks

N_GATES = 3  # r z n, in this order, as in PyTorch


class Cache(NamedTuple):
    """What `step` saw and made, kept for `step_backward`."""

    x: np.ndarray  # (B, D)
    h_prev: np.ndarray  # (B, H)
    r: np.ndarray  # (B, H) reset gate
    z: np.ndarray  # (B, H) update gate
    n: np.ndarray  # (B, H) candidate
    rh: np.ndarray  # (B, H) r * h_prev, the past that the candidate sees


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
        W_x (D, 3H), W_h (H, 3H), b (3H,); blocks r z n.
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
        W_x (D, 3H), W_h (H, 3H), b (3H,); blocks r z n.
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
    Source: equations eq-gru-a to eq-gru-h. Nothing is checked here; `unroll` checks.
    """
    W_x, W_h, b = params
    H = len(W_h)
    W_hrz, W_hn = W_h[:, : 2 * H], W_h[:, 2 * H :]
    a_x = x @ W_x + b  # eq-gru-a       (B, 3H)
    a_rz = a_x[:, : 2 * H] + h_prev @ W_hrz  # (B, 2H)
    r, z = blocks(sigmoid(a_rz), 2)  # eq-gru-gates   (B, H) each
    rh = r * h_prev
    n = np.tanh(a_x[:, 2 * H :] + rh @ W_hn)  # eq-gru-n
    h = (1 - z) * n + z * h_prev  # eq-gru-h
    return h, h, Cache(x, h_prev, r, z, n, rh)


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
    Source: equations eq-gru-dh to eq-gru-dw.
    """
    x, h_prev, r, z, n, rh = cache
    H = len(params.W_h)
    W_hrz, W_hn = params.W_h[:, : 2 * H], params.W_h[:, 2 * H :]
    dh = dout + dstate  # eq-gru-dh      (B, H)
    da_z = dh * (h_prev - n) * d_sigmoid(z)  # eq-gru-da-z
    da_n = dh * (1 - z) * d_tanh(n)  # eq-gru-da-n
    drh = da_n @ W_hn.T  # eq-gru-drh
    da_r = drh * h_prev * d_sigmoid(r)  # eq-gru-da-r
    da_rz = np.concatenate([da_r, da_z], axis=-1)  # (B, 2H)
    da = np.concatenate([da_rz, da_n], axis=-1)  # (B, 3H)
    dx = da @ params.W_x.T  # eq-gru-dx      (B, D)
    dh_prev = dh * z + drh * r + da_rz @ W_hrz.T  # eq-gru-dh-prev
    dW_h = np.concatenate([h_prev.T @ da_rz, rh.T @ da_n], axis=-1)  # eq-gru-dw-h
    return dx, dh_prev, Params(x.T @ da, dW_h, da.sum(axis=0))  # eq-gru-dw
