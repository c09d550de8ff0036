"""Minimal GRU and LRU: whole sequences by scans, against loops and autograd."""

import numpy as np
import torch

from rnncourse import lru, mingru

rng = np.random.default_rng(0)
T, B, D, H, V = 9, 2, 3, 4, 5
x, dh = rng.normal(size=(T, B, D)), rng.normal(size=(T, B, H))
dy = rng.normal(size=(T, B, V))
gru_params = mingru.init_params(rng, D, H)
lru_params = lru.init_params(rng, D, H, V)

out, _, cache = mingru.forward(gru_params, x)
dx, _, grads = mingru.backward(gru_params, cache, dh)
y, _, cache = lru.forward(lru_params, x)
_, _, lru_grads = lru.backward(lru_params, cache, dy)
ours = {"h": out, "dx": dx, "dW_x": grads.W_x, "y": y}
ours |= {f"d{name}": dq for name, dq in lru_grads._asdict().items()}


def leaf(array):
    return torch.tensor(array, requires_grad=True)


# nn.Linear stores (outputs, inputs); both gates are one layer.
layer = torch.nn.Linear(D, 2 * H, dtype=torch.float64)
with torch.no_grad():
    layer.weight.copy_(torch.tensor(gru_params.W_x.T))
    layer.bias.copy_(torch.tensor(gru_params.b))
their_x, h, states = leaf(x), torch.zeros(B, H, dtype=torch.float64), []
for x_t in their_x:
    a_z, n = layer(x_t).chunk(2, dim=-1)
    h = torch.lerp(n, h, torch.sigmoid(a_z))
    states.append(h)
(torch.stack(states) * torch.tensor(dh)).sum().backward()

theirs = {name: leaf(array) for name, array in lru_params._asdict().items()}
nu, theta, gamma, x_re, x_im, y_re, y_im, skip = theirs.values()
factor = torch.exp(torch.complex(-torch.exp(nu), torch.exp(theta)))
s, outputs = torch.zeros(B, H, dtype=torch.complex128), []
for x_t in torch.tensor(x):
    s = factor * s + torch.exp(gamma) * torch.complex(x_t @ x_re, x_t @ x_im)
    outputs.append((s @ torch.complex(y_re, y_im)).real + x_t @ skip)
(torch.stack(outputs) * torch.tensor(dy)).sum().backward()
theirs = {f"d{name}": weights.grad.numpy() for name, weights in theirs.items()}
theirs |= {
    "h": torch.stack(states).detach().numpy(),
    "dx": their_x.grad.numpy(),
    "dW_x": layer.weight.grad.numpy().T,
    "y": torch.stack(outputs).detach().numpy(),
}
