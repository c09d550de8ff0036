"""Seven steps of an LSTM: nn.LSTM, and rnncourse with the same weights."""

import numpy as np
import torch

from rnncourse import interop, lstm, unroll

T, B, D, H = 7, 2, 3, 4
x = np.random.default_rng(0).normal(size=(T, B, D))

torch.manual_seed(0)
network = torch.nn.LSTM(D, H, dtype=torch.float64)
out, (h_n, c_n) = network(torch.tensor(x))  # time first, as here

# weight_ih_l0 (4H, D) is our W_x, transposed; the blocks are i f g o
W_x = network.weight_ih_l0.detach().numpy().T
W_h = network.weight_hh_l0.detach().numpy().T
b = (network.bias_ih_l0 + network.bias_hh_l0).detach().numpy()
our_out, state, _ = unroll(lstm, lstm.Params(W_x, W_h, b), x)

(layer,) = interop.from_torch(network)  # the same in one line
assert np.array_equal(layer.forward.b, b)

ours = {"out": our_out, "h": state.h, "c": state.c}
theirs = {
    "out": out.detach().numpy(),
    "h": h_n[0].detach().numpy(),
    "c": c_n[0].detach().numpy(),
}
