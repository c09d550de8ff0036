"""Clipping by norm and by value: torch.nn.utils and ours."""

import numpy as np
import torch
from torch.nn import utils

from rnncourse import interop, optim, rnn, unroll, unroll_backward

T, B, D, H, LIMIT = 7, 2, 3, 4, 0.5
rng = np.random.default_rng(0)
x, dout = rng.normal(size=(T, B, D)), rng.normal(size=(T, B, H))

torch.manual_seed(0)
network = torch.nn.RNN(D, H, bias=False, dtype=torch.float64)
W_x, W_h = network.weight_ih_l0, network.weight_hh_l0


def fresh_gradient():
    """Leave the gradient of the weights in .grad."""
    network.zero_grad()
    network(torch.tensor(x))[0].backward(torch.tensor(dout))


fresh_gradient()
norm = utils.clip_grad_norm_([W_x, W_h], LIMIT).item()
by_norm = W_h.grad.numpy().T * (norm + 1e-6) / norm
fresh_gradient()
utils.clip_grad_value_([W_x, W_h], LIMIT)

params = interop.from_torch(network)[0].forward
_, _, caches = unroll(rnn, params, x)
grads = unroll_backward(rnn, params, caches, dout)[2][:2]  # no bias there
clipped, length = optim.clip_by_norm(grads, LIMIT)

ours = {
    "norm": length,
    "by norm": clipped[1],
    "by value": np.clip(grads[1], -LIMIT, LIMIT),
}
theirs = {"norm": norm, "by norm": by_norm, "by value": W_h.grad.numpy().T}
