"""One gradient of the adding problem: nn.GRU and rnncourse."""

import numpy as np
import torch

from rnncourse import gru_reset_after, head, interop, losses, model, tasks

T, B, H = 50, 8, 16
x, targets = tasks.adding_problem(np.random.default_rng(0), T, B)

torch.manual_seed(0)
network = torch.nn.GRU(2, H, dtype=torch.float64)
read_out = torch.nn.Linear(H, 1, dtype=torch.float64)
out, _ = network(torch.tensor(x))  # (T, B, H)
loss = torch.nn.functional.mse_loss(read_out(out[-1]), torch.tensor(targets))
loss.backward()

cell = interop.from_torch(network)[0].forward
W_y, b_y = (p.detach().numpy() for p in read_out.parameters())
params = model.Params(cell, head.Params(W_y.T, b_y))
value, grads, _ = model.loss_and_grads(
    gru_reset_after, params, x, targets, losses.squared_error, last_only=True
)

ours = {
    "loss": value,
    "dW_x": grads.cell.W_x,
    "dW_h": grads.cell.W_h,
    "dW_y": grads.head.W_y,
}
theirs = {
    "loss": loss.item(),
    "dW_x": network.weight_ih_l0.grad.numpy().T,
    "dW_h": network.weight_hh_l0.grad.numpy().T,
    "dW_y": read_out.weight.grad.numpy().T,
}
