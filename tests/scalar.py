"""A second opinion: the cells in loops over plain numbers, and slopes by moving one number.

Nothing here calls the package's own arithmetic, so an error made there in the forward and the
backward pass alike still shows. A state is one list: h, and for the LSTM h followed by c.
"""

import math

import numpy as np

from rnncourse import gru, gru_reset_after, lstm, rnn
from rnncourse.tree import leaves, tree_map


def sigmoid(a):
    return 1 / (1 + math.exp(-a)) if a >= 0 else math.exp(a) / (1 + math.exp(a))


def product(row, matrix):
    """A row vector times a matrix."""
    columns = range(len(matrix[0]))
    return [sum(v * line[k] for v, line in zip(row, matrix, strict=True)) for k in columns]


def add(*rows):
    return [sum(entries) for entries in zip(*rows, strict=True)]


def rnn_step(params, x, h_prev):
    W_x, W_h, b = params
    a = add(product(x, W_x), product(h_prev, W_h), b)
    return {"a": a, "h": [math.tanh(v) for v in a]}


def lstm_step(params, x, state):
    W_x, W_h, b = params
    H = len(W_h)
    h_prev, c_prev = state[:H], state[H:]
    a = add(product(x, W_x), product(h_prev, W_h), b)
    i = [sigmoid(v) for v in a[:H]]
    f = [sigmoid(v) for v in a[H : 2 * H]]
    g = [math.tanh(v) for v in a[2 * H : 3 * H]]
    o = [sigmoid(v) for v in a[3 * H :]]
    c = [f[j] * c_prev[j] + i[j] * g[j] for j in range(H)]
    h = [o[j] * math.tanh(c[j]) for j in range(H)]
    return {"a": a, "i": i, "f": f, "g": g, "o": o, "c": c, "h": h}


def gru_step(params, x, h_prev):
    W_x, W_h, b = params
    H = len(W_h)
    a_x = add(product(x, W_x), b)
    a_h = product(h_prev, W_h)
    r = [sigmoid(a_x[j] + a_h[j]) for j in range(H)]
    z = [sigmoid(a_x[H + j] + a_h[H + j]) for j in range(H)]
    rh = [r[j] * h_prev[j] for j in range(H)]
    seen = product(rh, W_h)  # of which the candidate reads the last block
    n = [math.tanh(a_x[2 * H + j] + seen[2 * H + j]) for j in range(H)]
    h = [(1 - z[j]) * n[j] + z[j] * h_prev[j] for j in range(H)]
    return {"a": a_x, "r": r, "z": z, "rh": rh, "n": n, "h": h}


def gru_reset_after_step(params, x, h_prev):
    W_x, W_h, b, b_hn = params
    H = len(W_h)
    a_x = add(product(x, W_x), b)
    a_h = product(h_prev, W_h)
    r = [sigmoid(a_x[j] + a_h[j]) for j in range(H)]
    z = [sigmoid(a_x[H + j] + a_h[H + j]) for j in range(H)]
    u = [a_h[2 * H + j] + b_hn[j] for j in range(H)]
    n = [math.tanh(a_x[2 * H + j] + r[j] * u[j]) for j in range(H)]
    h = [(1 - z[j]) * n[j] + z[j] * h_prev[j] for j in range(H)]
    return {"a": a_x, "r": r, "z": z, "u": u, "n": n, "h": h}


STEPS = {rnn: rnn_step, lstm: lstm_step, gru: gru_step, gru_reset_after: gru_reset_after_step}


def values(cell, params, x, state):
    """Every named value of one step: a dict of arrays whose first axis is the batch."""
    params = [weights.tolist() for weights in params]
    state = np.concatenate(leaves(state), axis=-1)
    rows = [STEPS[cell](params, *row) for row in zip(x.tolist(), state.tolist(), strict=True)]
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def run(cell, params, x, state):
    """Outputs (T, B, H) and last states (B, S). A list of params gives each step its own."""
    T, B, _ = x.shape
    steps = params if isinstance(params, list) else [params] * T
    steps = [[weights.tolist() for weights in each] for each in steps]
    x = x.tolist()
    state = np.concatenate(leaves(state), axis=-1).tolist()
    out = []
    for t in range(T):
        made = [STEPS[cell](steps[t], x[t][b], state[b]) for b in range(B)]
        state = [each["h"] + each.get("c", []) for each in made]
        out.append([each["h"] for each in made])
    return np.array(out), np.array(state)


def loss(problem):
    """A number whose gradient is what the backward pass of the problem must give."""
    cell, params, x, state, dout, dstate = problem
    out, last = run(cell, params, x, state)
    dlast = np.concatenate(leaves(dstate), axis=-1)
    return math.fsum((out * dout).flat) + math.fsum((last * dlast).flat)


def slopes(f, tree, eps=1e-5):
    """How fast f(tree) changes with each number of the tree: move it both ways and look."""
    moved = tree_map(np.copy, tree)

    def of(array):
        slope = np.empty(array.shape)
        for entry in np.ndindex(array.shape):
            kept = array[entry]
            array[entry] = kept + eps
            above = f(moved)
            array[entry] = kept - eps
            slope[entry] = (above - f(moved)) / (2 * eps)
            array[entry] = kept
        return slope

    return tree_map(of, moved)


def gradients(problem):
    """What `unroll_backward` must give, (dx, dstate, grads), from slopes alone."""
    tree = (problem.x, problem.state, problem.params)

    def moved_loss(moved):
        return loss(problem._replace(x=moved[0], state=moved[1], params=moved[2]))

    return slopes(moved_loss, tree)


def assert_close(mine, expected, tol=1e-7):
    """Fail unless arrays agree relative to the largest entry, which must not be 0."""
    assert mine.shape == expected.shape
    scale = np.abs(expected).max()
    assert scale > 1e-6, "nothing to compare: all expected values are 0"
    np.testing.assert_allclose(mine, expected, rtol=0, atol=tol * scale)
