"""a2_bptt solved in another style: one general pass, and plain loops over time."""

import numpy as np


# %% bptt
def back_from(da_next, delta_t, h, W_h):
    """One step back: da_t from da_{t+1}, which may be None, and the direct part."""
    through_time = 0 if da_next is None else da_next @ W_h.T
    return (delta_t + through_time) * (1 - h) * (1 + h)


def collect(da, x, hs, W_x):
    """The gradients that follow from da (T, B, H)."""
    T, B, D = x.shape
    flat = da.reshape(T * B, -1)
    return {
        "x": (flat @ W_x.T).reshape(T, B, D),
        "W_x": x.reshape(T * B, D).T @ flat,
        "W_h": hs[:-1].reshape(T * B, -1).T @ flat,
        "b": flat.sum(axis=0),
    }


def bptt(delta, x, hs, W_x, W_h):
    das = [None]
    for t in range(len(x) - 1, -1, -1):
        das.append(back_from(das[-1], delta[t], hs[t + 1], W_h))
    da = np.array(das[:0:-1])
    grads = collect(da, x, hs, W_x)
    grads["h0"] = da[0] @ W_h.T
    return grads


# %% step-jacobian
def step_jacobian(h, W_h):
    return np.diag(1 - h**2) @ W_h.transpose()


# %% gradient-flow
def gradient_flow(hs, W_h):
    T = len(hs) - 1
    flow = np.ones(T + 1)
    for t in range(T):
        product = np.eye(len(W_h))
        for s in range(t + 1, T + 1):
            product = step_jacobian(hs[s], W_h) @ product
        flow[t] = np.linalg.svd(product, compute_uv=False)[0]
    return flow


# %% bptt-chunks
def bptt_chunks(delta, x, hs, W_x, W_h, k):
    T = len(x)
    da = np.zeros(delta.shape)
    for t in reversed(range(T)):
        at_border = t == T - 1 or (t + 1) % k == 0
        da[t] = back_from(None if at_border else da[t + 1], delta[t], hs[t + 1], W_h)
    return collect(da, x, hs, W_x)


# %% bptt-window
def bptt_window(delta, x, hs, W_x, W_h, k):
    da = np.zeros(delta.shape)
    for t in range(len(x)):
        part = None
        for s in range(t, max(-1, t - k), -1):
            part = back_from(part, delta[t] if s == t else 0, hs[s + 1], W_h)
            da[s] += part
    return collect(da, x, hs, W_x)
