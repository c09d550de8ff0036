"""The linear read-out against loops and slopes."""

import numpy as np
import pytest

from rnncourse import head
from tests.scalar import add, assert_close, product, slopes

equation = pytest.mark.equation
SHAPES = [(4,), (2, 4), (5, 2, 4)]  # a state, a batch, a sequence of batches


@pytest.fixture
def params(rng):
    return head.init_params(rng, H=4, V=3)


@equation("eq-head")
@pytest.mark.parametrize("shape", SHAPES)
def test_prediction_is_state_times_weights_plus_bias(rng, params, shape):
    h = rng.normal(size=shape)
    y, _ = head.forward(params, h)
    assert y.shape == (*shape[:-1], 3)
    rows = zip(h.reshape(-1, 4), y.reshape(-1, 3), strict=True)
    for row, prediction in rows:
        expected = add(product(row, params.W_y.tolist()), params.b_y)
        np.testing.assert_allclose(prediction, expected, rtol=1e-12, atol=1e-14)


@equation("eq-head-backward")
@pytest.mark.parametrize("shape", SHAPES)
def test_gradients(rng, params, shape):
    h = rng.normal(size=shape)
    y, cache = head.forward(params, h)
    dy = rng.normal(size=y.shape)
    dh, grads = head.backward(params, cache, dy)
    assert type(grads) is head.Params

    def loss(moved):
        params, h = moved
        rows = zip(h.reshape(-1, 4).tolist(), dy.reshape(-1, 3), strict=True)
        return sum(add(product(row, params.W_y.tolist()), params.b_y) @ d for row, d in rows)

    expected, expected_dh = slopes(loss, (params, h))
    assert_close(dh, expected_dh)
    assert_close(grads.W_y, expected.W_y)
    assert_close(grads.b_y, expected.b_y)


def test_caches_may_be_used_twice_and_inputs_stay_as_they_are(rng, params):
    h, dy = rng.normal(size=(5, 2, 4)), rng.normal(size=(5, 2, 3))
    for array in (*params, h, dy):
        array.flags.writeable = False
    _, cache = head.forward(params, h)
    once, twice = (head.backward(params, cache, dy) for _ in range(2))
    np.testing.assert_array_equal(once[0], twice[0])
    for one, other in zip(once[1], twice[1], strict=True):
        np.testing.assert_array_equal(one, other)
        assert not np.shares_memory(one, other)


def test_initial_weights_are_uniform_up_to_one_over_sqrt_h(rng):
    params = head.init_params(rng, H=100, V=50)
    assert params.W_y.shape == (100, 50) and params.b_y.shape == (50,)
    for weights in params:
        assert 0.09 < np.abs(weights).max() <= 0.1


def test_float32_stays_float32(rng):
    params = head.init_params(rng, 4, 3, np.float32)
    y, cache = head.forward(params, np.ones((2, 4), np.float32))
    dh, grads = head.backward(params, cache, y)
    assert {array.dtype for array in (*params, y, dh, *grads)} == {np.dtype(np.float32)}
