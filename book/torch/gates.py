"""Forget bias 1, and the Jacobian of 20 steps: nn.LSTM and rnncourse."""

import numpy as np
import torch

from rnncourse import gradients, interop, lstm

T, D, H = 20, 3, 4
x = np.random.default_rng(0).normal(size=(T, 1, D))

torch.manual_seed(0)
network = torch.nn.LSTM(D, H, dtype=torch.float64)
with torch.no_grad():  # two biases are added: set one, clear the other
    network.bias_ih_l0[H : 2 * H] = 1.0  # i f g o
    network.bias_hh_l0[H : 2 * H] = 0.0


def last_state(first):
    h, c = first[:H].view(1, 1, H), first[H:].view(1, 1, H)
    _, (h, c) = network(torch.tensor(x), (h, c))
    return torch.cat([h.flatten(), c.flatten()])


nothing = torch.zeros(2 * H, dtype=torch.float64)
jacobian = torch.autograd.functional.jacobian(last_state, nothing)

params = interop.from_torch(network)[0].forward
ours = {
    "bias": params.b,  # the forget gate's block is 1
    "jacobian": gradients.state_jacobian(lstm, params, x)[0],
}
both = network.bias_ih_l0 + network.bias_hh_l0
theirs = {"bias": both.detach().numpy(), "jacobian": jacobian.numpy()}
