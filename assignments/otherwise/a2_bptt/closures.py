"""a2_bptt solved with one closure for a step back, and recursion over time."""

import numpy as np


# %% bptt
def way_back(hs, W_h):
    """A function from the gradient of h_t and t to da_t."""
    slopes = np.subtract(1, np.square(hs))
    return lambda dh, t: dh * slopes[t]


def weights(da, x, hs, W_x):
    steps = list(zip(x, hs, da, strict=False))
    return {
        "x": np.array([da_t @ W_x.T for da_t in da]),
        "W_x": sum(x_t.T @ da_t for x_t, _, da_t in steps),
        "W_h": sum(h.T @ da_t for _, h, da_t in steps),
        "b": sum(np.ones(len(da_t)) @ da_t for da_t in da),
    }


def all_da(delta, hs, W_h, goes_on):
    """da_T ... da_1; `goes_on(t)` says whether gradient comes to step t from t + 1."""
    back, found = way_back(hs, W_h), []
    for t in range(len(delta), 0, -1):
        future = found[-1] @ W_h.T if found and goes_on(t) else 0
        found.append(back(delta[t - 1] + future, t))
    return found[::-1]


def bptt(delta, x, hs, W_x, W_h):
    da = all_da(delta, hs, W_h, goes_on=lambda t: True)
    return weights(da, x, hs, W_x) | {"h0": da[0] @ W_h.T}


# %% step-jacobian
def step_jacobian(h, W_h):
    return (W_h * (1 - h**2)).T


# %% gradient-flow
def gradient_flow(hs, W_h):
    def products(t):
        if t == len(hs) - 1:
            return [np.eye(len(W_h))]
        later = products(t + 1)
        return [later[0] @ step_jacobian(hs[t + 1], W_h), *later]

    return np.array([np.sqrt(np.linalg.eigvalsh(M @ M.T)[-1]) for M in products(0)])


# %% bptt-chunks
def bptt_chunks(delta, x, hs, W_x, W_h, k):
    return weights(all_da(delta, hs, W_h, goes_on=lambda t: t % k != 0), x, hs, W_x)


# %% bptt-window
def bptt_window(delta, x, hs, W_x, W_h, k):
    back = way_back(hs, W_h)

    def reach(dh, t, left):
        """What the loss at one step adds to da, from step t back over `left` steps."""
        if t == 0 or left == 0:
            return {}
        da = back(dh, t)
        return {t: da} | reach(da @ W_h.T, t - 1, left - 1)

    total = [np.zeros(delta[0].shape) for _ in x]
    for t in range(1, len(x) + 1):
        for s, da in reach(delta[t - 1], t, k).items():
            total[s - 1] = total[s - 1] + da
    return weights(total, x, hs, W_x)
