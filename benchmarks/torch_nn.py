"""`torch.nn.RNN`, `LSTM` and `GRU` with our weights.

A training step makes what ours makes: the gradients of the weights, of x and of the first state.
No module of PyTorch computes `gru`; the time of `torch.nn.GRU` stands beside it, without an answer.
"""

import numpy as np

from benchmarks.contender import Answer, Contender
from rnncourse import gru, gru_reset_after, lstm
from rnncourse.tree import leaves

NAMES = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU", "gru_reset_after": "GRU"}


def short_name(cell):
    """The name of a cell's module without its package."""
    return cell.__name__.rpartition(".")[2]


def has_form(cell):
    """Whether PyTorch computes this cell: not so for `gru`."""
    return cell is not gru


def weights(cell, params):
    """Our parameters in PyTorch's layout, by PyTorch's names, as NumPy arrays.

    The second bias is 0, apart from the part that the reset gate scales.
    """
    b_hh = np.zeros_like(params.b)
    if cell is gru_reset_after:
        b_hh[-len(params.b_hn) :] = params.b_hn
    arrays = (params.W_x.T, params.W_h.T, params.b, b_hh)
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    return {name: array.copy() for name, array in zip(names, arrays, strict=True)}


def load(module, cell, params, suffix="_l0"):
    """Write our parameters into a module of PyTorch."""
    import torch

    with torch.no_grad():
        for name, array in weights(cell, params).items():
            getattr(module, name + suffix).copy_(torch.from_numpy(array))


def torch_nn(problem, mode, threads):
    """Forward under inference_mode; a training step with autograd."""
    import torch

    cell, params, *_ = problem
    name = NAMES[short_name(cell)]
    D, H = params.W_x.shape[0], params.W_h.shape[0]
    module = getattr(torch.nn, name)(D, H, dtype=torch.from_numpy(problem.x).dtype)
    load(module, cell, params)
    x = torch.from_numpy(problem.x.copy())
    parts = [torch.from_numpy(part[None].copy()) for part in leaves(problem.state)]  # (1, B, H)
    state = tuple(parts) if cell is lstm else parts[0]

    if mode == "forward":

        def forward():
            with torch.inference_mode():
                return module(x, state)[0]

        return Contender(forward, (lambda out: Answer(out.numpy())) if has_form(cell) else None)

    dout = torch.from_numpy(problem.dout.copy())
    wanted = [x, *parts, *module.parameters()]
    for tensor in wanted:
        tensor.requires_grad_()

    def training():
        for tensor in wanted:
            tensor.grad = None
        out, _ = module(x, state)
        out.backward(dout)
        return out

    def read(out):
        dW_x, dW_h, db, db_hh = (weight.grad.numpy() for weight in module.parameters())
        grads = [dW_x.T, dW_h.T, db]
        if cell is gru_reset_after:
            grads.append(db_hh[-H:])
        dstate = tuple(part.grad[0].numpy() for part in parts)
        return Answer(out.detach().numpy(), x.grad.numpy(), dstate, tuple(grads))

    return Contender(training, read if has_form(cell) else None)
