"""a4_gru solved with a NamedTuple as the cache, and one stacked product for the gates."""

# %% gru-step
from typing import NamedTuple

import numpy as np


class Kept(NamedTuple):
    z_in: np.ndarray  # (B, D + H) x and h_prev side by side
    n_in: np.ndarray  # (B, D + H) x and the reset h_prev
    r: np.ndarray
    z: np.ndarray
    n: np.ndarray
    p: dict


def joined(p, k):
    return np.concatenate([p["W_x" + k], p["W_h" + k]])


def sigmoid(a):
    return np.tanh(a / 2) / 2 + 0.5


def gru_step(x, h_prev, p):
    z_in = np.concatenate([x, h_prev], axis=1)
    r, z = (sigmoid(z_in @ joined(p, k) + p["b_" + k]) for k in "rz")
    n_in = np.concatenate([x, r * h_prev], axis=1)
    n = np.tanh(n_in @ joined(p, "n") + p["b_n"])
    return n - z * n + z * h_prev, Kept(z_in, n_in, r, z, n, p)


# %% gru-step-backward
def split(p, k, seen, da):
    """-> what comes back to the two inputs, and the gradients of the weights."""
    D = len(p["W_x" + k])
    back, dW = da @ joined(p, k).T, seen.T @ da
    grads = {"W_x" + k: dW[:D], "W_h" + k: dW[D:], "b_" + k: np.sum(da, axis=0)}
    return back[:, :D], back[:, D:], grads


def gru_step_backward(dh, cache):
    z_in, n_in, r, z, n, p = cache
    h_prev = z_in[:, -n.shape[1] :]
    dx_n, dq, grads_n = split(p, "n", n_in, dh * (1 - z) * (1 - n**2))
    dx_r, dh_r, grads_r = split(p, "r", z_in, dq * h_prev * r * (1 - r))
    dx_z, dh_z, grads_z = split(p, "z", z_in, dh * (h_prev - n) * z * (1 - z))
    return dx_n + dx_r + dx_z, dh * z + dq * r + dh_r + dh_z, {**grads_n, **grads_r, **grads_z}


# %% other-step
def other_step(x, h_prev, p):
    kept = gru_step(x, h_prev, p)[1]
    return h_prev - kept.z * h_prev + kept.z * kept.n


# %% translate
def translate(p):
    sign = {"r": 1.0, "z": -1.0, "n": 1.0}
    return {name: sign[name[-1]] * value for name, value in p.items()}


# %% mgu-step
def mgu_step(x, h_prev, p):
    z_in = np.concatenate([x, h_prev], axis=1)
    u = sigmoid(z_in @ joined(p, "u") + p["b_u"])
    n_in = np.concatenate([x, u * h_prev], axis=1)
    n = np.tanh(n_in @ joined(p, "n") + p["b_n"])
    return h_prev - u * h_prev + u * n, Kept(z_in, n_in, u, u, n, p)


# %% mgu-step-backward
def mgu_step_backward(dh, cache):
    z_in, n_in, u, _, n, p = cache
    h_prev = z_in[:, -n.shape[1] :]
    dx_n, dq, grads_n = split(p, "n", n_in, dh * u * (1 - n**2))
    du = dh * n - dh * h_prev + dq * h_prev
    dx_u, dh_u, grads_u = split(p, "u", z_in, du * u * (1 - u))
    return dx_n + dx_u, dh - dh * u + dq * u + dh_u, {**grads_n, **grads_u}
