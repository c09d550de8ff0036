"""Utterances of unequal length, packed, through PyTorch's GRU."""

import numpy as np
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence

from rnncourse import at_end, data, gru_reset_after, head, interop, model

frames, digit, _ = data.spoken_digits()
few = [part / 100 for part in frames[:8]]
classes = digit[:8]

torch.manual_seed(0)
network = nn.GRU(13, 32).double()
readout = nn.Linear(32, 10).double()
lengths = torch.tensor([len(part) for part in few])
x = pad_sequence([torch.tensor(part) for part in few])  # (T, B, D)
packed = pack_padded_sequence(x, lengths, enforce_sorted=False)
_, h_n = network(packed)  # (1, B, H): each where its sequence ends
scores = readout(h_n[-1])
loss = nn.functional.cross_entropy(scores, torch.tensor(classes))
loss.backward()

(layer,) = interop.from_torch(network)
W_y = readout.weight.detach().numpy().T.copy()
params = model.Params(
    layer.forward, head.Params(W_y, readout.bias.detach().numpy())
)
x, lengths = at_end.pad(few)
value, grads = at_end.loss_and_grads(
    gru_reset_after, params, x, lengths, classes
)

ours = {
    "scores": at_end.predict(gru_reset_after, params, x, lengths),
    "loss": np.array(value),
    "dW_h": grads.cell.W_h,
}
theirs = {
    "scores": scores.detach().numpy(),
    "loss": loss.detach().numpy(),
    "dW_h": network.weight_hh_l0.grad.numpy().T,
}
