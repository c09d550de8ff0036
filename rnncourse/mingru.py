"""The minimal GRU (Feng et al. 2024, arXiv:2410.01201): gates that look at the input alone.

Without h_{t-1} in its gates the recurrence is linear, so the whole sequence is one scan.
"""

from typing import NamedTuple

import numpy as np

from rnncourse import checks, scan
from rnncourse import params as _params
from rnncourse.activations import d_sigmoid, sigmoid

N_GATES = 2  # z n


class Params(NamedTuple):
    """Weights from the input; there are none from the state."""

    W_x: np.ndarray  # (D, 2H) blocks z n
    b: np.ndarray  # (2H,)


class Cache(NamedTuple):
    """What `forward` kept for `backward`."""

    x: np.ndarray  # (T, B, D)
    state: np.ndarray  # (B, H) where it started
    z: np.ndarray  # (T, B, H) share of the past that is kept
    n: np.ndarray  # (T, B, H) candidate
    h: np.ndarray  # (T, B, H) states


def init_params(rng, D, H, dtype=float):
    """Draw parameters from U(-1/sqrt(D), 1/sqrt(D)), as PyTorch's `nn.Linear` does.

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
        W_x (D, 2H), b (2H,).
    """
    return _params.uniform(rng, Params((D, 2 * H), (2 * H,)), D**-0.5, dtype)


def step(params, x, h_prev):
    """One step forward, for a stream.

    Parameters
    ----------
    params : Params
        W_x (D, 2H), b (2H,); blocks z n.
    x : ndarray (B, D)
    h_prev : ndarray (B, H)

    Returns
    -------
    ndarray (B, H)
        The new state. Nothing is checked here; `forward` checks.
    """
    a_z, a_n = np.split(x @ params.W_x + params.b, 2, axis=-1)
    z = sigmoid(a_z)
    return z * h_prev + (1 - z) * a_n


def forward(params, x, state=None):
    """Run over a batch of sequences in about 2 log2 T rounds.

    Parameters
    ----------
    params : Params
    x : ndarray (T, B, D)
        The dtype of `params`.
    state : ndarray (B, H), optional
        Where to start; zeros when None.

    Returns
    -------
    out : ndarray (T, B, H)
        The state after every step.
    state : ndarray (B, H)
        After the last step.
    cache : Cache

    Raises
    ------
    TypeError
        If something is no array, or dtypes differ.
    ValueError
        If shapes do not fit, a size is 0, or an array holds NaN or infinity.

    Notes
    -----
    Source: equations eq-mingru-gates, eq-mingru-h. The paper's z is 1 - z here.
    """
    _check_params(params)
    D, H, dtype = len(params.W_x), len(params.b) // 2, params.b.dtype
    checks.array("x", x, ("T", "B", D), dtype)
    state = np.zeros((x.shape[1], H), dtype) if state is None else state
    checks.array("state", state, (x.shape[1], H), dtype)
    a_z, n = np.split(x @ params.W_x + params.b, 2, axis=-1)
    z = sigmoid(a_z)  # eq-mingru-gates   (T, B, H)
    h = scan.scan(z, (1 - z) * n, state)  # eq-mingru-h
    return h.copy(), h[-1].copy(), Cache(x, state, z, n, h)


def backward(params, cache, dout, dstate=None):
    """Gradients of a whole sequence, by a scan from the end.

    Parameters
    ----------
    params : Params
    cache : Cache
        From `forward`.
    dout : ndarray (T, B, H)
        Gradient of every output.
    dstate : ndarray (B, H), optional
        Gradient of the final state; zeros when None.

    Returns
    -------
    dx : ndarray (T, B, D)
    dstate : ndarray (B, H)
        Gradient of the initial state.
    grads : Params
        Summed over T and B.

    Raises
    ------
    TypeError, ValueError
        If `dout` or `dstate` do not fit.

    Notes
    -----
    Source: equations eq-mingru-da, eq-mingru-dw.
    """
    x, state, z, n, h = cache
    checks.array("dout", dout, h.shape, h.dtype)
    dh = dout.copy()
    if dstate is not None:
        checks.array("dstate", dstate, state.shape, h.dtype)
        dh[-1] += dstate
    dz, db, dstart = scan.backward(z, h, dh, state)
    da_z = (dz - db * n) * d_sigmoid(z)
    da = np.concatenate([da_z, db * (1 - z)], axis=-1)  # eq-mingru-da   (T, B, 2H)
    rows, da_rows = x.reshape(-1, x.shape[-1]), da.reshape(-1, da.shape[-1])
    grads = Params(rows.T @ da_rows, da_rows.sum(axis=0))  # eq-mingru-dw
    return da @ params.W_x.T, dstart, grads


def _check_params(params):
    if type(params) is not Params:
        raise TypeError(f"params: expected mingru.Params, got {type(params).__name__}")
    if not isinstance(params.b, np.ndarray) or params.b.dtype not in checks.DTYPES:
        raise TypeError(f"params.b: expected a float32 or float64 array, got {params.b!r}")
    if params.b.ndim != 1 or params.b.size % 2:
        raise ValueError(f"params.b: expected shape (2H,), got {params.b.shape}")
    width = params.b.size
    checks.array("params.b", params.b, ("2H",), params.b.dtype)
    checks.array("params.W_x", params.W_x, ("D", width), params.b.dtype)
