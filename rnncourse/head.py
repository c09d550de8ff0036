"""The linear read-out: from a state to a prediction."""

from typing import NamedTuple

import numpy as np

from rnncourse import params as _params


class Params(NamedTuple):
    """Weights of the read-out."""

    W_y: np.ndarray  # (H, V)
    b_y: np.ndarray  # (V,)


def init_params(rng, H, V, dtype=float):
    """Draw parameters from U(-1/sqrt(H), 1/sqrt(H)), as PyTorch's `nn.Linear` does.

    Parameters
    ----------
    rng : numpy.random.Generator
    H, V : int
        State and output width.
    dtype : dtype
        float32 or float64.

    Returns
    -------
    Params
        W_y (H, V), b_y (V,).
    """
    return _params.uniform(rng, Params((H, V), (V,)), H**-0.5, dtype)


def forward(params, h):
    """Read predictions from states.

    Parameters
    ----------
    params : Params
    h : ndarray (..., H)
        One state, a batch of states, or a whole sequence of batches.

    Returns
    -------
    y : ndarray (..., V)
    cache : ndarray
        For `backward`.

    Notes
    -----
    Source: equation eq-head.
    """
    return h @ params.W_y + params.b_y, h  # eq-head


def backward(params, cache, dy):
    """Gradients of the states and of the read-out's parameters.

    Parameters
    ----------
    params : Params
    cache : ndarray (..., H)
        From `forward`.
    dy : ndarray (..., V)

    Returns
    -------
    dh : ndarray (..., H)
    grads : Params
        Summed over all leading axes.

    Notes
    -----
    Source: equation eq-head-backward.
    """
    h = cache.reshape(-1, cache.shape[-1])  # (N, H)
    dy_rows = dy.reshape(-1, dy.shape[-1])  # (N, V)
    grads = Params(h.T @ dy_rows, dy_rows.sum(axis=0))  # eq-head-backward
    return dy @ params.W_y.T, grads
