"""PyTorch's answer for stacks of layers: torch.nn modules, packed sequences, autograd.

PyTorch is imported inside the functions, so that this file can be read without it. The weights
are put into the modules here, without `rnncourse.interop`: two judges, two ways.
"""

import numpy as np

from rnncourse import gru_reset_after, lstm, rnn
from rnncourse.params import sizes
from tests.layered import Answer

NAMES = {rnn: "RNN", lstm: "LSTM", gru_reset_after: "GRU"}


def module(net):
    """The torch.nn module of a net whose layers are all alike, with the net's weights."""
    import torch

    cell, ahead, back = net.layers[0]
    D, H = sizes(ahead)
    judge = getattr(torch.nn, NAMES[cell])(
        D,
        H,
        num_layers=len(net.layers),
        bidirectional=back is not None,
        dtype=torch.from_numpy(net.x).dtype,
    )
    with torch.no_grad():
        for k, layer in enumerate(net.layers):
            for weights, end in zip(layer[1:], ("", "_reverse"), strict=True):
                if weights is not None:
                    for name, value in _arrays(cell, weights).items():
                        getattr(judge, f"{name}_l{k}{end}").copy_(torch.from_numpy(value))
    return judge


def _arrays(cell, weights):
    """One direction's weights in torch's names; the recurrent bias is b_hn, or nothing."""
    b_hh = np.zeros_like(weights.b)
    if cell is gru_reset_after:
        b_hh[-len(weights.b_hn) :] = weights.b_hn
    return {
        "weight_ih": weights.W_x.T,
        "weight_hh": weights.W_h.T,
        "bias_ih": weights.b,
        "bias_hh": b_hh,
    }


def theirs(net):
    """The answer of PyTorch to a net that `module` can build."""
    import torch
    from torch.nn.utils import rnn as packing

    cell = net.layers[0].cell
    judge = module(net)
    x = torch.tensor(net.x, requires_grad=True)
    first, dlast = (
        [torch.tensor(part) for part in _stacked(cell, states)]
        for states in (net.state, net.dstate)
    )
    for part in first:
        part.requires_grad_()
    start = tuple(first) if cell is lstm else first[0]
    if net.lengths is None:
        out, last = judge(x, start)
    else:
        packed = packing.pack_padded_sequence(x, torch.tensor(net.lengths), enforce_sorted=False)
        out, last = judge(packed, start)
        out, _ = packing.pad_packed_sequence(out, total_length=len(net.x))
    last = last if cell is lstm else (last,)
    loss = (out * torch.tensor(net.dout)).sum()
    loss = loss + sum((part * d).sum() for part, d in zip(last, dlast, strict=True))
    loss.backward()
    return Answer(
        out.detach().numpy(),
        _states(cell, last),
        x.grad.numpy(),
        _states(cell, [part.grad for part in first]),
        _grads(cell, judge, net),
    )


def _stacked(cell, states):
    """[h_n] or [h_n, c_n], each (layers * directions, B, H)."""
    if cell is lstm:
        return [np.stack([s.h for s in states]), np.stack([s.c for s in states])]
    return [np.stack(states)]


def _states(cell, parts):
    """Back to one state for each layer and direction."""
    parts = [part.detach().numpy() for part in parts]
    return tuple(lstm.State(*s) if cell is lstm else s[0] for s in zip(*parts, strict=True))


def _grads(cell, judge, net):
    grads = []
    for k, layer in enumerate(net.layers):
        for weights, end in zip(layer[1:], ("", "_reverse"), strict=True):
            if weights is not None:
                names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
                W_x, W_h, b, b_hh = (
                    getattr(judge, f"{name}_l{k}{end}").grad.numpy().T for name in names
                )
                extra = (b_hh[-len(layer.forward.W_h) :],) if cell is gru_reset_after else ()
                grads.append(type(weights)(W_x, W_h, b, *extra))
    return tuple(grads)
