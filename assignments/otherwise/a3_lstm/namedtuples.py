"""a3_lstm solved in another style: one stacked product, NamedTuple caches, shared pieces."""

# %% lstm-step
from typing import NamedTuple

import numpy as np


class Seen(NamedTuple):
    x: np.ndarray
    h_prev: np.ndarray
    c_prev: np.ndarray
    c: np.ndarray
    gate: dict
    p: dict


def squash(a):
    return 0.5 * (1 + np.tanh(0.5 * a))


def affine(x, h_prev, p, gates):
    """All gates in one product."""
    W = np.vstack(
        [np.hstack([p["W_x" + k] for k in gates]), np.hstack([p["W_h" + k] for k in gates])]
    )
    a = np.hstack([x, h_prev]) @ W + np.concatenate([p["b_" + k] for k in gates])
    return dict(zip(gates, np.split(a, len(gates), axis=1), strict=True))


def lstm_step(x, h_prev, c_prev, p):
    a = affine(x, h_prev, p, "oifg")
    gate = {k: np.tanh(a[k]) if k == "g" else squash(a[k]) for k in a}
    c = gate["f"] * c_prev + gate["i"] * gate["g"]
    return gate["o"] * np.tanh(c), c, Seen(x, h_prev, c_prev, c, gate, p)


# %% lstm-step-backward
def spread(da, seen):
    """From the da of the gates to dx, dh_prev and the gradients of the weights."""
    dx, dh_prev, grads = np.zeros(seen.x.shape), np.zeros(seen.h_prev.shape), {}
    for k, da_k in da.items():
        dx += np.einsum("bh,dh->bd", da_k, seen.p["W_x" + k])
        dh_prev += np.einsum("bh,kh->bk", da_k, seen.p["W_h" + k])
        grads["W_x" + k] = np.einsum("bd,bh->dh", seen.x, da_k)
        grads["W_h" + k] = np.einsum("bk,bh->kh", seen.h_prev, da_k)
        grads["b_" + k] = np.einsum("bh->h", da_k)
    return dx, dh_prev, grads


def to_cell(dh, dc, seen):
    """All of dc, as far as it comes through c and h."""
    return dc + dh * seen.gate["o"] / np.cosh(seen.c) ** 2


def inside(dgate, gate):
    """From the gradients of gates to those of what stands inside them."""
    return {
        k: d * ((1 - gate[k] ** 2) if k == "g" else gate[k] * (1 - gate[k]))
        for k, d in dgate.items()
    }


def lstm_step_backward(dh, dc, cache):
    dc, gate = to_cell(dh, dc, cache), cache.gate
    dgate = {"i": dc * gate["g"], "f": dc * cache.c_prev, "g": dc * gate["i"]}
    da = inside(dgate | {"o": dh * np.tanh(cache.c)}, gate)
    dx, dh_prev, grads = spread(da, cache)
    return dx, dh_prev, dc * gate["f"], grads


# %% coupled-step
def coupled_step(x, h_prev, c_prev, p):
    a = affine(x, h_prev, p, "iog")
    gate = {"i": squash(a["i"]), "o": squash(a["o"]), "g": np.tanh(a["g"])}
    c = c_prev + gate["i"] * (gate["g"] - c_prev)
    return gate["o"] * np.tanh(c), c, Seen(x, h_prev, c_prev, c, gate, p)


# %% coupled-step-backward
def coupled_step_backward(dh, dc, cache):
    dc, gate = to_cell(dh, dc, cache), cache.gate
    dgate = {"i": dc * (gate["g"] - cache.c_prev), "g": dc * gate["i"]}
    da = inside(dgate | {"o": dh * np.tanh(cache.c)}, gate)
    dx, dh_prev, grads = spread(da, cache)
    return dx, dh_prev, dc - dc * gate["i"], grads


# %% peephole-step
def peephole_step(x, h_prev, c_prev, p):
    a = affine(x, h_prev, p, "ifgo")
    gate = {k: squash(a[k] + p["p_" + k] * c_prev) for k in "if"} | {"g": np.tanh(a["g"])}
    c = gate["f"] * c_prev + gate["i"] * gate["g"]
    gate["o"] = squash(a["o"] + p["p_o"] * c)
    return gate["o"] * np.tanh(c), c, Seen(x, h_prev, c_prev, c, gate, p)


# %% peephole-step-backward
def peephole_step_backward(dh, dc, cache):
    gate, p = cache.gate, cache.p
    da = inside({"o": dh * np.tanh(cache.c)}, gate)
    dc = to_cell(dh, dc, cache) + da["o"] * p["p_o"]
    da |= inside({"i": dc * gate["g"], "f": dc * cache.c_prev, "g": dc * gate["i"]}, gate)
    dx, dh_prev, grads = spread(da, cache)
    for k, seen in (("i", cache.c_prev), ("f", cache.c_prev), ("o", cache.c)):
        grads["p_" + k] = np.einsum("bh,bh->h", da[k], seen)
    return dx, dh_prev, dc * gate["f"] + da["i"] * p["p_i"] + da["f"] * p["p_f"], grads
