"""a0_start solved with a class for the neuron; the cache is an object."""

import numpy as np


# %% weighted-sums
def weighted_sums(x, w, b):
    return np.einsum("bd,d->b", x, w) + b


# %% scale-rows
def scale_rows(x, s):
    return (x.T * s).T


# %% neuron
class Neuron:
    def __init__(self, w, b):
        self.w, self.b = w, b

    def __call__(self, x):
        return np.tanh(weighted_sums(x, self.w, self.b))

    def back(self, dy, x, y=None):
        y = self(x) if y is None else y
        da = dy - dy * y**2
        return np.outer(da, self.w), da @ x, np.sum(da)


def neuron(x, w, b):
    return Neuron(w, b)(x)


# %% neuron-backward
def neuron_backward(dy, x, w, y):
    return Neuron(w, None).back(dy, x, y)


# %% difference
class Comparison:
    def __init__(self, neuron, u, v):
        self.neuron, self.u, self.v = neuron, u, v
        self.y = neuron(u) - neuron(v)

    def back(self, dy):
        du, dw, db = self.neuron.back(dy, self.u)
        dv, dw_v, db_v = self.neuron.back(dy, self.v)
        return du, -dv, dw - dw_v, db - db_v


def difference(u, v, w, b):
    comparison = Comparison(Neuron(w, b), u, v)
    return comparison.y, comparison


# %% difference-backward
def difference_backward(dy, cache):
    return cache.back(dy)


# %% mean-loss
def mean_loss(y, t):
    return np.linalg.norm(y - t) ** 2 / (2 * len(y)), np.divide(y - t, len(y))


# %% descend
def descend(u, v, t, w, b, rate):
    comparison = Comparison(Neuron(w, b), u, v)
    _, _, dw, db = comparison.back((comparison.y - t) / len(t))
    return w - rate * dw, b - rate * db
