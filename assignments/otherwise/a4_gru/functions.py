"""a4_gru solved with small functions, dicts as caches and sums over indices."""

import numpy as np


# %% gru-step
def inside(x, h, p, k):
    return (
        np.einsum("bd,dh->bh", x, p[f"W_x{k}"])
        + np.einsum("bj,jh->bh", h, p[f"W_h{k}"])
        + (p[f"b_{k}"])
    )


def opened(x, h, p, k):
    return 1 / (1 + np.exp(-inside(x, h, p, k)))


def gru_step(x, h_prev, p):
    kept = {"x": x, "h": h_prev, "p": p, "r": opened(x, h_prev, p, "r")}
    kept["z"] = opened(x, h_prev, p, "z")
    kept["n"] = np.tanh(inside(x, kept["r"] * h_prev, p, "n"))
    return kept["z"] * h_prev + (1 - kept["z"]) * kept["n"], kept


# %% gru-step-backward
def gradients(da, seen, x):
    """The gradients of all weights; da and seen (what W_h multiplied) are dicts by gate."""
    grads = {}
    for k in da:
        grads[f"W_x{k}"] = np.einsum("bd,bh->dh", x, da[k])
        grads[f"W_h{k}"] = np.einsum("bj,bh->jh", seen[k], da[k])
        grads[f"b_{k}"] = np.einsum("bh->h", da[k])
    return grads


def gru_step_backward(dh, cache):
    x, h, p, r, z, n = (cache[key] for key in ("x", "h", "p", "r", "z", "n"))
    da = {"n": (dh - dh * z) * (1 - n) * (1 + n)}
    dq = np.einsum("bh,jh->bj", da["n"], p["W_hn"])
    da["r"], da["z"] = dq * h * r * (1 - r), dh * (h - n) * z * (1 - z)
    dx = sum(np.einsum("bh,dh->bd", da[k], p[f"W_x{k}"]) for k in da)
    dh_prev = dq * r + dh * z
    for k in "rz":
        dh_prev = dh_prev + np.einsum("bh,jh->bj", da[k], p[f"W_h{k}"])
    return dx, dh_prev, gradients(da, {"n": r * h, "r": h, "z": h}, x)


# %% other-step
def other_step(x, h_prev, p):
    r, z = opened(x, h_prev, p, "r"), opened(x, h_prev, p, "z")
    return h_prev * (1 - z) + z * np.tanh(inside(x, r * h_prev, p, "n"))


# %% translate
def translate(p):
    q = {}
    for name in p:
        q[name] = np.negative(p[name]) if name in ("W_xz", "W_hz", "b_z") else np.copy(p[name])
    return q


# %% mgu-step
def mgu_step(x, h_prev, p):
    u = opened(x, h_prev, p, "u")
    n = np.tanh(inside(x, u * h_prev, p, "n"))
    return u * n + h_prev * (1 - u), {"x": x, "h": h_prev, "p": p, "u": u, "n": n}


# %% mgu-step-backward
def mgu_step_backward(dh, cache):
    x, h, p, u, n = (cache[key] for key in ("x", "h", "p", "u", "n"))
    da = {"n": dh * u * (1 - n**2)}
    dq = np.einsum("bh,jh->bj", da["n"], p["W_hn"])
    da["u"] = (dq * h + dh * (n - h)) * (u - u * u)
    dx = sum(np.einsum("bh,dh->bd", da[k], p[f"W_x{k}"]) for k in da)
    dh_prev = (1 - u) * dh + u * dq + np.einsum("bh,jh->bj", da["u"], p["W_hu"])
    return dx, dh_prev, gradients(da, {"n": u * h, "u": h}, x)
