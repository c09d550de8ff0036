"""All gradients of a simple RNN: autograd and unroll_backward."""

import numpy as np
import torch

from rnncourse import interop, rnn, unroll, unroll_backward

T, B, D, H = 7, 2, 3, 4
rng = np.random.default_rng(0)
x, dout = rng.normal(size=(T, B, D)), rng.normal(size=(T, B, H))

torch.manual_seed(0)
network = torch.nn.RNN(D, H, dtype=torch.float64)
rows = torch.tensor(x, requires_grad=True)
start = torch.zeros(1, B, H, dtype=torch.float64, requires_grad=True)
out, _ = network(rows, start)
out.backward(torch.tensor(dout))  # what comes from above, at every step

params = interop.from_torch(network)[0].forward
_, _, caches = unroll(rnn, params, x)
dx, dstate, grads = unroll_backward(rnn, params, caches, dout)

ours = {"dx": dx, "dh_0": dstate, **grads._asdict()}
theirs = {
    "dx": rows.grad.numpy(),
    "dh_0": start.grad.numpy()[0],
    "W_x": network.weight_ih_l0.grad.numpy().T,
    "W_h": network.weight_hh_l0.grad.numpy().T,
    "b": network.bias_ih_l0.grad.numpy(),
}
