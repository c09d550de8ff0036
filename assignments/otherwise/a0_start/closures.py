"""a0_start solved with closures: each forward pass hands back its own backward pass."""

import numpy as np


# %% weighted-sums
def weighted_sums(x, w, b):
    return np.sum(x * w, axis=1) + b


# %% scale-rows
def scale_rows(x, s):
    return np.diag(s) @ x


# %% neuron
def with_way_back(x, w, b):
    y = np.tanh(np.dot(x, w) + b)

    def back(dy):
        da = dy * (1 - y) * (1 + y)
        return da.reshape(-1, 1) * w, x.T.dot(da), da.sum()

    return y, back


def neuron(x, w, b):
    return with_way_back(x, w, b)[0]


# %% neuron-backward
def neuron_backward(dy, x, w, y):
    slope = 1 - np.square(y)
    return (dy * slope)[:, np.newaxis] * w[np.newaxis], (dy * slope) @ x, np.dot(dy, slope)


# %% difference
def difference(u, v, w, b):
    (y_u, back_u), (y_v, back_v) = with_way_back(u, w, b), with_way_back(v, w, b)

    def back(dy):
        du, *shared_u = back_u(dy)
        dv, *shared_v = back_v(-dy)
        return du, dv, *(a + c for a, c in zip(shared_u, shared_v, strict=True))

    return y_u - y_v, back


# %% difference-backward
def difference_backward(dy, cache):
    return cache(dy)


# %% mean-loss
def mean_loss(y, t):
    B = y.shape[0]
    return np.sum((t - y) ** 2) / B / 2, -(t - y) / B


# %% descend
def descend(u, v, t, w, b, rate):
    y, back = difference(u, v, w, b)
    dw, db = back(mean_loss(y, t)[1])[2:]
    return w + -rate * dw, b + -rate * db
