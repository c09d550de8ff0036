"""PyTorch's answers in our layout. Used live by the parity tests and to make `tests/data`.

`rnn`, `lstm` and `gru_reset_after` are judged by torch's own modules. No torch module computes
`gru`; its judge is autograd over the three printed equations.
"""

import numpy as np
import torch

from rnncourse import gru, gru_reset_after, lstm, rnn
from rnncourse.params import sizes
from rnncourse.tree import leaves, tree_map
from tests.answer import Answer

MODULES = {rnn: torch.nn.RNN, lstm: torch.nn.LSTM, gru_reset_after: torch.nn.GRU}


def theirs(problem):
    """The answer of PyTorch."""
    cell, params, x, state, dout, dstate = tree_map(_tensor, problem)
    forward = _forward_gru if cell is gru else _forward_module
    out, last = forward(cell, params, x, state)
    loss = (out * dout).sum() + sum(
        (part * dpart).sum() for part, dpart in zip(leaves(last), leaves(dstate), strict=True)
    )
    loss.backward()
    return Answer(
        _array(out),
        tuple(map(_array, leaves(last))),
        _array(x.grad),
        tuple(_array(part.grad) for part in leaves(state)),
        tuple(_array(weights.grad) for weights in params),
    )


def _tensor(value):
    return torch.tensor(value, requires_grad=True) if isinstance(value, np.ndarray) else value


def _array(tensor):
    return tensor.detach().numpy()


def _forward_gru(cell, params, x, h):
    W_x, W_h, b = params
    H = len(W_h)
    W_xr, W_xz, W_xn = W_x.split(H, dim=1)
    W_hr, W_hz, W_hn = W_h.split(H, dim=1)
    b_r, b_z, b_n = b.split(H)
    out = []
    for x_t in x:
        r = torch.sigmoid(x_t @ W_xr + h @ W_hr + b_r)
        z = torch.sigmoid(x_t @ W_xz + h @ W_hz + b_z)
        n = torch.tanh(x_t @ W_xn + (r * h) @ W_hn + b_n)
        h = (1 - z) * n + z * h
        out.append(h)
    return torch.stack(out), h


def _forward_module(cell, params, x, state):
    """Run torch.nn with weights that are functions of ours, so that gradients reach ours."""
    D, H = sizes(params)
    module = MODULES[cell](D, H, dtype=x.dtype)
    b_hh = torch.zeros_like(params.b)
    if cell is gru_reset_after:
        b_hh = torch.cat([torch.zeros(2 * H, dtype=x.dtype), params.b_hn])
    weights = {
        "weight_ih_l0": params.W_x.T,
        "weight_hh_l0": params.W_h.T,
        "bias_ih_l0": params.b,
        "bias_hh_l0": b_hh,
    }
    first = tuple(part[None] for part in state) if cell is lstm else state[None]
    out, last = torch.func.functional_call(module, weights, (x, first))
    return out, lstm.State(last[0][0], last[1][0]) if cell is lstm else last[0]
