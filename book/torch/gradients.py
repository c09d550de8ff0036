"""The Jacobian of a sequence, d state_T / d state_0: autograd and ours."""

import numpy as np
import torch
from torch.autograd.functional import jacobian

from rnncourse import gradients, interop, rnn

T, B, D, H = 30, 1, 3, 5
x = np.random.default_rng(0).normal(size=(T, B, D))

torch.manual_seed(0)
network = torch.nn.RNN(D, H, dtype=torch.float64)


def last_state(first):
    """The state after T steps, as a function of the first: H to H."""
    return network(torch.tensor(x), first[None, None])[1][0, 0]


J = jacobian(last_state, torch.zeros(H, dtype=torch.float64))

params = interop.from_torch(network)[0].forward
ours = {
    "jacobian": gradients.state_jacobian(rnn, params, x)[0],
    "flow": gradients.flow(rnn, params, x)[0],
}
theirs = {
    "jacobian": J.numpy(),
    "flow": torch.linalg.matrix_norm(J, 2).item(),
}
