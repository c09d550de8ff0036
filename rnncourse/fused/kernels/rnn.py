"""The simple RNN, feature first: two calls a step forward, three back."""

from typing import Any, NamedTuple

import numpy as np
from numpy import add, multiply, subtract

from rnncourse.fused.kernels import feeds, products, squash
from rnncourse.params import Params

TAPE = 1  # kept for each step: h_prev, in blocks of H rows
EXTRA = 0  # rows of z beyond [h; 1; x], in blocks of H
DA = 1  # blocks of a step back, made by `back`: da
KEPT = slice(0, 1)  # of these, the blocks that gradients of weights are made of: a
ORDER = [0]  # of the gate blocks


class Weights(NamedTuple):
    """What a step needs."""

    feed: Any
    product: Any
    W: np.ndarray  # (H, H + 1 + D)
    tanh: Any


def pack(params, B, ahead):
    """Weights for a batch of B sequences; x is joined to h in any case."""
    W_x, W_h, b = params
    D, H = len(W_x), len(W_h)
    tanh = squash.choose(W_x.dtype, H * B).tanh
    W = products.stack_rows((W_h, b, W_x), B, H, ORDER)
    return Weights(feeds.joined(D), *products.prepare(W, B), tanh)


def views(weights, z, tape):
    """What each step reads and writes, as arrays with the time in front."""
    H = tape.shape[1]
    return z[:-1], products.rows_for(weights.W, tape[:-1]), tape[:-1], z[1:, :H]


def step(weights, z, a_pieces, a, h):
    """One step: from z = [h_prev; 1; x] to the h of the next z."""
    _, product, W, tanh = weights
    product(W, z, a_pieces)  # eq-rnn-a      (H, B)
    tanh(a, h)  # eq-rnn-h


def keep(z, tape):
    """Complete the tape after a block of steps: h_prev in place of a."""
    tape[:] = z[:, : tape.shape[1]]


def pack_back(params, B):
    """Weights for the way back."""
    return products.prepare(params.W_h, B)


def factors(tape, out):
    """All that the way back multiplies by, for a block of steps: 1 - h^2."""
    h = tape[1:]
    multiply(h, h, out)
    subtract(out.dtype.type(1), out, out)


def back(weights, da, dout, dstate):
    """Steps back through a block: `da` holds the factors and is multiplied into gradients.

    `dstate` is moved from the block's end to its start.
    """
    product, W = weights
    (dh,) = dstate
    pieces = dh.reshape(*W.shape[:-1], -1)
    for da_t, dout_t in zip(da[::-1], dout[::-1], strict=True):
        add(dh, dout_t, dh)  # eq-rnn-dh
        multiply(dh, da_t, da_t)  # eq-rnn-da
        product(W, da_t, pieces)  # eq-rnn-dh-prev


def windows(H):
    """Which rows of da meet which rows of z in a gradient: all gates see all of [h; 1; x]."""
    return ((slice(None), slice(None)),)


def recall(tape, t0, t1, h_first, out):
    """Fill the columns of h in `out` (steps, B, F), which has a z in every row."""
    H = tape.shape[1]
    products.turn(tape[t0:t1], out[..., :H])


def unpack(dW, H):
    """Gradients in the layout of the parameters, from rows of da and columns [h; 1; x]."""
    return Params(*products.unstack(dW, H, ORDER))
