"""Shapes, sizes and the first draw of a cell's parameters."""

import numpy as np
import pytest

from rnncourse import gru, gru_reset_after, lstm, rnn
from rnncourse.params import Params, sizes, zeros_like

GATES = {rnn: 1, lstm: 4, gru: 3, gru_reset_after: 3}


def test_shapes(cell):
    G = GATES[cell]
    assert cell.N_GATES == G
    params = cell.init_params(np.random.default_rng(0), D=3, H=5)
    expected = [(3, G * 5), (5, G * 5), (G * 5,)] + [(5,)] * (cell is gru_reset_after)
    assert [weights.shape for weights in params] == expected == list(cell.param_shapes(3, 5))
    kind = gru_reset_after.Params if cell is gru_reset_after else Params
    assert type(params) is type(cell.param_shapes(3, 5)) is kind
    assert sizes(params) == (3, 5)


def test_first_weights_are_uniform_up_to_one_over_sqrt_h(cell):
    for weights in cell.init_params(np.random.default_rng(0), D=50, H=100):
        assert 0.09 < weights.max() <= 0.1 and -0.1 <= weights.min() < -0.09
        assert abs(weights.mean()) < 0.02
        assert weights.std() == pytest.approx(0.1 / np.sqrt(3), rel=0.15)


def test_draws_follow_the_generator(cell):
    one, same, other = (cell.init_params(np.random.default_rng(s), 3, 4) for s in (0, 0, 1))
    for a, b, c in zip(one, same, other, strict=True):
        np.testing.assert_array_equal(a, b)
        assert (a != c).all()


def test_both_precisions_get_the_same_draws(cell):
    double, single = (
        cell.init_params(np.random.default_rng(0), 3, 4, dtype) for dtype in (float, np.float32)
    )
    for a, b in zip(double, single, strict=True):
        assert a.dtype == np.float64 and b.dtype == np.float32
        np.testing.assert_array_equal(a.astype(np.float32), b)


def test_zeros_like_keeps_types_shapes_and_dtype(cell):
    params = cell.init_params(np.random.default_rng(0), 3, 4, np.float32)
    zeros = zeros_like(params)
    assert type(zeros) is type(params)
    for a, b in zip(params, zeros, strict=True):
        assert a.shape == b.shape and b.dtype == np.float32 and not b.any()
        assert not np.shares_memory(a, b)
