"""Truncated gradient in pieces: .detach() and fused.truncated."""

import numpy as np
import torch

from rnncourse import fused, interop, rnn

T, B, D, H, PIECE = 20, 2, 3, 4, 8
rng = np.random.default_rng(0)
x = rng.normal(size=(T, B, D))

torch.manual_seed(0)
network = torch.nn.RNN(D, H, dtype=torch.float64)
state, total = None, 0.0
for piece in torch.split(torch.tensor(x), PIECE):
    out, state = network(piece, state)
    loss = 0.5 * (out**2).sum()
    loss.backward()  # adds to .grad
    total += loss.item()
    state = state.detach()  # the numbers go on, the graph ends here


def half_square(out, start):
    return 0.5 * np.sum(out**2), out


params = interop.from_torch(network)[0].forward
value, grads, last = fused.truncated(rnn, params, x, half_square, PIECE)

ours = {"loss": value, "state": last, **grads._asdict()}
theirs = {
    "loss": total,
    "state": state.numpy()[0],
    "W_x": network.weight_ih_l0.grad.numpy().T,
    "W_h": network.weight_hh_l0.grad.numpy().T,
    "b": network.bias_ih_l0.grad.numpy(),
}
