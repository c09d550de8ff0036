"""One LSTM step backward: autograd on nn.LSTMCell, and step_backward."""

import numpy as np
import torch

from rnncourse import interop, lstm

B, D, H = 2, 3, 4
rng = np.random.default_rng(0)
x = rng.normal(size=(B, D))
h, c, dh, dc = rng.normal(size=(4, B, H))

torch.manual_seed(0)
cell = torch.nn.LSTMCell(D, H, dtype=torch.float64)
tx, th, tc = (torch.tensor(part, requires_grad=True) for part in (x, h, c))
new_h, new_c = cell(tx, (th, tc))
loss = (torch.tensor(dh) * new_h + torch.tensor(dc) * new_c).sum()
loss.backward()

params = interop.from_torch(cell)[0].forward
_, _, cache = lstm.step(params, x, lstm.State(h, c))
dx, dstate, grads = lstm.step_backward(
    params, cache, dout=np.zeros((B, H)), dstate=lstm.State(dh, dc)
)

ours = {
    "dx": dx,
    "dh_prev": dstate.h,
    "dc_prev": dstate.c,
    "dW_x": grads.W_x,
    "dW_h": grads.W_h,
    "db": grads.b,
}
theirs = {
    "dx": tx.grad.numpy(),
    "dh_prev": th.grad.numpy(),
    "dc_prev": tc.grad.numpy(),
    "dW_x": cell.weight_ih.grad.numpy().T,
    "dW_h": cell.weight_hh.grad.numpy().T,
    "db": cell.bias_ih.grad.numpy(),  # each of its two biases gets this
}
