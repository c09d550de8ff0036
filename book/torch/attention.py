"""Dot-product attention over sources of unequal length, with gradients."""

import numpy as np
import torch
from torch.nn.functional import scaled_dot_product_attention

from rnncourse import attention

rng = np.random.default_rng(0)
query, states = rng.normal(size=(5, 3, 4)), rng.normal(size=(6, 3, 4))
lengths, dcontext = np.array([6, 1, 4]), rng.normal(size=(5, 3, 4))

context, cache = attention.forward(query, states, lengths)
dquery, dstates = attention.backward(cache, dcontext)
ours = {"context": context, "dquery": dquery, "dstates": dstates}

h = torch.tensor(query, requires_grad=True)
e = torch.tensor(states, requires_grad=True)
real = torch.tensor(np.arange(6) < lengths[:, None])[:, None]  # (B, 1, S)
keys = e.transpose(0, 1)  # batch first
read = scaled_dot_product_attention(
    h.transpose(0, 1), keys, keys, attn_mask=real, scale=1.0
).transpose(0, 1)
read.backward(torch.tensor(dcontext))
theirs = {
    "context": read.detach().numpy(),
    "dquery": h.grad.numpy(),
    "dstates": e.grad.numpy(),
}
