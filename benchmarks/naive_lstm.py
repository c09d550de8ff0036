"""The LSTM as course materials write it: four gates, two products each."""

import numpy as np


def sigmoid(a):
    """As printed everywhere; exp overflows for a large negative a."""
    return 1 / (1 + np.exp(-a))


def forward(p, x, state):
    """x (T, B, D), state (h, c) of (B, H) each -> out (T, B, H), cache."""
    h, c = state
    out = np.zeros((len(x), *h.shape), x.dtype)
    cache = []
    for t in range(len(x)):
        x_t, h_prev, c_prev = x[t], h, c
        i = sigmoid(x_t @ p["W_xi"] + h_prev @ p["W_hi"] + p["b_i"])
        f = sigmoid(x_t @ p["W_xf"] + h_prev @ p["W_hf"] + p["b_f"])
        g = np.tanh(x_t @ p["W_xg"] + h_prev @ p["W_hg"] + p["b_g"])
        o = sigmoid(x_t @ p["W_xo"] + h_prev @ p["W_ho"] + p["b_o"])
        c = f * c_prev + i * g
        h = o * np.tanh(c)
        out[t] = h
        cache.append((x_t, h_prev, c_prev, i, f, g, o, c))
    return out, cache


def backward(p, cache, dout):
    """dout (T, B, H) -> dx (T, B, D), (dh, dc) of (B, H) each, gradients by name."""
    grads = {name: np.zeros_like(weight) for name, weight in p.items()}
    dx = [None] * len(cache)
    dh, dc = np.zeros_like(dout[0]), np.zeros_like(dout[0])
    for t in reversed(range(len(cache))):
        x_t, h_prev, c_prev, i, f, g, o, c = cache[t]
        dh = dh + dout[t]
        tanh_c = np.tanh(c)
        dc = dc + dh * o * (1 - tanh_c**2)
        da = {
            "i": dc * g * i * (1 - i),
            "f": dc * c_prev * f * (1 - f),
            "g": dc * i * (1 - g**2),
            "o": dh * tanh_c * o * (1 - o),
        }
        dx[t] = np.zeros_like(x_t)
        dh = np.zeros_like(dh)
        for gate in "ifgo":
            grads["W_x" + gate] += x_t.T @ da[gate]
            grads["W_h" + gate] += h_prev.T @ da[gate]
            grads["b_" + gate] += np.sum(da[gate], axis=0)
            dx[t] += da[gate] @ p["W_x" + gate].T
            dh += da[gate] @ p["W_h" + gate].T
        dc = dc * f
    return np.stack(dx), (dh, dc), grads
