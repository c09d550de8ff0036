"""From the step as it is printed to the fast one: the same LSTM, one gain at a time.

Each rung runs a whole sequence forward from the empty state and gives the outputs of `unroll`.
`fused.forward` is the rung above the last.
"""

import numpy as np

from rnncourse.activations import sigmoid


def gate_by_gate(params, x):
    """Run an LSTM with a matrix and a bias for each gate, as most course material writes it.

    Parameters
    ----------
    params : Params
        Of `lstm`.
    x : ndarray (T, B, D)

    Returns
    -------
    ndarray (T, B, H)
        The outputs.
    """
    W_xi, W_xf, W_xg, W_xo = np.split(params.W_x, 4, axis=1)
    W_hi, W_hf, W_hg, W_ho = np.split(params.W_h, 4, axis=1)
    b_i, b_f, b_g, b_o = np.split(params.b, 4)
    h, c, out = _start(params, x)
    for t, x_t in enumerate(x):
        i = sigmoid(x_t @ W_xi + h @ W_hi + b_i)
        f = sigmoid(x_t @ W_xf + h @ W_hf + b_f)
        g = np.tanh(x_t @ W_xg + h @ W_hg + b_g)
        o = sigmoid(x_t @ W_xo + h @ W_ho + b_o)
        c = f * c + i * g
        h = out[t] = o * np.tanh(c)
    return out


def gates_together(params, x):
    """Run an LSTM with its four blocks side by side: two products a step in place of eight.

    Parameters
    ----------
    params : Params
        Of `lstm`.
    x : ndarray (T, B, D)

    Returns
    -------
    ndarray (T, B, H)
        The outputs.
    """
    W_x, W_h, b = params
    h, c, out = _start(params, x)
    for t, x_t in enumerate(x):
        a = x_t @ W_x + h @ W_h + b
        h, c = _gates(a, c)
        out[t] = h
    return out


def input_ahead(params, x):
    """Run an LSTM with the inputs of all steps multiplied before the loop.

    Parameters
    ----------
    params : Params
        Of `lstm`.
    x : ndarray (T, B, D)

    Returns
    -------
    ndarray (T, B, H)
        The outputs.

    Notes
    -----
    Source: equation eq-ahead.
    """
    W_x, W_h, b = params
    h, c, out = _start(params, x)
    from_x = x @ W_x + b  # eq-ahead      (T, B, 4H)
    for t, a_x in enumerate(from_x):
        h, c = _gates(a_x + h @ W_h, c)
        out[t] = h
    return out


def one_tanh(params, x):
    """Run an LSTM with one tanh over all gates, written into memory that is there already.

    Parameters
    ----------
    params : Params
        Of `lstm`.
    x : ndarray (T, B, D)

    Returns
    -------
    ndarray (T, B, H)
        The outputs.

    Notes
    -----
    Source: equation eq-sigmoid, its second form; half of a comes from halved weights.
    """
    H, B, dtype = params.W_h.shape[0], x.shape[1], x.dtype
    half = np.full(4 * H, 0.5, dtype)
    half[2 * H : 3 * H] = 1  # g is a tanh, not a sigmoid
    shift = 1 - half
    W_x, W_h, b = (weights * half for weights in params)
    a, part = np.empty((B, 4 * H), dtype), np.empty((B, H), dtype)
    i, f, g, o = (a[:, k * H : (k + 1) * H] for k in range(4))
    h, c, out = _start(params, x)
    from_x = x @ W_x + b
    for a_x, h_next in zip(from_x, out, strict=True):
        np.matmul(h, W_h, a)
        np.add(a, a_x, a)
        np.tanh(a, a)
        np.multiply(a, half, a)
        np.add(a, shift, a)  # eq-sigmoid
        np.multiply(c, f, c)
        np.multiply(i, g, part)
        np.add(c, part, c)
        np.tanh(c, part)
        np.multiply(o, part, h_next)
        h = h_next
    return out


def weight_gradient_by_step(z, da):
    """Add to the weights' gradient at every step.

    Parameters
    ----------
    z : ndarray (T, B, F)
        What the weights were multiplied with at each step.
    da : ndarray (T, B, M)
        Gradients of the pre-activations.

    Returns
    -------
    ndarray (F, M)
    """
    dW = np.zeros((z.shape[2], da.shape[2]), z.dtype)
    for z_t, da_t in zip(z, da, strict=True):
        dW += z_t.T @ da_t
    return dW


def weight_gradient_at_once(z, da):
    """Compute the weights' gradient as one product after the loop.

    Parameters
    ----------
    z : ndarray (T, B, F)
        What the weights were multiplied with at each step.
    da : ndarray (T, B, M)
        Gradients of the pre-activations.

    Returns
    -------
    ndarray (F, M)

    Notes
    -----
    Source: equation eq-one-product.
    """
    T, B, F = z.shape
    return z.reshape(T * B, F).T @ da.reshape(T * B, -1)  # eq-one-product


def _start(params, x):
    """The empty state, and memory for the outputs."""
    T, B, _ = x.shape
    H = params.W_h.shape[0]
    return np.zeros((B, H), x.dtype), np.zeros((B, H), x.dtype), np.empty((T, B, H), x.dtype)


def _gates(a, c):
    """From pre-activations and the old memory to the new state."""
    i, f, g, o = np.split(a, 4, axis=-1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c
