"""One-hot rows, pieces of a series, and a running mean as a convolution."""

import numpy as np
import torch
from torch.nn import functional

from rnncourse import data

text = data.moby_dick()
symbols = data.alphabet(text)
ids, V, T = data.encode(text[:1000], symbols), len(symbols), 50
heart = data.ecg()[:720]
keep = 0.9


def running_mean(x):
    """s = keep * s + (1 - keep) * x, from zero."""
    states, s = [], 0.0
    for x_t in x:
        s = keep * s + (1 - keep) * x_t
        states.append(s)
    return np.array(states)


series = torch.tensor(ids)
pieces = series.unfold(0, T, T).T  # (T, B): time first
weights = (1 - keep) * keep ** torch.arange(len(heart), dtype=torch.float64)
padded = functional.pad(torch.tensor(heart), (len(heart) - 1, 0))
smooth = functional.conv1d(padded[None, None], weights.flip(0)[None, None])

ours = {
    "pieces": data.windows(ids, T).astype(float),
    "one-hot": data.one_hot(ids, V),
    "running mean": running_mean(heart),
}
theirs = {
    "pieces": pieces.double().numpy(),
    "one-hot": functional.one_hot(series, V).double().numpy(),
    "running mean": smooth[0, 0].numpy(),
}
