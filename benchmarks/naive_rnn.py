"""The simple recurrent network as course materials write it."""

import numpy as np


def forward(p, x, h):
    """x (T, B, D), h (B, H) -> out (T, B, H), cache."""
    out = np.zeros((len(x), *h.shape), x.dtype)
    cache = []
    for t in range(len(x)):
        h_prev = h
        h = np.tanh(x[t] @ p["W_xh"] + h_prev @ p["W_hh"] + p["b_h"])
        out[t] = h
        cache.append((x[t], h_prev, h))
    return out, cache


def backward(p, cache, dout):
    """dout (T, B, H) -> dx (T, B, D), dh (B, H), gradients by name."""
    grads = {name: np.zeros_like(weight) for name, weight in p.items()}
    dx = [None] * len(cache)
    dh = np.zeros_like(dout[0])
    for t in reversed(range(len(cache))):
        x_t, h_prev, h = cache[t]
        dh = dh + dout[t]
        da = dh * (1 - h**2)
        grads["W_xh"] += x_t.T @ da
        grads["W_hh"] += h_prev.T @ da
        grads["b_h"] += np.sum(da, axis=0)
        dx[t] = da @ p["W_xh"].T
        dh = da @ p["W_hh"].T
    return np.stack(dx), dh, grads
