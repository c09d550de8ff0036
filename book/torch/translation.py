"""Encoder, decoder, masked loss: PyTorch's modules with our weights."""

import numpy as np
import torch
from torch.nn.utils.rnn import pack_padded_sequence

from rnncourse import gru_reset_after, head, interop, translate

rng = np.random.default_rng(0)
lengths, told = np.array([3, 5, 1]), np.array([4, 2, 6])
source = np.eye(4)[rng.integers(0, 4, (5, 3))]  # (S, B, D)
given = np.eye(6)[rng.integers(0, 6, (6, 3))]  # (T, B, V)
targets = rng.integers(0, 6, (6, 3))
mask = np.arange(6)[:, None] < told

encoder = torch.nn.GRU(4, 7, dtype=torch.float64)
decoder = torch.nn.GRU(6, 7, dtype=torch.float64)
read_out = torch.nn.Linear(7, 6, dtype=torch.float64)
packed = pack_padded_sequence(
    torch.tensor(source), lengths, enforce_sorted=False
)
_, last = encoder(packed)
out, _ = decoder(torch.tensor(given), last)
marked = torch.tensor(np.where(mask, targets, -100))  # -100 is left out
loss = torch.nn.functional.cross_entropy(
    read_out(out).flatten(0, 1), marked.flatten()
)
loss.backward()
theirs = {
    "loss": loss.detach().numpy(),
    "encoder": encoder.weight_ih_l0.grad.numpy().T,
    "decoder": decoder.weight_hh_l0.grad.numpy().T,
    "read-out": read_out.weight.grad.numpy().T,
}

W_y, b_y = (p.detach().numpy() for p in read_out.parameters())
params = translate.Params(
    interop.from_torch(encoder)[0].forward,
    interop.from_torch(decoder)[0].forward,
    head.Params(W_y.T.copy(), b_y.copy()),
)
batch = translate.Batch(source, lengths, given, targets, mask)
value, grads = translate.loss_and_grads(gru_reset_after, params, batch)
ours = {
    "loss": np.array(value),
    "encoder": grads.encoder.W_x,
    "decoder": grads.decoder.W_h,
    "read-out": grads.head.W_y,
}
