"""The cells as course materials write them: a matrix and a bias for each gate, in plain NumPy.

Every gate has its own two products, the sigmoid is 1 / (1 + exp(-a)), and the backward pass adds
to every gate's gradients in every step. Same numbers as `unroll` and `unroll_backward`.
"""

import numpy as np

from benchmarks import naive_gru, naive_lstm, naive_rnn
from benchmarks.contender import Answer, Contender

FORMS = {
    "rnn": (naive_rnn, "h"),
    "lstm": (naive_lstm, "ifgo"),
    "gru": (naive_gru, "rzn"),
    "gru_reset_after": (naive_gru, "rzn"),
}


def split(cell, params):
    """The package's parameters as a dict of one matrix or bias a gate: W_xi, W_hi, b_i, ..."""
    gates = FORMS[_name(cell)][1]
    p = {}
    for field, array in zip(("W_x", "W_h", "b_"), params[:3], strict=True):
        for gate, block in zip(gates, np.split(array, len(gates), axis=-1), strict=True):
            p[field + gate] = block.copy()
    if "b_hn" in params._fields:
        p["b_hn"] = params.b_hn.copy()
    return p


def merge(cell, p):
    """The way back, for gradients: arrays in the order of the cell's parameters."""
    gates = FORMS[_name(cell)][1]
    arrays = [
        np.concatenate([p[field + gate] for gate in gates], axis=-1)
        for field in ("W_x", "W_h", "b_")
    ]
    return (*arrays, p["b_hn"]) if "b_hn" in p else tuple(arrays)


def naive(problem, mode, threads):
    """Loops over gates and steps, one array operation after the other."""
    cell, params, x, state, dout = problem
    form = FORMS[_name(cell)][0]
    p = split(cell, params)

    def forward():
        return form.forward(p, x, state)[0]

    def training():
        out, cache = form.forward(p, x, state)
        return out, *form.backward(p, cache, dout)

    if mode == "forward":
        return Contender(forward, Answer)

    def read(result):
        out, dx, dstate, grads = result
        return Answer(out, dx, dstate, merge(cell, grads))

    return Contender(training, read)


def _name(cell):
    return cell.__name__.rpartition(".")[2]
