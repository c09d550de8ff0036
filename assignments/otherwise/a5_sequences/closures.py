"""a5_sequences solved with NamedTuples and closures; products over all steps at once."""

# %% mask-of
from typing import NamedTuple

import numpy as np


def mask_of(lengths, T):
    return np.less.outer(np.arange(T), lengths)


# %% masked-forward
class Trace(NamedTuple):
    """A pass over time: at each step the state that was read, and the new one."""

    x: np.ndarray
    read: np.ndarray
    new: np.ndarray


def scan(x, p, first, choose):
    """`choose(t, h)` gives the state that step t reads; -> Trace, all real."""
    read, new, h = [], [], first
    for t, x_t in enumerate(x):
        read.append(choose(t, h))
        h = np.tanh(x_t @ p["W_x"] + read[-1] @ p["W_h"] + p["b"])
        new.append(h)
    return Trace(x, np.stack(read), np.stack(new))


def weights(trace, da):
    flat = da.reshape(-1, da.shape[-1])
    return {
        "W_x": trace.x.reshape(len(flat), -1).T @ flat,
        "W_h": trace.read.reshape(len(flat), -1).T @ flat,
        "b": np.sum(flat, axis=0),
    }


def masked_forward(x, h0, mask, p):
    clean = np.nan_to_num(x * 1.0)
    read, new, out = [], [], [h0]
    for x_t, real in zip(clean, mask[..., np.newaxis], strict=True):
        read.append(out[-1])
        new.append(np.tanh(x_t @ p["W_x"] + out[-1] @ p["W_h"] + p["b"]))
        out.append(np.choose(real, [out[-1], new[-1]]))
    trace = Trace(clean, np.stack(read), np.stack(new))

    def back(delta):
        da, dh = np.zeros(trace.new.shape), np.zeros(h0.shape)
        for t in range(len(x))[::-1]:
            dh = dh + delta[t]
            da[t] = dh * mask[t][:, np.newaxis] * (1 - trace.new[t] ** 2)
            dh = da[t] @ p["W_h"].T + dh * (1 - mask[t])[:, np.newaxis]
        return da @ p["W_x"].T, dh, weights(trace, da)

    return np.stack(out[1:]), back


# %% masked-backward
def masked_backward(delta, cache):
    return cache(delta)


# %% reverse
def reverse(x, lengths):
    T, B = x.shape[:2]
    t, k = np.mgrid[:T, :B]
    return x[np.where(t < lengths, lengths - t - 1, t), k]


# %% both-forward
def both_forward(x, lengths, p, q):
    mask = mask_of(lengths, len(x))
    start = np.zeros((len(lengths), len(q["b"])))
    ahead, back_p = masked_forward(x, start, mask, p)
    turned, back_q = masked_forward(reverse(x, lengths), start, mask, q)
    out = np.dstack([ahead, reverse(turned, lengths)])
    out[~mask] = 0

    def back(dout):
        d_ahead, d_turned = np.dsplit(np.where(mask[..., None], dout, 0), 2)
        dx_p, _, grads_p = back_p(d_ahead)
        dx_q, _, grads_q = back_q(reverse(d_turned, lengths))
        return dx_p + reverse(dx_q, lengths), grads_p, grads_q

    return out, back


# %% both-backward
def both_backward(dout, cache):
    return cache(dout)


# %% packed-forward
def packed_forward(x, starts, p):
    at_start = starts[..., np.newaxis]
    first = np.tile(p["h_star"], (x.shape[1], 1))
    trace = scan(x, p, first, lambda t, h: np.where(at_start[t], p["h_star"], h))

    def back(delta):
        da, dq = np.zeros(delta.shape), np.zeros(delta.shape)
        dh = np.zeros(delta[0].shape)
        for t in range(len(x) - 1, -1, -1):
            da[t] = (dh + delta[t]) * (1 - trace.new[t] ** 2)
            dq[t] = da[t] @ p["W_h"].T
            dh = np.where(at_start[t], 0, dq[t])
        grads = weights(trace, da) | {"h_star": dq[starts].sum(axis=0)}
        return da @ p["W_x"].T, grads

    return trace.new, back


# %% packed-backward
def packed_backward(delta, cache):
    return cache(delta)


# %% truncated-backward
def truncated_backward(delta, x, h0, mask, p, k1, k2):
    states = np.concatenate([[h0], masked_forward(x, h0, mask, p)[0]])

    def block(u, e):
        """The gradients of one block, dx laid out over all steps."""
        a = max(0, e - k2)
        back = masked_forward(x[a:e], states[a], mask[a:e], p)[1]
        in_block = (np.arange(a, e) >= u)[:, None, None]
        part, _, grads = back(delta[a:e] * in_block)
        dx = np.zeros(x.shape)
        dx[a:e] = part
        return grads | {"x": dx}

    blocks = [block(u, min(u + k1, len(x))) for u in range(0, len(x), k1)]
    total = {name: sum(grads[name] for grads in blocks) for name in blocks[0]}
    return total.pop("x"), total
