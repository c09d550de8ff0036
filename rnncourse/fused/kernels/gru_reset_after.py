"""The GRU with the reset gate after the product, feature first.

Gate blocks stand in the order n z r u: what reaches W_x is n z r, what reaches W_h is z r u.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy import add, multiply, subtract

from rnncourse import gru_reset_after
from rnncourse.fused.kernels import products, squash

TAPE = 5  # kept for each step: h_prev, n, z, r, u, in blocks of H rows
EXTRA = 0  # rows of z beyond [h; 1; x], in blocks of H
DA = 5  # blocks of a step back, made by `back`: da_n, da_z, da_r, du, z * dh
KEPT = slice(0, 4)  # of these, the blocks that gradients of weights are made of: n z r u
ORDER = [2, 1, 0]  # r z n to n z r, and back


class Weights(NamedTuple):
    """What a step needs."""

    product_zr: Any
    W_zr: np.ndarray  # (2H, H + 1 + D)
    product_u: Any
    W_u: np.ndarray  # (H, H + 1)
    product_n: Any
    W_n: np.ndarray  # (H, 1 + D)
    sigmoid: Any
    tanh: Any
    ru: np.ndarray  # (H, B) workspace


def pack(params, B):
    """Weights for a batch of B sequences."""
    W_x, W_h, b, b_hn = params
    H, dtype = len(b_hn), W_x.dtype
    way = squash.choose(dtype, H * B)
    W_zr = products.stack_rows((W_h, b, W_x), B, H, [1, 0], 2 * [way.sigmoid_scale])
    W_u = products.stack_rows((W_h[:, 2 * H :], b_hn), B, H, [0])
    W_n = products.stack_rows((b, W_x), B, H, [2])
    pairs = [part for W in (W_zr, W_u, W_n) for part in products.prepare(W, B)]
    return Weights(*pairs, way.sigmoid, way.tanh, np.empty((H, B), dtype))


def views(weights, z, tape):
    """What each step reads and writes, as arrays with the time in front."""
    H = tape.shape[1] // TAPE
    now = tape[:-1]
    n, update, reset, u = (now[:, k * H : (k + 1) * H] for k in range(1, 5))
    zr = now[:, 2 * H : 4 * H]
    pieces_zr, pieces_u, pieces_n = (
        products.rows_for(W, rows)
        for W, rows in ((weights.W_zr, zr), (weights.W_u, u), (weights.W_n, n))
    )
    inputs = z[:-1], z[:-1, : H + 1], z[:-1, H:], z[:-1, :H]
    return *inputs, pieces_zr, zr, pieces_u, u, pieces_n, n, update, reset, z[1:, :H]


def step(weights, all_z, left, right, h_prev, pieces_zr, zr, pieces_u, u, pieces_n, n, z, r, h):
    """One step: from [h_prev; 1; x] to the h of the next."""
    product_zr, W_zr, product_u, W_u, product_n, W_n, sigmoid, tanh, ru = weights
    product_zr(W_zr, all_z, pieces_zr)  # eq-gru-a      (2H, B)
    sigmoid(zr)  # eq-gru-gates
    product_u(W_u, left, pieces_u)  # eq-gru-ra-u   (H, B)
    product_n(W_n, right, pieces_n)  # (H, B)
    multiply(r, u, ru)
    add(n, ru, n)
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


def recurrent_inputs(tape, t0, t1, h_first, out):
    """Fill `out` (steps, H, B) with what W_h saw; yield the blocks of KEPT it is multiplied by."""
    out[...] = tape[t0:t1, : out.shape[1]]
    yield slice(1, 4)


def unpack(dW_x, dW_h, db):
    """Gradients in the layout of the parameters; dW_h and db have four blocks, n z r u."""
    H = len(db) // 4
    dW_x, dW_h = products.take(dW_x, H, ORDER), products.take(dW_h, H, [2, 1, 3])
    b = products.take(db, H, ORDER)
    return gru_reset_after.Params(dW_x, dW_h, b, db[3 * H :].copy())
