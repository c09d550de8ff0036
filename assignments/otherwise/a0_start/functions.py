"""a0_start solved with loops over rows and plain lists."""

import numpy as np


# %% weighted-sums
def weighted_sums(x, w, b):
    return np.array([float(b) + sum(row * w) for row in x])


# %% scale-rows
def scale_rows(x, s):
    return np.array([row * number for row, number in zip(x, s, strict=True)])


# %% neuron
def neuron(x, w, b):
    grown = np.exp(2 * weighted_sums(x, w, b))
    return 1 - 2 / (grown + 1)


# %% neuron-backward
def neuron_backward(dy, x, w, y):
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), 0.0
    for k in range(len(x)):
        da = dy[k] * (1 - y[k] ** 2)
        dx[k] = da * w
        dw += da * x[k]
        db += da
    return [dx, dw, db]


# %% difference
def difference(u, v, w, b):
    return neuron(u, w, b) - neuron(v, w, b), [u, v, w, b]


# %% difference-backward
def difference_backward(dy, cache):
    u, v, w, b = cache
    parts = [neuron_backward(s * dy, x, w, neuron(x, w, b)) for x, s in ((u, 1), (v, -1))]
    return parts[0][0], parts[1][0], parts[0][1] + parts[1][1], parts[0][2] + parts[1][2]


# %% mean-loss
def mean_loss(y, t):
    error = y - t
    return 0.5 * error @ error / error.size, error / error.size


# %% descend
def descend(u, v, t, w, b, rate):
    y, cache = difference(u, v, w, b)
    grads = difference_backward(mean_loss(y, t)[1], cache)
    return [value - rate * grad for value, grad in zip((w, b), grads[2:], strict=True)]
