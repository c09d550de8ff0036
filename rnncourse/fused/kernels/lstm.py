"""The LSTM, feature first: eight to fourteen calls a step forward, five back.

Gate blocks stand in the order g f i o behind c_prev, so that [c_prev; g] * [f; i] is one product.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy import add, multiply, subtract

from rnncourse.fused.kernels import products, squash
from rnncourse.params import Params

TAPE = 6  # kept for each step: c_prev, g, f, i, o, tanh_c, in blocks of H rows
EXTRA = 0  # rows of z beyond [h; 1; x], in blocks of H
DA = 6  # blocks of a step back, made by `back`: dc_prev, da_g, da_f, da_i, da_o, dc's share of dh
KEPT = slice(1, 5)  # of these, the blocks that gradients of weights are made of: g f i o
ORDER = [2, 1, 0, 3]  # i f g o to g f i o, and back


class Weights(NamedTuple):
    """What a step needs."""

    product: Any
    W: np.ndarray  # (4H, H + 1 + D), rows g f i o
    gates: Any
    tanh: Any
    terms: np.ndarray  # (2H, B) workspace
    kept: np.ndarray  # (H, B) the upper half of it
    new: np.ndarray  # (H, B) the lower half


def pack(params, B):
    """Weights for a batch of B sequences."""
    W_x, W_h, b = params
    H, dtype = len(W_h), W_x.dtype
    way = squash.choose(dtype, H * B)
    scales = [way.tanh_scale] + 3 * [way.sigmoid_scale]
    terms = np.empty((2 * H, B), dtype)
    product, W = products.prepare(products.stack_rows((W_h, b, W_x), B, H, ORDER, scales), B)
    return Weights(product, W, way.gates, way.tanh, terms, terms[:H], terms[H:])


def views(weights, z, tape):
    """What each step reads and writes, as arrays with the time in front."""
    H = tape.shape[1] // TAPE
    now, c_next = tape[:-1], tape[1:, :H]
    a, g, sigmoids = now[:, H : 5 * H], now[:, H : 2 * H], now[:, 2 * H : 5 * H]
    c_g, f_i, o = now[:, : 2 * H], now[:, 2 * H : 4 * H], now[:, 4 * H : 5 * H]
    pieces = products.rows_for(weights.W, a)
    return z[:-1], pieces, a, g, sigmoids, c_g, f_i, c_next, now[:, 5 * H :], o, z[1:, :H]


def step(weights, z, pieces, a, g, sigmoids, c_g, f_i, c, tanh_c, o, h):
    """One step: from z = [h_prev; 1; x] and c_prev to c and the h of the next z."""
    product, W, gates, tanh, terms, kept, new = weights
    product(W, z, pieces)  # eq-lstm-a      (4H, B)
    gates(a, g, sigmoids)  # eq-lstm-gates, eq-lstm-g
    multiply(c_g, f_i, terms)  # (2H, B): f * c_prev above, i * g below
    add(kept, new, c)  # eq-lstm-c
    tanh(c, tanh_c)
    multiply(o, tanh_c, h)  # eq-lstm-h


def keep(z, tape):
    """The steps have left everything on the tape."""


def pack_back(params, B):
    """Weights for the way back."""
    return products.prepare(products.take(params.W_h, len(params.W_h), ORDER), B)


def factors(tape, out):
    """All that the way back multiplies by, for a block of steps.

    A gradient da is dc or dh times a number that was known after the forward pass; `out` holds
    these numbers: dc/dc_prev, dc/da_g, dc/da_f, dc/da_i, dh/da_o, dh/dc.
    """
    H = tape.shape[1] // TAPE
    one = out.dtype.type(1)
    c_g, g, f, f_i, i, o, tanh_c = (
        tape[:-1, j * H : k * H]
        for j, k in ((0, 2), (1, 2), (2, 3), (2, 4), (3, 4), (4, 5), (5, 6))
    )
    by_c, by_g, by_fi, by_o, through_h = (
        out[:, j * H : k * H] for j, k in ((0, 1), (1, 2), (2, 4), (4, 5), (5, 6))
    )
    by_c[...] = f
    multiply(g, g, by_g)
    subtract(one, by_g, by_g)
    multiply(by_g, i, by_g)  # i (1 - g^2)
    subtract(one, f_i, by_fi)
    multiply(by_fi, f_i, by_fi)
    multiply(by_fi, c_g, by_fi)  # c_prev f (1 - f) above, g i (1 - i) below
    subtract(one, o, by_o)
    multiply(by_o, o, by_o)
    multiply(by_o, tanh_c, by_o)  # tanh_c o (1 - o)
    multiply(tanh_c, tanh_c, through_h)
    subtract(one, through_h, through_h)
    multiply(through_h, o, through_h)  # o (1 - tanh_c^2)


def back(weights, da, dout, dstate):
    """Steps back through a block: `da` holds the factors and is multiplied into gradients.

    `dstate` is moved from the block's end to its start.
    """
    product, W = weights
    dh, dc_first = dstate
    dc_next = dc_first
    n, _, B = da.shape
    H = len(dh)
    pieces = dh.reshape(*W.shape[:-1], B)
    blocks = da.reshape(n, DA, H, B)
    steps = (blocks[:, :4], blocks[:, 4:], blocks[:, 0], blocks[:, 5], da[:, H : 5 * H], dout)
    for by_c, by_h, dc_prev, dc, da_t, dout_t in zip(*(a[::-1] for a in steps), strict=True):
        add(dh, dout_t, dh)  # eq-lstm-dh
        multiply(dh, by_h, by_h)  # eq-lstm-da-o, and dh's share of dc
        add(dc, dc_next, dc)  # eq-lstm-dc
        multiply(dc, by_c, by_c)  # eq-lstm-dc-prev, eq-lstm-da-g, eq-lstm-da-f, eq-lstm-da-i
        product(W, da_t, pieces)  # eq-lstm-dh-prev
        dc_next = dc_prev
    dc_first[...] = dc_next


def recurrent_inputs(tape, t0, t1, h_first, out):
    """Fill `out` (steps, H, B) with what W_h saw; yield the blocks of KEPT it is multiplied by.

    h_prev is not on the tape: it is o * tanh_c of the step before.
    """
    H = tape.shape[1] // TAPE
    before = tape[max(t0 - 1, 0) : t1 - 1]
    multiply(before[:, 4 * H : 5 * H], before[:, 5 * H :], out[t1 - t0 - len(before) :])
    if t0 == 0:
        out[0] = h_first
    yield slice(0, 4)


def unpack(dW_x, dW_h, db):
    """Gradients in the layout of the parameters."""
    return Params(
        *(products.take(array, len(db) // len(ORDER), ORDER) for array in (dW_x, dW_h, db))
    )
