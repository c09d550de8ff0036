"""The LSTM, feature first: eight to fourteen calls a step forward, five back.

Gate blocks stand in the order g f i o behind c_prev, so that [c_prev; g] * [f; i] is one product.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy import add, multiply, subtract

from rnncourse.fused.kernels import feeds, products, squash
from rnncourse.params import Params

TAPE = 6  # kept for each step: c_prev, g, f, i, o, tanh_c, in blocks of H rows
EXTRA = 0  # rows of z beyond [h; 1; x], in blocks of H
DA = 6  # blocks of a step back, made by `back`: dc_prev, da_g, da_f, da_i, da_o, dc's share of dh
KEPT = slice(1, 5)  # of these, the blocks that gradients of weights are made of: g f i o
ORDER = [2, 1, 0, 3]  # i f g o to g f i o, and back
LARGE = 2**14  # weights of x: more do not stay in the fastest cache from step to step


class Weights(NamedTuple):
    """What a step needs."""

    feed: Any
    product: Any
    W: np.ndarray  # (4H, H + 1 + D), or (4H, H) when x goes ahead; rows g f i o
    gates: Any
    tanh: Any
    terms: np.ndarray  # (2H, B) workspace
    kept: np.ndarray  # (H, B) the upper half of it
    new: np.ndarray  # (H, B) the lower half


def pack(params, B, ahead):
    """Weights for a batch of B sequences.

    `ahead` lets x go ahead where it saves time: a product with one vector takes as long as its
    weights take to arrive, so those of x are better read once for many steps.
    """
    W_x, W_h, b = params
    (D, H), dtype = (len(W_x), len(W_h)), W_x.dtype
    way = squash.choose(dtype, H * B)
    scales = [way.tanh_scale] + 3 * [way.sigmoid_scale]
    terms = np.empty((2 * H, B), dtype)
    if ahead and B == 1 and W_x.size >= LARGE:
        feed = feeds.ahead(W_x, b, B, H, ORDER, scales)
        W = products.stack_rows((W_h,), B, H, ORDER, scales)
    else:
        feed = feeds.joined(D)
        W = products.stack_rows((W_h, b, W_x), B, H, ORDER, scales)
    return Weights(feed, *products.prepare(W, B), way.gates, way.tanh, terms, terms[:H], terms[H:])


def views(weights, z, tape):
    """What each step reads and writes, as arrays with the time in front."""
    H = tape.shape[1] // TAPE
    now, c_next, before = tape[:-1], tape[1:, :H], z[:-1]
    read, from_x = before, len(before) * [None]
    if weights.W.shape[-1] == H:  # x went ahead
        read, from_x = before[:, :H], before[:, H + 1 :]
    a, g, sigmoids = now[:, H : 5 * H], now[:, H : 2 * H], now[:, 2 * H : 5 * H]
    c_g, f_i, o = now[:, : 2 * H], now[:, 2 * H : 4 * H], now[:, 4 * H : 5 * H]
    pieces, h = products.rows_for(weights.W, a), z[1:, :H]
    return read, from_x, pieces, a, g, sigmoids, c_g, f_i, c_next, now[:, 5 * H :], o, h


def step(weights, read, from_x, pieces, a, g, sigmoids, c_g, f_i, c, tanh_c, o, h):
    """One step: from z = [h_prev; 1; x] and c_prev to c and the h of the next z."""
    _, product, W, gates, tanh, terms, kept, new = weights
    product(W, read, pieces)  # eq-lstm-a      (4H, B)
    if from_x is not None:
        add(a, from_x, a)
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
    c_g, g, f, f_i, i, o, tanh_c = (
        tape[:-1, j * H : k * H]
        for j, k in ((0, 2), (1, 2), (2, 3), (2, 4), (3, 4), (4, 5), (5, 6))
    )
    by_c, by_g, by_fi, by_i, by_o, through_h, spare = (
        out[:, j * H : k * H] for j, k in ((0, 1), (1, 2), (2, 4), (3, 4), (4, 5), (5, 6), (4, 6))
    )
    by_c[...] = f
    multiply(c_g, f_i, by_fi)  # f c_prev above, i g below
    multiply(by_i, g, by_g)
    subtract(i, by_g, by_g)  # i - i g^2
    multiply(by_fi, f_i, spare)
    subtract(by_fi, spare, by_fi)  # f c_prev (1 - f) above, i g (1 - i) below
    multiply(o, tanh_c, through_h)  # h
    multiply(through_h, o, by_o)
    subtract(through_h, by_o, by_o)  # h (1 - o)
    multiply(through_h, tanh_c, through_h)
    subtract(o, through_h, through_h)  # o - o tanh_c^2


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


def windows(H):
    """Which rows of da meet which rows of z in a gradient: all gates see all of [h; 1; x]."""
    return ((slice(None), slice(None)),)


def recall(tape, t0, t1, h_first, out):
    """Fill the columns of h in `out` (steps, B, F), which has a z in every row.

    h_prev is not on the tape: it is o * tanh_c of the step before.
    """
    H = tape.shape[1] // TAPE
    before = tape[max(t0 - 1, 0) : t1 - 1]
    h = before[:, 4 * H : 5 * H] * before[:, 5 * H :]
    products.turn(h, out[t1 - t0 - len(h) :, :, :H])
    if t0 == 0:
        out[0, :, :H] = h_first.T


def unpack(dW, H):
    """Gradients in the layout of the parameters, from rows g f i o and columns [h; 1; x]."""
    return Params(*products.unstack(dW, H, ORDER))
