"""a3_lstm solved with closures: the cache of each step is its own backward pass."""

import numpy as np


# %% lstm-step
def layer(p, k, x, h_prev, squash, extra=0.0):
    """The value of a gate, and a function from its gradient to (da, dx, dh_prev, grads)."""
    a = x @ p[f"W_x{k}"] + h_prev @ p[f"W_h{k}"] + p[f"b_{k}"] + extra
    value, slope = squash(a)

    def back(dvalue):
        da = dvalue * slope
        grads = {f"W_x{k}": x.T @ da, f"W_h{k}": h_prev.T @ da, f"b_{k}": np.einsum("bh->h", da)}
        return da, da @ p[f"W_x{k}"].T, da @ p[f"W_h{k}"].T, grads

    return value, back


def sigma(a):
    value = np.where(a < 0, np.exp(-np.abs(a)), 1.0) / (1 + np.exp(-np.abs(a)))
    return value, value * (1 - value)


def tanh(a):
    value = np.tanh(a)
    return value, 1 - value * value


def gather(*parts):
    """Add what comes back through several gates -> dx, dh_prev, grads."""
    grads = {}
    for _, _, _, more in parts:
        grads.update(more)
    return sum(part[1] for part in parts), sum(part[2] for part in parts), grads


def lstm_step(x, h_prev, c_prev, p):
    (i, to_i), (f, to_f) = (layer(p, k, x, h_prev, sigma) for k in "if")
    (g, to_g), (o, to_o) = layer(p, "g", x, h_prev, tanh), layer(p, "o", x, h_prev, sigma)
    c = i * g + f * c_prev
    tanh_c, slope_c = tanh(c)

    def back(dh, dc):
        all_dc = dc + dh * o * slope_c
        dx, dh_prev, grads = gather(
            to_i(all_dc * g), to_f(all_dc * c_prev), to_g(all_dc * i), to_o(dh * tanh_c)
        )
        return dx, dh_prev, all_dc * f, grads

    return o * tanh_c, c, back


# %% lstm-step-backward
def lstm_step_backward(dh, dc, cache):
    return cache(dh, dc)


# %% coupled-step
def coupled_step(x, h_prev, c_prev, p):
    (i, to_i), (o, to_o) = (layer(p, k, x, h_prev, sigma) for k in "io")
    g, to_g = layer(p, "g", x, h_prev, tanh)
    c = c_prev - i * c_prev + i * g
    tanh_c, slope_c = tanh(c)

    def back(dh, dc):
        all_dc = dc + dh * o * slope_c
        d_i = all_dc * g - all_dc * c_prev
        dx, dh_prev, grads = gather(to_i(d_i), to_g(all_dc * i), to_o(dh * tanh_c))
        return dx, dh_prev, all_dc - all_dc * i, grads

    return o * tanh_c, c, back


# %% coupled-step-backward
def coupled_step_backward(dh, dc, cache):
    return cache(dh, dc)


# %% peephole-step
def peephole_step(x, h_prev, c_prev, p):
    (i, to_i), (f, to_f) = (layer(p, k, x, h_prev, sigma, c_prev * p[f"p_{k}"]) for k in "if")
    g, to_g = layer(p, "g", x, h_prev, tanh)
    c = i * g + f * c_prev
    o, to_o = layer(p, "o", x, h_prev, sigma, c * p["p_o"])
    tanh_c, slope_c = tanh(c)

    def back(dh, dc):
        from_o = to_o(dh * tanh_c)
        all_dc = dc + dh * o * slope_c + from_o[0] * p["p_o"]
        from_i, from_f = to_i(all_dc * g), to_f(all_dc * c_prev)
        dx, dh_prev, grads = gather(from_i, from_f, to_g(all_dc * i), from_o)
        grads["p_i"], grads["p_f"] = (from_i[0] * c_prev).sum(0), (from_f[0] * c_prev).sum(0)
        grads["p_o"] = (from_o[0] * c).sum(0)
        dc_prev = all_dc * f + from_i[0] * p["p_i"] + from_f[0] * p["p_f"]
        return dx, dh_prev, dc_prev, grads

    return o * tanh_c, c, back


# %% peephole-step-backward
def peephole_step_backward(dh, dc, cache):
    return cache(dh, dc)
