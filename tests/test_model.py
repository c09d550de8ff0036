"""Cell, read-out and loss as one function of their parameters."""

import numpy as np
import pytest

from rnncourse import gradients, head, losses, lstm, model, unroll
from rnncourse.tree import leaves
from tests.conftest import make_problem


@pytest.fixture
def params(rng, cell):
    return model.init_params(rng, cell, D=3, H=4, V=6)


@pytest.mark.parametrize("last_only", [False, True])
@pytest.mark.parametrize("loss", [losses.squared_error, losses.cross_entropy])
def test_gradients_of_the_whole_model_pass_the_check(rng, cell, params, loss, last_only):
    _, _, x, state, *_ = make_problem(cell)
    shape = (2,) if last_only else (5, 2)
    if loss is losses.cross_entropy:
        targets = rng.integers(0, 6, shape)
    else:
        targets = rng.normal(size=(*shape, 6))

    def f(params):
        return model.loss_and_grads(cell, params, x, targets, loss, state, last_only)[:2]

    assert gradients.check(f, params) < 1e-7
    grads = f(params)[1]
    assert type(grads) is model.Params and type(grads.head) is head.Params
    assert type(grads.cell) is type(params.cell)


def test_predictions_read_the_output_of_every_step(rng, cell, params):
    _, _, x, state, *_ = make_problem(cell)
    y, last = model.predict(cell, params, x, state)
    out, expected, _ = unroll(cell, params.cell, x, state)
    assert y.shape == (5, 2, 6)
    np.testing.assert_allclose(y, out @ params.head.W_y + params.head.b_y, rtol=1e-12, atol=1e-14)
    for one, other in zip(leaves(last), leaves(expected), strict=True):
        np.testing.assert_array_equal(one, other)


def test_predictions_without_a_state_start_from_zeros(cell, params):
    x = make_problem(cell).x
    zeros = cell.init_state(2, 4)
    np.testing.assert_array_equal(
        model.predict(cell, params, x)[0], model.predict(cell, params, x, zeros)[0]
    )


def test_loss_is_that_of_the_predictions_and_the_state_goes_on(rng, cell, params):
    _, _, x, state, *_ = make_problem(cell)
    targets = rng.integers(0, 6, (5, 2))
    y, last = model.predict(cell, params, x, state)
    value, _, got = model.loss_and_grads(cell, params, x, targets, losses.cross_entropy, state)
    assert value == losses.cross_entropy(y, targets)[0]
    for one, other in zip(leaves(got), leaves(last), strict=True):
        np.testing.assert_array_equal(one, other)
    value, _, got = model.loss_and_grads(
        cell, params, x, targets[-1], losses.cross_entropy, state, last_only=True
    )
    assert value == losses.cross_entropy(y[-1], targets[-1])[0]
    for one, other in zip(leaves(got), leaves(last), strict=True):
        np.testing.assert_array_equal(one, other)


def test_float32_stays_float32(rng):
    params = model.init_params(rng, lstm, 3, 4, 6, np.float32)
    x = make_problem(lstm, dtype=np.float32).x
    for last_only in (False, True):
        targets = rng.integers(0, 6, (2,) if last_only else (5, 2))
        _, grads, state = model.loss_and_grads(
            lstm, params, x, targets, losses.cross_entropy, last_only=last_only
        )
        assert {array.dtype for array in leaves((params, grads, state))} == {np.dtype(np.float32)}


@pytest.mark.parametrize("last_only", [False, True])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_fast_way_gives_the_same_numbers(rng, cell, last_only, dtype):
    _, _, x, state, *_ = make_problem(cell, T=30, dtype=dtype)
    params = model.init_params(rng, cell, D=3, H=4, V=6, dtype=dtype)
    targets = rng.integers(0, 6, (2,) if last_only else (30, 2))
    slow, quick = (
        model.loss_and_grads(
            cell, params, x, targets, losses.cross_entropy, state, last_only, fast=fast
        )
        for fast in (False, True)
    )
    close = dict(rtol=1e-9, atol=1e-12) if dtype is np.float64 else dict(rtol=1e-3, atol=1e-5)
    for one, other in zip(leaves(slow), leaves(quick), strict=True):
        np.testing.assert_allclose(one, other, **close)
        assert np.asarray(one).dtype == np.asarray(other).dtype
