"""Parity by signed factors, and one attention read: here and in PyTorch."""

import numpy as np
import torch

from rnncourse import scan

rng = np.random.default_rng(0)
bits = rng.integers(0, 2, 50)
a = np.where(bits == 1, -1.0, 1.0)

T, H = 12, 4
q, K, S = (
    rng.normal(size=(3, H)),
    rng.normal(size=(T, H)),
    rng.normal(size=(T, H)),
)
scores = q @ K.T / np.sqrt(H)
p = np.exp(scores - scores.max(axis=1, keepdims=True))
ours = {
    "parity": scan.scan(a, np.zeros(50), np.array(1.0)),
    "read": p / p.sum(axis=1, keepdims=True) @ S,
}

h, states = torch.tensor(1.0, dtype=torch.float64), []
for a_t in torch.tensor(a):
    h = a_t * h
    states.append(h)
read = torch.nn.functional.scaled_dot_product_attention(
    *(torch.tensor(part)[None] for part in (q, K, S))
)
theirs = {"parity": torch.stack(states).numpy(), "read": read[0].numpy()}
