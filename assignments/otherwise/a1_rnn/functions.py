"""a1_rnn solved in another style: sums over indices, and dicts as caches."""

import numpy as np


# %% rnn-step
def rnn_step(x, h_prev, W_x, W_h, b):
    return np.tanh(np.hstack([x, h_prev]) @ np.vstack([W_x, W_h]) + b[np.newaxis])


# %% rnn-forward
def rnn_forward(x, h0, W_x, W_h, b):
    T, B, _ = x.shape
    states = np.empty((T, B, h0.shape[1]))
    for t in range(T):
        states[t] = rnn_step(x[t], states[t - 1] if t else h0, W_x, W_h, b)
    return states


# %% rnn-step-backward
def rnn_step_backward(dh, x, h_prev, h, W_x, W_h):
    da = dh - dh * h**2
    dx = np.einsum("bh,dh->bd", da, W_x)
    dh_prev = np.einsum("bh,kh->bk", da, W_h)
    dW_x = sum(np.outer(x_row, da_row) for x_row, da_row in zip(x, da, strict=True))
    dW_h = sum(np.outer(h_row, da_row) for h_row, da_row in zip(h_prev, da, strict=True))
    return [dx, dh_prev, dW_x, dW_h, np.ones(len(da)) @ da]


# %% leaky-step
def leaky_step(x, h_prev, W_x, W_h, b, s):
    new = rnn_step(x, h_prev, W_x, W_h, b)
    keep = 1 / (1 + np.exp(s))
    cache = {"x": x, "h_prev": h_prev, "W_x": W_x, "W_h": W_h, "keep": keep, "new": new}
    return new + keep * (h_prev - new), cache


# %% leaky-step-backward
def leaky_step_backward(dh, cache):
    keep, new, h_prev = cache["keep"], cache["new"], cache["h_prev"]
    dnew = dh * (1 - keep)
    dx, dh_prev, dW_x, dW_h, db = rnn_step_backward(
        dnew, cache["x"], h_prev, new, cache["W_x"], cache["W_h"]
    )
    dkeep = np.einsum("bh,bh->h", dh, h_prev - new)
    return dx, dh_prev + dh * keep, dW_x, dW_h, db, -dkeep * keep * (1 - keep)
