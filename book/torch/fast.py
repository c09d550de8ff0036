"""A whole sequence forward and back: nn.LSTM and the fused kernels."""

import numpy as np
import torch

from rnncourse import fused, interop, lstm

rng = np.random.default_rng(0)
x, dout = rng.normal(size=(100, 4, 5)), rng.normal(size=(100, 4, 8))

torch.manual_seed(0)
network = torch.nn.LSTM(5, 8, dtype=torch.float64)
read = torch.tensor(x, requires_grad=True)
out, (h, c) = network(read)  # (T, B, H), and the last state
out.backward(torch.tensor(dout))

params = interop.from_torch(network)[0].forward
our_out, state, cache = fused.forward(lstm, params, x)
dx, _, grads = fused.backward(lstm, cache, dout)

ours = {
    "out": our_out,
    "c": state.c,
    "dx": dx,
    "dW_h": grads.W_h,
    "db": grads.b,
}
theirs = {
    "out": out.detach().numpy(),
    "c": c[0].detach().numpy(),
    "dx": read.grad.numpy(),
    "dW_h": network.weight_hh_l0.grad.numpy().T,
    "db": network.bias_ih_l0.grad.numpy(),
}
