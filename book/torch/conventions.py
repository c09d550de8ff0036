"""Two layers, two directions: whose h_n is which, and weights both ways."""

import numpy as np
import torch

from rnncourse import interop, layers

T, B, D, H = 6, 2, 3, 4
rng = np.random.default_rng(0)
x = rng.normal(size=(T, B, D))
torch.manual_seed(0)
ours, theirs = {}, {}

for kind in (torch.nn.RNN, torch.nn.LSTM, torch.nn.GRU):
    module = kind(D, H, num_layers=2, bidirectional=True, dtype=torch.float64)
    with torch.no_grad():
        output, last = module(torch.tensor(x))
        h_n, c_n = last if kind is torch.nn.LSTM else (last, None)

    network = interop.from_torch(module)
    out, state, _ = layers.forward(network, x)
    name = kind.__name__
    ours[f"{name} output"], theirs[f"{name} output"] = out, output.numpy()
    theirs[f"{name} h_n"] = h_n.numpy()
    if c_n is None:
        ours[f"{name} h_n"] = np.stack(state)
    else:
        ours[f"{name} h_n"] = np.stack([s.h for s in state])
        ours[f"{name} c_n"] = np.stack([s.c for s in state])
        theirs[f"{name} c_n"] = c_n.numpy()

    # And back: the same outputs from a module made of our weights.
    with torch.no_grad():
        again, _ = interop.to_torch(network)(torch.tensor(x))
    ours[f"{name} back"], theirs[f"{name} back"] = again.numpy(), output.numpy()
