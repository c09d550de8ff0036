"""Jacobian, weight gradient, softmax gradient: autograd and by hand."""

import numpy as np
import torch
from torch.autograd.functional import jacobian

rng = np.random.default_rng(0)
x, W, b = rng.normal(size=(5, 3)), rng.normal(size=(3, 4)), rng.normal(size=4)
classes = np.array([0, 3, 1, 1, 2])

# By hand: forward, then back.
y = x @ W + b
p = np.exp(y) / np.exp(y).sum(axis=1, keepdims=True)
dy = (p - np.eye(4)[classes]) / len(x)
h = np.tanh(x[0] @ W)

layer = torch.nn.Linear(3, 4, dtype=torch.float64)
with torch.no_grad():
    layer.weight.copy_(torch.tensor(W.T))  # (outputs, inputs)
    layer.bias.copy_(torch.tensor(b))
rows = torch.tensor(x, requires_grad=True)
scores = layer(rows)
torch.nn.functional.cross_entropy(scores, torch.tensor(classes)).backward()

ours = {
    "dx": dy @ W.T,
    "dW": x.T @ dy,
    "db": dy.sum(axis=0),
    "J": np.diag(1 - h**2) @ W.T,
}
theirs = {
    "dx": rows.grad.numpy(),
    "dW": layer.weight.grad.numpy().T,
    "db": layer.bias.grad.numpy(),
    "J": jacobian(
        lambda r: torch.tanh(r @ torch.tensor(W)), torch.tensor(x[0])
    ).numpy(),
}
