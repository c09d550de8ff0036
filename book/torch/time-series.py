"""A GRU that forecasts at every step, its loss and its gradient, in PyTorch."""

import numpy as np
import torch
from torch import nn

from rnncourse import data, forecasting, gru_reset_after, head, interop, model

heart = data.ecg()[::3]
scaled = (heart - heart.mean()) / heart.std()
ahead, T, warm = 12, 60, 20
x = scaled[:600].reshape(10, T).T[..., None].copy()  # (T, B, 1)
y = scaled[ahead : 600 + ahead].reshape(10, T).T[..., None].copy()

torch.manual_seed(0)
network = nn.GRU(1, 16).double()
readout = nn.Linear(16, 1).double()
out, _ = network(torch.tensor(x))
made = readout(out)
loss = nn.functional.mse_loss(made[warm:], torch.tensor(y)[warm:])
loss.backward()

(layer,) = interop.from_torch(network)
W_y = readout.weight.detach().numpy().T.copy()
params = model.Params(
    layer.forward, head.Params(W_y, readout.bias.detach().numpy())
)
value, grads = forecasting.loss_and_grads(gru_reset_after, params, x, y, warm)

ours = {
    "forecast": forecasting.forecast(gru_reset_after, params, x[:, 0, 0]),
    "loss": np.array(value),
    "dW_h": grads.cell.W_h,
}
theirs = {
    "forecast": made[:, 0, 0].detach().numpy(),
    "loss": loss.detach().numpy(),
    "dW_h": network.weight_hh_l0.grad.numpy().T,
}
