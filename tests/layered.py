"""Stacks of layers to test, and their answers by brute force: each sequence alone, unpadded."""

from typing import Any, NamedTuple

import numpy as np

from rnncourse import gru, gru_reset_after, layers, lstm, rnn, unroll, unroll_backward
from rnncourse.layers import Layer
from rnncourse.tree import leaves, tree_map

CELLS = [rnn, lstm, gru, gru_reset_after]


class Net(NamedTuple):
    """A stack with everything a forward and a backward pass need."""

    layers: list
    x: np.ndarray  # (T, B, D)
    lengths: Any  # (B,) or None
    state: tuple
    dout: np.ndarray  # (T, B, W)
    dstate: tuple
    merge: str


class Answer(NamedTuple):
    """What both passes give; a tree."""

    out: np.ndarray
    state: tuple
    dx: np.ndarray
    dstate: tuple
    grads: tuple


def make_net(plan, T=4, lengths=(2, 4, 1), B=3, D=3, merge="concat", seed=0, dtype=float):
    """Draw a net. `plan`: a (cell, H, directions) for each layer; `lengths` may be None."""
    rng = np.random.default_rng(seed)

    def draw(array):
        return rng.normal(size=np.shape(array)).astype(dtype)

    stack, states, width = [], [], D
    for cell, H, directions in plan:
        ways = [cell.init_params(rng, width, H, dtype) for _ in range(directions)]
        stack.append(Layer(cell, *ways))
        states += [cell.init_state(B, H)] * directions
        width = H * directions if merge == "concat" else H
    return Net(
        stack,
        draw(np.empty((T, B, D))),
        None if lengths is None else np.array(lengths),
        tree_map(draw, tuple(states)),
        draw(np.empty((T, B, width))),
        tree_map(draw, tuple(states)),
        merge,
    )


def random_net(seed):
    """Any cells, widths, directions, lengths and merge, the sizes down to 1."""
    rng = np.random.default_rng(seed)
    T, B, D = (int(size) for size in rng.integers(1, 7, 3))
    plan = [
        (CELLS[rng.integers(4)], int(rng.integers(1, 5)), int(rng.integers(1, 3)))
        for _ in range(rng.integers(1, 4))
    ]
    lengths = None if seed % 5 == 0 else rng.integers(1, T + 1, B)
    return make_net(plan, T, lengths, B, D, ("concat", "sum")[seed % 2], seed)


def ours(net):
    """The answer of `layers`."""
    stack, x, lengths, state, dout, dstate, merge = net
    out, last, cache = layers.forward(stack, x, lengths, state, merge)
    dx, dfirst, grads = layers.backward(stack, cache, dout, dstate)
    return Answer(out, last, dx, dfirst, layers.params(grads))


def brute(net):
    """The answer of one loop over sequences, each cut to its length, and `unroll`."""
    T, B, _ = net.x.shape
    lengths = [T] * B if net.lengths is None else net.lengths
    alone = []
    for b, L in enumerate(lengths):
        row = slice(b, b + 1)
        state, dstate = tree_map(lambda part, row=row: part[row], (net.state, net.dstate))
        one = _alone(net, net.x[:L, row], state, net.dout[:L, row], dstate)
        behind = [(0, T - L), (0, 0), (0, 0)]
        alone.append(one._replace(out=np.pad(one.out, behind), dx=np.pad(one.dx, behind)))
    return Answer(
        np.concatenate([one.out for one in alone], axis=1),
        tree_map(lambda *rows: np.concatenate(rows), *(one.state for one in alone)),
        np.concatenate([one.dx for one in alone], axis=1),
        tree_map(lambda *rows: np.concatenate(rows), *(one.dstate for one in alone)),
        tree_map(lambda *shares: sum(shares), *(one.grads for one in alone)),
    )


def _alone(net, x, state, dout, dstate):
    """Forward and backward for one unpadded sequence."""
    runs, lasts, k = [], [], 0
    for cell, *ways in net.layers:
        outs = []
        for turn, params in zip((1, -1), ways, strict=True):
            if params is not None:
                out, last, caches = unroll(cell, params, x[::turn], state[k])
                outs.append(out[::turn])
                lasts.append(last)
                runs.append((cell, params, turn, caches))
                k += 1
        x = np.concatenate(outs, axis=-1) if net.merge == "concat" else np.add.reduce(outs)
    out, firsts, grads = x, [], []
    for layer in reversed(net.layers):
        n, H = 2 - (layer.backward is None), len(layer.forward.W_h)
        dx = 0
        for d in reversed(range(n)):
            cell, params, turn, caches = runs.pop()
            k -= 1
            share = dout[..., d * H : (d + 1) * H] if net.merge == "concat" else dout
            back = unroll_backward(cell, params, caches, share[::turn], dstate[k])
            dx = dx + back[0][::turn]
            firsts.insert(0, back[1])
            grads.insert(0, back[2])
        dout = dx
    return Answer(out, tuple(lasts), dout, tuple(firsts), tuple(grads))


def assert_same(one, other, tol=1e-12):
    """Two trees of arrays, of one type, shape and dtype, agree."""
    assert type(one) is type(other)
    for mine, expected in zip(leaves(one), leaves(other), strict=True):
        np.testing.assert_allclose(mine, expected, rtol=tol, atol=tol, strict=True)
