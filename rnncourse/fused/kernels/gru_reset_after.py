"""The GRU with the reset gate after the product, feature first.

Gate blocks stand in the order n z r u: what reaches W_x is n z r, what reaches W_h is z r u.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy import add, multiply, subtract

from rnncourse import gru_reset_after
from rnncourse.fused.kernels import feeds, products, squash

TAPE = 5  # kept for each step: h_prev, n, z, r, u, in blocks of H rows
EXTRA = 0  # rows of z beyond [h; 1; x], in blocks of H
DA = 5  # blocks of a step back, made by `back`: da_n, da_z, da_r, du, z * dh
KEPT = slice(0, 4)  # of these, the blocks that gradients of weights are made of: n z r u
ORDER = [2, 1, 0]  # r z n to n z r, and back


class Weights(NamedTuple):
    """What a step needs."""

    feed: Any
    product: Any
    W: np.ndarray  # (3H, H + 1), rows z r u
    sigmoid: Any
    tanh: Any
    ru: np.ndarray  # (H, B) workspace


def pack(params, B, ahead):
    """Weights for a batch of B sequences; x goes `ahead` of the steps in any case."""
    W_x, W_h, b, b_hn = params
    H, dtype = len(b_hn), W_x.dtype
    way = squash.choose(dtype, H * B)
    scales = 2 * [way.sigmoid_scale] + [1.0]
    feed = feeds.ahead(W_x, b, B, H, ORDER, [1.0, *scales[:2]])
    b_zru = np.concatenate([np.zeros(2 * H, dtype), b_hn])
    W = products.stack_rows((W_h, b_zru), B, H, [1, 0, 2], scales)
    return Weights(feed, *products.prepare(W, B), way.sigmoid, way.tanh, np.empty((H, B), dtype))


def views(weights, z, tape):
    """What each step reads and writes, as arrays with the time in front."""
    H = tape.shape[1] // TAPE
    now, before = tape[:-1], z[:-1]
    n, update, reset, u = (now[:, k * H : (k + 1) * H] for k in range(1, 5))
    zr, zru = now[:, 2 * H : 4 * H], products.rows_for(weights.W, now[:, 2 * H :])
    inputs = before[:, : H + 1], before[:, :H], before[:, H + 1 : 2 * H + 1], before[:, 2 * H + 1 :]
    return *inputs, zru, zr, n, update, reset, u, z[1:, :H]


def step(weights, h_1, h_prev, n_from_x, zr_from_x, zru, zr, n, z, r, u, h):
    """One step: from [h_prev; 1] and what x gave to n, z and r, to the h of the next."""
    _, product, W, sigmoid, tanh, ru = weights
    product(W, h_1, zru)  # eq-gru-ra-u in the last H rows   (3H, B)
    add(zr, zr_from_x, zr)  # eq-gru-a      (2H, B)
    sigmoid(zr)  # eq-gru-gates
    multiply(r, u, ru)
    add(n_from_x, ru, n)
    tanh(n, n)  # eq-gru-ra-n
    subtract(h_prev, n, h)
    multiply(h, z, h)
    add(h, n, h)  # eq-gru-h, as n + z (h_prev - n)


def keep(z, tape):
    """Complete the tape after a block of steps: h_prev."""
    H = tape.shape[1] // TAPE
    tape[:-1, :H] = z[:-1, :H]


def pack_back(params, B):
    """Weights for the way back."""
    return products.prepare(products.take(params.W_h, len(params.W_h), [1, 0, 2]), B)  # z r n


def factors(tape, out):
    """All that dh is multiplied by on the way back, for a block of steps.

    dh/da_n, dh/da_z, dh/da_r, dh/du, dh/dh_prev around the product.
    """
    H = tape.shape[1] // TAPE
    one = out.dtype.type(1)
    h_prev, n, z, r, u = np.split(tape[:-1], TAPE, axis=1)
    by_n, by_z, by_r, by_u, direct = np.split(out, DA, axis=1)
    subtract(one, tape[:-1, 2 * H : 4 * H], out[:, H : 3 * H])  # 1 - z above, 1 - r below
    multiply(n, n, by_n)
    subtract(one, by_n, by_n)
    multiply(by_n, by_z, by_n)  # (1 - z) (1 - n^2)
    subtract(h_prev, n, direct)
    multiply(by_z, z, by_z)
    multiply(by_z, direct, by_z)  # (h_prev - n) z (1 - z)
    multiply(by_n, r, by_u)
    multiply(by_r, by_u, by_r)
    multiply(by_r, u, by_r)  # da_n u r (1 - r)
    direct[...] = z


def back(weights, da, dout, dstate):
    """Steps back through a block: `da` holds the factors and is multiplied into gradients.

    `dstate` is moved from the block's end to its start.
    """
    product, W = weights
    (dh,) = dstate
    n, _, B = da.shape
    H = len(dh)
    pieces = dh.reshape(*W.shape[:-1], B)
    steps = (da.reshape(n, DA, H, B), da[:, H : 4 * H], da[:, 4 * H :], dout)
    for by_h, da_h, z_dh, dout_t in zip(*(a[::-1] for a in steps), strict=True):
        add(dh, dout_t, dh)  # eq-gru-dh
        multiply(dh, by_h, by_h)  # eq-gru-da-n, eq-gru-da-z, eq-gru-ra-da-r, eq-gru-ra-du
        product(W, da_h, pieces)
        add(dh, z_dh, dh)  # eq-gru-ra-dh-prev


def windows(H):
    """Which rows of da meet which rows of z in a gradient, as in the products of a step."""
    gates, u = slice(H, 3 * H), slice(3 * H, None)
    return (slice(0, H), slice(H, None)), (gates, slice(None)), (u, slice(0, H + 1))


def recall(tape, t0, t1, h_first, out):
    """Fill the columns of h in `out` (steps, B, F), which has a z in every row."""
    H = tape.shape[1] // TAPE
    products.turn(tape[t0:t1, :H], out[..., :H])


def unpack(dW, H):
    """Gradients in the layout of the parameters, from rows n z r u and columns [h; 1; x]."""
    b_hn = dW[3 * H :, H].copy()
    dW[:H, :H] = dW[3 * H :, :H]
    return gru_reset_after.Params(*products.unstack(dW[: 3 * H], H, ORDER), b_hn)
