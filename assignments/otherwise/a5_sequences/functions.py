"""a5_sequences solved with plain loops: sequence by sequence, piece by piece."""

import numpy as np


# %% mask-of
def mask_of(lengths, T):
    mask = np.zeros((T, len(lengths)), dtype=bool)
    for k, length in enumerate(lengths):
        mask[:length, k] = True
    return mask


# %% masked-forward
def masked_forward(x, h0, mask, p):
    T, B, _ = x.shape
    hs = np.empty((T + 1, B, len(p["b"])))
    hs[0] = h0
    for t in range(T):
        hs[t + 1] = hs[t]
        real = mask[t]
        a = x[t, real] @ p["W_x"] + hs[t, real] @ p["W_h"] + p["b"]
        hs[t + 1, real] = np.tanh(a)
    return hs[1:].copy(), {"x": x, "hs": hs, "mask": mask, "p": p}


# %% masked-backward
def masked_backward(delta, cache):
    x, hs, mask, p = cache["x"], cache["hs"], cache["mask"], cache["p"]
    grads = {name: np.zeros(value.shape) for name, value in p.items()}
    dx, dh = np.zeros(x.shape), np.zeros(hs[0].shape)
    for t in range(len(x) - 1, -1, -1):
        dh = dh + delta[t]
        real = mask[t]
        da = dh[real] * (1 - hs[t + 1, real] ** 2)
        dx[t, real] = da @ p["W_x"].T
        grads["W_x"] += x[t, real].T @ da
        grads["W_h"] += hs[t, real].T @ da
        grads["b"] += da.sum(axis=0)
        dh[real] = da @ p["W_h"].T
    return dx, dh, grads


# %% reverse
def reverse(x, lengths):
    turned = x.copy()
    for k, length in enumerate(lengths):
        turned[:length, k] = x[:length, k][::-1]
    return turned


# %% both-forward
def both_forward(x, lengths, p, q):
    mask = mask_of(lengths, len(x))
    H = len(p["b"])
    out = np.zeros((len(x), len(lengths), 2 * H))
    ahead, kept_p = masked_forward(x, np.zeros((len(lengths), H)), mask, p)
    back, kept_q = masked_forward(reverse(x, lengths), np.zeros((len(lengths), H)), mask, q)
    out[mask, :H], out[mask, H:] = ahead[mask], reverse(back, lengths)[mask]
    return out, (lengths, mask, kept_p, kept_q)


# %% both-backward
def both_backward(dout, cache):
    lengths, mask, kept_p, kept_q = cache
    H = dout.shape[-1] // 2
    d_ahead, d_back = np.zeros(dout[..., :H].shape), np.zeros(dout[..., :H].shape)
    d_ahead[mask], d_back[mask] = dout[mask, :H], dout[mask, H:]
    dx, _, grads_p = masked_backward(d_ahead, kept_p)
    dx_back, _, grads_q = masked_backward(reverse(d_back, lengths), kept_q)
    return dx + reverse(dx_back, lengths), grads_p, grads_q


# %% packed-forward
def packed_forward(x, starts, p):
    """Row by row, and in a row sequence by sequence: each is a batch of one without padding."""
    T, B, _ = x.shape
    hs, kept = np.empty((T, B, len(p["b"]))), []
    for k in range(B):
        borders = [*np.flatnonzero(starts[:, k]), T]
        for a, e in zip(borders[:-1], borders[1:], strict=True):
            one = np.ones((e - a, 1), dtype=bool)
            weights = {name: p[name] for name in ("W_x", "W_h", "b")}
            states, cache = masked_forward(x[a:e, [k]], p["h_star"][None], one, weights)
            hs[a:e, [k]] = states
            kept.append((k, a, e, cache))
    return hs, (x.shape, kept)


# %% packed-backward
def packed_backward(delta, cache):
    shape, kept = cache
    dx, total = np.zeros(shape), {}
    for k, a, e, inner in kept:
        part, dh0, grads = masked_backward(delta[a:e, [k]], inner)
        dx[a:e, [k]] = part
        for name, value in (grads | {"h_star": dh0[0]}).items():
            total[name] = total.get(name, 0) + value
    return dx, total


# %% truncated-backward
def truncated_backward(delta, x, h0, mask, p, k1, k2):
    hs, _ = masked_forward(x, h0, mask, p)
    dx, total = np.zeros(x.shape), {}
    for t in range(len(x)):
        end = min((t // k1 + 1) * k1, len(x))
        first = max(0, end - k2)
        start = h0 if first == 0 else hs[first - 1]
        only = np.zeros(delta[first:end].shape)
        only[t - first] = delta[t]
        _, cache = masked_forward(x[first:end], start, mask[first:end], p)
        part, _, grads = masked_backward(only, cache)
        dx[first:end] += part
        for name, value in grads.items():
            total[name] = total.get(name, 0) + value
    return dx, total
