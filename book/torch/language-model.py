"""Truncated backpropagation through time over streams, with detach()."""

import numpy as np
import torch

from rnncourse import gru_reset_after, head, interop, language, losses, model

rng = np.random.default_rng(0)
V, H = 6, 5
rows = np.eye(V)
batches = language.streams(rng.integers(0, V, 60), B=2, T=7)

cell = torch.nn.GRU(V, H, dtype=torch.float64)
read_out = torch.nn.Linear(H, V, dtype=torch.float64)
W_y, b_y = (p.detach().numpy().copy() for p in read_out.parameters())
params = model.Params(
    interop.from_torch(cell)[0].forward, head.Params(W_y.T.copy(), b_y)
)

ours, theirs = {}, {}
state, h = None, None
for k, (symbols, following) in enumerate(batches):
    ours[f"loss {k}"], grads, state = model.loss_and_grads(
        gru_reset_after,
        params,
        rows[symbols],
        following,
        losses.cross_entropy,
        state,
    )
    ours[f"dW_h {k}"] = grads.cell.W_h

    cell.zero_grad()
    out, h = cell(torch.tensor(rows[symbols]), h)
    h = h.detach()  # the state goes on, the gradient does not
    loss = torch.nn.functional.cross_entropy(
        read_out(out).flatten(0, 1), torch.tensor(following).flatten()
    )
    loss.backward()
    theirs[f"loss {k}"] = loss.item()
    theirs[f"dW_h {k}"] = cell.weight_hh_l0.grad.numpy().T.copy()
