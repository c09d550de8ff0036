"""The LSTM cell (Hochreiter and Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735): one time step.

With the forget gate of Gers, Schmidhuber and Cummins (2000, doi:10.1162/089976600300015015)
and the full gradient of Graves and Schmidhuber (2005, doi:10.1016/j.neunet.2005.06.042).
"""

from typing import NamedTuple

import numpy as np

from rnncourse import params as _params
from rnncourse.activations import d_sigmoid, d_tanh, sigmoid
from rnncourse.params import Params, blocks

N_GATES = 4  # i f g o, in this order, as in PyTorch


class State(NamedTuple):
    """What one step hands to the next; the gradient of a state is a `State` too."""

    h: np.ndarray  # (B, H) the output, seen by the gates and by the layer above
    c: np.ndarray  # (B, H) the memory cell


class Cache(NamedTuple):
    """What `step` saw and made, kept for `step_backward`."""

    x: np.ndarray  # (B, D)
    h_prev: np.ndarray  # (B, H)
    c_prev: np.ndarray  # (B, H)
    i: np.ndarray  # (B, H) input gate
    f: np.ndarray  # (B, H) forget gate
    g: np.ndarray  # (B, H) candidate
    o: np.ndarray  # (B, H) output gate
    tanh_c: np.ndarray  # (B, H)


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
        W_x (D, 4H), W_h (H, 4H), b (4H,); blocks i f g o.
    """
    return _params.uniform(rng, param_shapes(D, H), H**-0.5, dtype)


def init_state(B, H, dtype=float):
    """The empty memory: `State` of two zero arrays (B, H) in this dtype."""
    return State(np.zeros((B, H), dtype), np.zeros((B, H), dtype))


def step(params, x, state):
    """One step forward.

    Parameters
    ----------
    params : Params
        W_x (D, 4H), W_h (H, 4H), b (4H,); blocks i f g o.
    x : ndarray (B, D)
        This step's input.
    state : State
        h (B, H) and c (B, H) that the step before left.

    Returns
    -------
    out : ndarray (B, H)
        The new h, which is also the cell's output.
    state : State
        The new h and c.
    cache : Cache
        For `step_backward`.

    Notes
    -----
    Source: equations eq-lstm-a to eq-lstm-h. Nothing is checked here; `unroll` checks.
    """
    W_x, W_h, b = params
    h_prev, c_prev = state
    a = x @ W_x + h_prev @ W_h + b  # eq-lstm-a      (B, 4H)
    a_i, a_f, a_g, a_o = blocks(a, N_GATES)
    i, f, o = sigmoid(a_i), sigmoid(a_f), sigmoid(a_o)  # eq-lstm-gates  (B, H) each
    g = np.tanh(a_g)  # eq-lstm-g
    c = f * c_prev + i * g  # eq-lstm-c
    tanh_c = np.tanh(c)
    h = o * tanh_c  # eq-lstm-h
    return h, State(h, c), Cache(x, h_prev, c_prev, i, f, g, o, tanh_c)


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
    dstate : State
        Gradients of the new h and c, from the step after.

    Returns
    -------
    dx : ndarray (B, D)
    dstate : State
        Gradients of the previous h and c.
    grads : Params
        This step's share of the parameter gradients, summed over the batch.

    Notes
    -----
    Source: equations eq-lstm-dh to eq-lstm-dw.
    """
    x, h_prev, c_prev, i, f, g, o, tanh_c = cache
    dh = dout + dstate.h  # eq-lstm-dh     (B, H): from above, and from the future
    dc = dstate.c + dh * o * d_tanh(tanh_c)  # eq-lstm-dc
    da_o = dh * tanh_c * d_sigmoid(o)  # eq-lstm-da-o
    da_f = dc * c_prev * d_sigmoid(f)  # eq-lstm-da-f
    da_i = dc * g * d_sigmoid(i)  # eq-lstm-da-i
    da_g = dc * i * d_tanh(g)  # eq-lstm-da-g
    da = np.concatenate([da_i, da_f, da_g, da_o], axis=-1)  # (B, 4H)
    dx = da @ params.W_x.T  # eq-lstm-dx     (B, D)
    dh_prev = da @ params.W_h.T  # eq-lstm-dh-prev
    dc_prev = dc * f  # eq-lstm-dc-prev
    grads = Params(x.T @ da, h_prev.T @ da, da.sum(axis=0))  # eq-lstm-dw
    return dx, State(dh_prev, dc_prev), grads
