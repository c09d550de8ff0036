"""Both forms of the GRU as course materials write them: three gates, two products each.

With a bias b_hn in `p` the reset gate acts after the product, without it before.
"""

import numpy as np

from benchmarks.naive_lstm import sigmoid


def forward(p, x, h):
    """x (T, B, D), h (B, H) -> out (T, B, H), cache."""
    after = "b_hn" in p
    out = np.zeros((len(x), *h.shape), x.dtype)
    cache = []
    for t in range(len(x)):
        x_t, h_prev = x[t], h
        r = sigmoid(x_t @ p["W_xr"] + h_prev @ p["W_hr"] + p["b_r"])
        z = sigmoid(x_t @ p["W_xz"] + h_prev @ p["W_hz"] + p["b_z"])
        if after:
            past = h_prev @ p["W_hn"] + p["b_hn"]
            n = np.tanh(x_t @ p["W_xn"] + p["b_n"] + r * past)
        else:
            past = r * h_prev
            n = np.tanh(x_t @ p["W_xn"] + p["b_n"] + past @ p["W_hn"])
        h = (1 - z) * n + z * h_prev
        out[t] = h
        cache.append((x_t, h_prev, r, z, n, past))
    return out, cache


def backward(p, cache, dout):
    """dout (T, B, H) -> dx (T, B, D), dh (B, H), gradients by name."""
    after = "b_hn" in p
    grads = {name: np.zeros_like(weight) for name, weight in p.items()}
    dx = [None] * len(cache)
    dh = np.zeros_like(dout[0])
    for t in reversed(range(len(cache))):
        x_t, h_prev, r, z, n, past = cache[t]
        dh = dh + dout[t]
        da_z = dh * (h_prev - n) * z * (1 - z)
        da_n = dh * (1 - z) * (1 - n**2)
        dh_prev = dh * z
        if after:
            du = da_n * r
            da_r = da_n * past * r * (1 - r)
            grads["W_hn"] += h_prev.T @ du
            grads["b_hn"] += np.sum(du, axis=0)
            dh_prev += du @ p["W_hn"].T
        else:
            drh = da_n @ p["W_hn"].T
            da_r = drh * h_prev * r * (1 - r)
            grads["W_hn"] += past.T @ da_n
            dh_prev += drh * r
        dx[t] = np.zeros_like(x_t)
        for gate, da in (("r", da_r), ("z", da_z), ("n", da_n)):
            grads["W_x" + gate] += x_t.T @ da
            grads["b_" + gate] += np.sum(da, axis=0)
            dx[t] += da @ p["W_x" + gate].T
            if gate != "n":
                grads["W_h" + gate] += h_prev.T @ da
                dh_prev += da @ p["W_h" + gate].T
        dh = dh_prev
    return np.stack(dx), dh, grads
