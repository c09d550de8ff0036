"""a2_bptt solved with one class that knows how to go back over a stretch of steps."""

import numpy as np


# %% bptt
class Stretch:
    """Steps of one sequence, with everything that the way back needs."""

    def __init__(self, delta, x, hs, W_x, W_h):
        self.delta, self.x, self.W_x, self.W_h = delta, x, W_x, W_h
        self.before, self.after = hs[:-1], hs[1:]

    def da(self, last_loss=None):
        """From the last step to the first; with `last_loss` only the last step has a loss."""
        found, coming = [], 0.0
        for t in range(len(self.x))[::-1]:
            direct = 0.0 if last_loss and t < len(self.x) - 1 else self.delta[t]
            found.insert(0, (direct + coming) * (1 - self.after[t] ** 2))
            coming = found[0] @ self.W_h.T
        return np.array(found)

    def grads(self, da):
        return {
            "x": np.einsum("tbh,dh->tbd", da, self.W_x),
            "h0": da[0] @ self.W_h.T,
            "W_x": np.tensordot(self.x, da, axes=([0, 1], [0, 1])),
            "W_h": np.tensordot(self.before, da, axes=([0, 1], [0, 1])),
            "b": np.einsum("tbh->h", da),
        }


def bptt(delta, x, hs, W_x, W_h):
    stretch = Stretch(delta, x, hs, W_x, W_h)
    return stretch.grads(stretch.da())


# %% step-jacobian
def step_jacobian(h, W_h):
    return np.einsum("i,ji->ij", 1 - h**2, W_h)


# %% gradient-flow
def gradient_flow(hs, W_h):
    def flow(t):
        jacobians = [step_jacobian(h, W_h) for h in hs[t + 1 :]]
        product = np.eye(W_h.shape[0])
        for J in jacobians:
            product = J @ product
        return np.linalg.norm(product, ord=2)

    return np.array([flow(t) for t in range(len(hs))])


# %% bptt-chunks
def bptt_chunks(delta, x, hs, W_x, W_h, k):
    da = []
    for first in range(0, len(x), k):
        steps = slice(first, first + k)
        chunk = Stretch(delta[steps], x[steps], hs[first : first + k + 1], W_x, W_h)
        da.append(chunk.da())
    return Stretch(delta, x, hs, W_x, W_h).grads(np.concatenate(da))


# %% bptt-window
def bptt_window(delta, x, hs, W_x, W_h, k):
    da = np.zeros(delta.shape)
    for end in range(1, len(x) + 1):
        first = max(0, end - k)
        steps = slice(first, end)
        window = Stretch(delta[steps], x[steps], hs[first : end + 1], W_x, W_h)
        da[steps] += window.da(last_loss=True)
    return Stretch(delta, x, hs, W_x, W_h).grads(da)
