"""a1_rnn solved with classes; the cache of the leaky unit is an object."""

import numpy as np


# %% rnn-step
class Candidate:
    """tanh(x W_x + h W_h + b), with the way back."""

    def __init__(self, x, h_prev, W_x, W_h, b=0.0, value=None):
        self.x, self.h_prev, self.W_x, self.W_h = x, h_prev, W_x, W_h
        self.value = np.tanh(x.dot(W_x) + h_prev.dot(W_h) + b) if value is None else value

    def back(self, dvalue):
        da = dvalue * (1.0 - self.value**2)
        dx, dh_prev = (da.dot(W.transpose()) for W in (self.W_x, self.W_h))
        dW_x, dW_h = (seen.transpose().dot(da) for seen in (self.x, self.h_prev))
        return dx, dh_prev, dW_x, dW_h, np.sum(da, axis=0)


def rnn_step(x, h_prev, W_x, W_h, b):
    return Candidate(x, h_prev, W_x, W_h, b).value


# %% rnn-forward
def rnn_forward(x, h0, W_x, W_h, b):
    states = [h0]
    for x_t in x:
        states += [rnn_step(x_t, states[-1], W_x, W_h, b)]
    return np.array(states[1:])


# %% rnn-step-backward
def rnn_step_backward(dh, x, h_prev, h, W_x, W_h):
    return Candidate(x, h_prev, W_x, W_h, value=h).back(dh)


# %% leaky-step
class Leaky:
    def __init__(self, x, h_prev, W_x, W_h, b, s):
        self.h_prev, self.alpha = h_prev, 0.5 * (1 + np.tanh(s / 2))
        self.candidate = Candidate(x, h_prev, W_x, W_h, b)
        self.h = h_prev + self.alpha * (self.candidate.value - h_prev)

    def back(self, dh):
        dx, dh_prev, *weights = self.candidate.back(dh * self.alpha)
        dalpha = np.einsum("bh,bh->h", dh, self.candidate.value - self.h_prev)
        return dx, dh_prev + dh - dh * self.alpha, *weights, dalpha * (self.alpha - self.alpha**2)


def leaky_step(x, h_prev, W_x, W_h, b, s):
    unit = Leaky(x, h_prev, W_x, W_h, b, s)
    return unit.h, unit


# %% leaky-step-backward
def leaky_step_backward(dh, cache):
    return cache.back(dh)
