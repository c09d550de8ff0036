"""a5_sequences solved with one class, a network whose old state is chosen at every step."""

import numpy as np


# %% mask-of
def mask_of(lengths, T):
    return np.array([t < np.asarray(lengths) for t in range(T)])


# %% masked-forward
class Step:
    """One step of a whole batch; rows that are not real copy their state."""

    def __init__(self, x, h_prev, p, real):
        self.real = np.reshape(real, (-1, 1))
        self.x, self.h_prev, self.p = np.where(self.real, x, 0), h_prev, p
        n = np.tanh(self.x @ p["W_x"] + h_prev @ p["W_h"] + p["b"])
        self.h = np.where(self.real, n, h_prev)

    def back(self, dh):
        da = np.where(self.real, dh * (1 - self.h * self.h), 0)
        dh_prev = da @ self.p["W_h"].T + np.where(self.real, 0, dh)
        grads = {"W_x": self.x.T @ da, "W_h": self.h_prev.T @ da, "b": da.sum(0)}
        return da @ self.p["W_x"].T, dh_prev, grads


class Run:
    def __init__(self, x, h0, mask, p):
        self.steps, h = [], h0
        for x_t, real in zip(x, mask, strict=True):
            self.steps.append(Step(x_t, h, p, real))
            h = self.steps[-1].h
        self.states = np.array([step.h for step in self.steps])

    def back(self, delta, first_loss=0):
        """-> dx, dh0, grads; losses before `first_loss` do not count."""
        dh, dxs, total = 0.0, [], None
        for t in reversed(range(len(self.steps))):
            dh = dh + delta[t] if t >= first_loss else dh
            dx, dh, grads = self.steps[t].back(dh)
            dxs.append(dx)
            total = grads if total is None else {k: total[k] + grads[k] for k in grads}
        return np.array(dxs[::-1]), dh, total


def masked_forward(x, h0, mask, p):
    run = Run(x, h0, mask, p)
    return run.states, run


# %% masked-backward
def masked_backward(delta, cache):
    return cache.back(delta)


# %% reverse
def reverse(x, lengths):
    columns = []
    for k, length in enumerate(lengths):
        columns.append(np.concatenate([x[:length, k][::-1], x[length:, k]]))
    return np.stack(columns, axis=1)


# %% both-forward
class Both:
    def __init__(self, x, lengths, p, q):
        self.lengths, self.mask = lengths, mask_of(lengths, len(x))
        start = np.zeros((len(lengths), p["b"].size))
        self.ahead = Run(x, start, self.mask, p)
        self.back_run = Run(reverse(x, lengths), start, self.mask, q)

    def out(self):
        halves = [self.ahead.states, reverse(self.back_run.states, self.lengths)]
        return np.concatenate(halves, axis=2) * self.mask[..., None]

    def back(self, dout):
        masked = dout * self.mask[..., None]
        H = dout.shape[2] // 2
        dx, _, grads_p = self.ahead.back(masked[..., :H])
        turned, _, grads_q = self.back_run.back(reverse(masked[..., H:], self.lengths))
        return dx + reverse(turned, self.lengths), grads_p, grads_q


def both_forward(x, lengths, p, q):
    both = Both(x, lengths, p, q)
    return both.out(), both


# %% both-backward
def both_backward(dout, cache):
    return cache.back(dout)


# %% packed-forward
class Packed:
    def __init__(self, x, starts, p):
        self.steps, self.starts, self.p = [], starts[..., None], p
        h = np.zeros((x.shape[1], p["b"].size))
        for x_t, start in zip(x, self.starts, strict=True):
            q = np.where(start, p["h_star"], h)
            self.steps.append(Step(x_t, q, p, np.ones(len(x_t), dtype=bool)))
            h = self.steps[-1].h

    def back(self, delta):
        dh, dxs, total = 0.0, [], {name: np.zeros(value.shape) for name, value in self.p.items()}
        for step, start, delta_t in zip(self.steps[::-1], self.starts[::-1], delta[::-1]):  # noqa: B905
            dx, dq, grads = step.back(delta_t + dh)
            grads["h_star"], dh = np.sum(dq * start, axis=0), dq * ~start
            total = {name: total[name] + grads[name] for name in total}
            dxs.insert(0, dx)
        return np.array(dxs), total


def packed_forward(x, starts, p):
    packed = Packed(x, starts, p)
    return np.array([step.h for step in packed.steps]), packed


# %% packed-backward
def packed_backward(delta, cache):
    return cache.back(delta)


# %% truncated-backward
def truncated_backward(delta, x, h0, mask, p, k1, k2):
    T, states = len(x), [h0, *Run(x, h0, mask, p).states]
    dx, total = np.zeros(x.shape), {name: 0.0 for name in p}
    for first_loss in range(0, T, k1):
        end = min(first_loss + k1, T)
        a = max(end - k2, 0)
        run = Run(x[a:end], states[a], mask[a:end], p)
        part, _, grads = run.back(delta[a:end], first_loss - a)
        dx[a:end] += part
        total = {name: total[name] + grads[name] for name in p}
    return dx, total
