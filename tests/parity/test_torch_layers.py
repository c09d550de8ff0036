"""Stacks of layers against torch.nn with packed sequences, forward and backward."""

import numpy as np
import pytest

from rnncourse import gru_reset_after, layers, lstm, rnn
from tests.layered import assert_same, make_net, ours
from tests.parity.torch_layers import theirs

pytestmark = pytest.mark.parity

CELLS = pytest.mark.parametrize(
    "cell", [rnn, lstm, gru_reset_after], ids=["rnn", "lstm", "gru_reset_after"]
)


@CELLS
@pytest.mark.parametrize("lengths", [None, (3, 7, 1, 7, 4), (2, 2, 5, 1, 1), (7,) * 5])
def test_three_layers_in_two_directions(cell, lengths):
    net = make_net([(cell, 4, 2)] * 3, T=7, lengths=lengths, B=5, D=3)
    assert_same(ours(net), theirs(net), 1e-10)


@CELLS
@pytest.mark.parametrize("seed", range(20))
def test_random_stacks(cell, seed):
    rng = np.random.default_rng(seed)
    T, B, D, H, n_layers = (int(size) for size in rng.integers(1, (9, 7, 6, 7, 4)))
    lengths = None if seed % 4 == 0 else rng.integers(1, T + 1, B)
    plan = [(cell, H, 1 + seed % 2)] * n_layers
    net = make_net(plan, T, lengths, B, D, seed=seed)
    assert_same(ours(net), theirs(net), 1e-10)


@CELLS
def test_float32(cell):
    net = make_net([(cell, 4, 2)] * 3, T=7, lengths=(3, 7, 1, 7, 4), B=5, dtype=np.float32)
    assert_same(ours(net), theirs(net), 2e-5)


@CELLS
def test_padding_that_holds_nan(cell):
    net = make_net([(cell, 4, 2)] * 3)
    x = net.x.copy()
    x[np.arange(4)[:, None] >= net.lengths] = np.nan
    assert_same(ours(net._replace(x=x)), theirs(net), 1e-10)


@CELLS
def test_stacked_states_are_h_n(cell):
    """What the table of `layers` says: np.stack of the states is h_n, and c_n."""
    import torch

    from tests.parity.torch_layers import module

    net = make_net([(cell, 2, 2)] * 3, lengths=None)
    _, last = module(net)(torch.tensor(net.x))
    state = layers.forward(net.layers, net.x)[1]
    if cell is lstm:
        expected = [np.stack([s.h for s in state]), np.stack([s.c for s in state])]
    else:
        expected, last = [np.stack(state)], [last]
    for mine, part in zip(expected, last, strict=True):
        np.testing.assert_allclose(mine, part.detach().numpy(), atol=1e-12, strict=True)


def test_drawn_weights_have_the_shapes_of_torch():
    """init_params with `bidirectional` draws as many numbers of each shape as torch.nn has."""
    import torch

    stack = layers.init_params(np.random.default_rng(0), lstm, 3, 4, 3, bidirectional=True)
    judge = torch.nn.LSTM(3, 4, num_layers=3, bidirectional=True)
    shapes = [w.T.shape for w in judge.parameters() if w.ndim == 2]
    assert [w.shape for part in layers.params(stack) for w in part[:2]] == shapes
