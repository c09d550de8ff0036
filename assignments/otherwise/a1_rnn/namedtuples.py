"""a1_rnn solved with a NamedTuple as the cache, and one product for x and h."""

# %% rnn-step
from typing import NamedTuple

import numpy as np


def rnn_step(x, h_prev, W_x, W_h, b):
    ones = np.ones((len(x), 1))
    return np.tanh(np.hstack([x, h_prev, ones]) @ np.vstack([W_x, W_h, b]))


# %% rnn-forward
def rnn_forward(x, h0, W_x, W_h, b):
    def states(h):
        for x_t in x:
            h = rnn_step(x_t, h, W_x, W_h, b)
            yield h

    return np.stack(list(states(h0)))


# %% rnn-step-backward
def rnn_step_backward(dh, x, h_prev, h, W_x, W_h):
    da = dh - dh * np.square(h)
    D = x.shape[1]
    dz = da @ np.vstack([W_x, W_h]).T
    dW = np.hstack([x, h_prev]).T @ da
    return dz[:, :D], dz[:, D:], dW[:D], dW[D:], np.add.reduce(da)


# %% leaky-step
class Seen(NamedTuple):
    x: np.ndarray
    h_prev: np.ndarray
    W_x: np.ndarray
    W_h: np.ndarray
    alpha: np.ndarray
    n: np.ndarray


def leaky_step(x, h_prev, W_x, W_h, b, s):
    alpha = np.exp(s) / (1 + np.exp(s))
    n = rnn_step(x, h_prev, W_x, W_h, b)
    return alpha * n + h_prev - alpha * h_prev, Seen(x, h_prev, W_x, W_h, alpha, n)


# %% leaky-step-backward
def leaky_step_backward(dh, cache):
    x, h_prev, W_x, W_h, alpha, n = cache
    dx, dh_prev, dW_x, dW_h, db = rnn_step_backward(dh * alpha, x, h_prev, n, W_x, W_h)
    ds = np.sum(dh * (n - h_prev) * alpha * (1 - alpha), axis=0)
    return dx, dh_prev + (1 - alpha) * dh, dW_x, dW_h, db, ds
