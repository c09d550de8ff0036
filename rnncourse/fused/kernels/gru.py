"""The GRU with the reset gate before the product, feature first.

Gate blocks stand in the order n z r. The candidate has a product of its own, of [1; x; r * h]:
z is [h; 1; x; r * h], and both products read a window of it.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy import add, multiply, subtract

from rnncourse.fused.kernels import feeds, products, squash
from rnncourse.params import Params

TAPE = 4  # kept for each step: h_prev, n, z, r, in blocks of H rows
EXTRA = 1  # rows of z beyond [h; 1; x], in blocks of H
DA = 5  # blocks of a step back, made by `back`: z * dh, da_n, da_z, da_r, r * drh
KEPT = slice(1, 4)  # of these, the blocks that gradients of weights are made of: n z r
ORDER = [2, 1, 0]  # r z n to n z r, and back


class Weights(NamedTuple):
    """What a step needs."""

    feed: Any
    product_n: Any
    W_n: np.ndarray  # (H, 1 + D + H)
    product_zr: Any
    W_zr: np.ndarray  # (2H, H + 1 + D)
    sigmoid: Any
    tanh: Any


def pack(params, B, ahead):
    """Weights for a batch of B sequences; x is joined to h in any case."""
    W_x, W_h, b = params
    D, H = len(W_x), len(W_h)
    way = squash.choose(W_x.dtype, H * B)
    W_n = products.stack_rows((b, W_x, W_h), B, H, [2])
    W_zr = products.stack_rows((W_h, b, W_x), B, H, [1, 0], 2 * [way.sigmoid_scale])
    pairs = *products.prepare(W_n, B), *products.prepare(W_zr, B)
    return Weights(feeds.joined(D), *pairs, way.sigmoid, way.tanh)


def views(weights, z, tape):
    """What each step reads and writes, as arrays with the time in front."""
    H = tape.shape[1] // TAPE
    now, before = tape[:-1], z[:-1]
    n, update, reset = (now[:, k * H : (k + 1) * H] for k in range(1, 4))
    zr = now[:, 2 * H :]
    left, right = before[:, :-H], before[:, H:]  # [h; 1; x] and [1; x; r * h]
    pieces_n, pieces_zr = products.rows_for(weights.W_n, n), products.rows_for(weights.W_zr, zr)
    h_prev, rh, h = before[:, :H], before[:, -H:], z[1:, :H]
    return left, right, h_prev, rh, pieces_n, n, pieces_zr, zr, update, reset, h


def step(weights, left, right, h_prev, rh, pieces_n, n, pieces_zr, zr, z, r, h):
    """One step: from z = [h_prev; 1; x; .] to the h of the next z."""
    _, product_n, W_n, product_zr, W_zr, sigmoid, tanh = weights
    product_zr(W_zr, left, pieces_zr)  # eq-gru-a      (2H, B)
    sigmoid(zr)  # eq-gru-gates
    multiply(r, h_prev, rh)
    product_n(W_n, right, pieces_n)  # (H, B)
    tanh(n, n)  # eq-gru-n
    subtract(h_prev, n, h)
    multiply(h, z, h)
    add(h, n, h)  # eq-gru-h, as n + z (h_prev - n)


def keep(z, tape):
    """Complete the tape after a block of steps: h_prev."""
    H = tape.shape[1] // TAPE
    tape[:-1, :H] = z[:-1, :H]


def pack_back(params, B):
    """Weights for the way back: of the candidate, and of the two gates."""
    H = len(params.W_h)
    W_h = products.take(params.W_h, len(params.W_h), ORDER)
    return products.prepare(W_h[:, :H], B), products.prepare(W_h[:, H:], B)


def factors(tape, out):
    """All that the way back multiplies by: dh/dh_prev, dh/da_n, dh/da_z, drh/da_r, drh/dh_prev."""
    H = tape.shape[1] // TAPE
    one = out.dtype.type(1)
    h_prev, n, z, r = np.split(tape[:-1], TAPE, axis=1)
    by_z, by_n, by_gate, by_r, through_r = np.split(out, DA, axis=1)
    by_z[...] = z
    subtract(one, tape[:-1, 2 * H :], out[:, 2 * H : 4 * H])
    multiply(n, n, by_n)
    subtract(one, by_n, by_n)
    multiply(by_n, by_gate, by_n)  # (1 - z) (1 - n^2)
    subtract(h_prev, n, through_r)
    multiply(by_gate, z, by_gate)
    multiply(by_gate, through_r, by_gate)  # (h_prev - n) z (1 - z)
    multiply(by_r, r, by_r)
    multiply(by_r, h_prev, by_r)  # h_prev r (1 - r)
    through_r[...] = r


def back(weights, da, dout, dstate):
    """Steps back through a block: `da` holds the factors and is multiplied into gradients.

    `dstate` is moved from the block's end to its start.
    """
    (product_n, W_n), (product_zr, W_zr) = weights
    (dh,) = dstate
    n, _, B = da.shape
    H = len(dh)
    drh = np.empty_like(dh)
    pieces_rh, pieces = (a.reshape(*W.shape[:-1], B) for a, W in ((drh, W_n), (dh, W_zr)))
    blocks = da.reshape(n, DA, H, B)
    steps = (blocks[:, :3], blocks[:, 3:], blocks[:, 0], blocks[:, 1], blocks[:, 4])
    steps += (da[:, 2 * H : 4 * H], dout)
    for by_h, by_rh, z_dh, da_n, r_drh, da_zr, dout_t in zip(
        *(a[::-1] for a in steps), strict=True
    ):
        add(dh, dout_t, dh)  # eq-gru-dh
        multiply(dh, by_h, by_h)  # eq-gru-da-z, eq-gru-da-n, and z * dh
        product_n(W_n, da_n, pieces_rh)  # eq-gru-drh
        multiply(drh, by_rh, by_rh)  # eq-gru-da-r, and r * drh
        product_zr(W_zr, da_zr, pieces)
        add(dh, z_dh, dh)
        add(dh, r_drh, dh)  # eq-gru-dh-prev


def windows(H):
    """Which rows of da meet which rows of z in a gradient, as in the products of a step."""
    return (slice(0, H), slice(H, None)), (slice(H, None), slice(0, -H))


def recall(tape, t0, t1, h_first, out):
    """Fill the columns of h and of r * h in `out` (steps, B, F), which has a z in every row."""
    H = tape.shape[1] // TAPE
    h_prev, r = tape[t0:t1, :H], tape[t0:t1, 3 * H :]
    products.turn(h_prev, out[..., :H])
    products.turn(r * h_prev, out[..., -H:])


def unpack(dW, H):
    """Gradients in the layout of the parameters, from rows n z r and columns [h; 1; x; r * h]."""
    dW[:H, :H] = dW[:H, -H:]
    return Params(*products.unstack(dW[:, :-H], H, ORDER))
