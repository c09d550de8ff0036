"""Ten steps of momentum and of Adam: torch.optim and rnncourse."""

import numpy as np
import torch

from rnncourse import optim

rng = np.random.default_rng(0)
start, gradients = rng.normal(size=(3, 4)), rng.normal(size=(10, 3, 4))


def with_torch(optimiser, **options):
    weights = torch.tensor(start, requires_grad=True)
    steps = optimiser([weights], **options)
    for gradient in gradients:
        weights.grad = torch.tensor(gradient)
        steps.step()
    return weights.detach().numpy()


def with_rnncourse(optimiser, lr):
    weights, state = start, None
    for gradient in gradients:
        weights, state = optimiser(weights, gradient, state, lr=lr)
    return weights


ours = {
    "momentum": with_rnncourse(optim.momentum, lr=0.1),
    "adam": with_rnncourse(optim.adam, lr=0.01),
}
theirs = {
    "momentum": with_torch(torch.optim.SGD, lr=0.1, momentum=0.9),
    "adam": with_torch(torch.optim.Adam, lr=0.01),
}
