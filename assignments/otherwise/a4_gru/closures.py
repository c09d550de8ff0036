"""a4_gru solved in another style: a class, and closures as caches."""

import numpy as np


# %% gru-step
class Affine:
    """y = x W_x + s W_h + b, which remembers what it saw."""

    def __init__(self, p, k, x, s):
        self.p, self.k, self.x, self.s = p, k, x, s
        self.y = np.hstack([x, s]) @ np.vstack([p["W_x" + k], p["W_h" + k]]) + p["b_" + k]

    def back(self, dy):
        """-> dx, ds, gradients."""
        k, p = self.k, self.p
        grads = {"b_" + k: dy.sum(0), "W_x" + k: self.x.T.dot(dy), "W_h" + k: self.s.T.dot(dy)}
        return dy.dot(p["W_x" + k].T), dy.dot(p["W_h" + k].T), grads


def gate_of(affine):
    return 1 - 1 / (1 + np.exp(affine.y))


def gru_step(x, h_prev, p):
    of_r, of_z = Affine(p, "r", x, h_prev), Affine(p, "z", x, h_prev)
    r, z = gate_of(of_r), gate_of(of_z)
    of_n = Affine(p, "n", x, r * h_prev)
    n = np.tanh(of_n.y)

    def back(dh):
        dx_n, dq, grads_n = of_n.back(dh * (1 - z) / np.cosh(of_n.y) ** 2)
        dx_r, dh_r, grads_r = of_r.back(dq * h_prev * (r - r**2))
        dx_z, dh_z, grads_z = of_z.back(dh * (h_prev - n) * (z - z**2))
        return dx_n + dx_r + dx_z, dq * r + dh_r + dh_z + dh * z, grads_n | grads_r | grads_z

    return n + z * (h_prev - n), back


# %% gru-step-backward
def gru_step_backward(dh, cache):
    return cache(dh)


# %% other-step
def other_step(x, h_prev, p):
    z = gate_of(Affine(p, "z", x, h_prev))
    n = np.tanh(Affine(p, "n", x, gate_of(Affine(p, "r", x, h_prev)) * h_prev).y)
    return h_prev + z * (n - h_prev)


# %% translate
def translate(p):
    q = {name: np.array(value) for name, value in p.items()}
    for name in "W_xz", "W_hz", "b_z":
        q[name] *= -1
    return q


# %% mgu-step
def mgu_step(x, h_prev, p):
    of_u = Affine(p, "u", x, h_prev)
    u = gate_of(of_u)
    of_n = Affine(p, "n", x, u * h_prev)
    n = np.tanh(of_n.y)

    def back(dh):
        dx_n, dq, grads_n = of_n.back(dh * u / np.cosh(of_n.y) ** 2)
        du = dh * n - dh * h_prev + dq * h_prev
        dx_u, dh_u, grads_u = of_u.back(du * (u - u**2))
        return dx_n + dx_u, dh - dh * u + dq * u + dh_u, grads_n | grads_u

    return h_prev + u * (n - h_prev), back


# %% mgu-step-backward
def mgu_step_backward(dh, cache):
    return cache(dh)
