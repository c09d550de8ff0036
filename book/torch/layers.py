"""Two layers in two directions over a padded batch: nn.GRU and rnncourse."""

import numpy as np
import torch
from torch.nn.utils import rnn as pad

from rnncourse import interop, layers

lengths, T, B, D, H = [5, 2, 4], 5, 3, 3, 4
x = np.random.default_rng(0).normal(size=(T, B, D))

torch.manual_seed(0)
network = torch.nn.GRU(
    D, H, num_layers=2, bidirectional=True, dtype=torch.float64
)
torch_x = torch.tensor(x, requires_grad=True)
packed = pad.pack_padded_sequence(torch_x, lengths, enforce_sorted=False)
packed_out, h_n = network(packed)
out, _ = pad.pad_packed_sequence(packed_out)  # (T, B, 2H)
out.sum().backward()

stack = interop.from_torch(network)  # a list of two layers
our_out, state, cache = layers.forward(stack, x, lengths)
dx, _, grads = layers.backward(stack, cache, np.ones_like(our_out))

ours = {
    "out": our_out,
    "h_n": np.stack(state),  # (4, B, H), in the order of the table
    "dx": dx,
    "dW_x of layer 1, backward": grads[1].backward.W_x,
}
theirs = {
    "out": out.detach().numpy(),
    "h_n": h_n.detach().numpy(),
    "dx": torch_x.grad.numpy(),
    "dW_x of layer 1, backward": network.weight_ih_l1_reverse.grad.numpy().T,
}
