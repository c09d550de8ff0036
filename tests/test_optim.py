"""Optimisers and clipping against the same steps taken with plain numbers."""

import math

import numpy as np
import pytest

from rnncourse import head, model, optim
from rnncourse.lstm import State
from rnncourse.tree import leaves, tree_map

equation = pytest.mark.equation


@pytest.fixture
def params(rng):
    cell = State(rng.normal(size=(2, 3)), rng.normal(size=(2, 3)))
    return model.Params(cell, head.Params(rng.normal(size=(3, 1)), rng.normal(size=1)))


@pytest.fixture
def grads(rng, params):
    return tree_map(lambda p: rng.normal(size=p.shape), params)


@equation("eq-sgd")
def test_sgd_steps_against_the_gradient(params, grads):
    moved, state = optim.sgd(params, grads, lr=0.25)
    assert state is None and type(moved) is model.Params and type(moved.head) is head.Params
    for p, dp, new in zip(leaves(params), leaves(grads), leaves(moved), strict=True):
        for entry in np.ndindex(p.shape):
            assert new[entry] == p[entry] - 0.25 * dp[entry]


@equation("eq-sgd")
def test_sgd_on_a_parabola_shrinks_the_distance_by_the_same_factor_each_step():
    w = np.array([1.0])
    for _ in range(10):
        w, _ = optim.sgd(w, w, lr=0.1)  # the gradient of w^2 / 2
    assert w[0] == pytest.approx(0.9**10)


@equation("eq-velocity")
@equation("eq-momentum")
def test_momentum_equals_plain_numbers(params, grads):
    keep, lr = 0.75, 0.125
    one, state = optim.momentum(params, grads, lr=lr, keep=keep)
    two, state = optim.momentum(one, params, state, lr=lr, keep=keep)
    assert type(two) is model.Params and type(state.head) is head.Params
    for p, dp, new in zip(leaves(params), leaves(grads), leaves(two), strict=True):
        for entry in np.ndindex(p.shape):
            first = p[entry] - 0.125 * dp[entry]
            velocity = 0.75 * dp[entry] + p[entry]
            assert new[entry] == pytest.approx(first - 0.125 * velocity, rel=1e-14, abs=1e-15)


def test_momentum_that_keeps_nothing_is_gradient_descent(params, grads):
    moved, state = optim.momentum(params, grads, None, lr=0.3, keep=0.0)
    again, _ = optim.momentum(moved, grads, state, lr=0.3, keep=0.0)
    plain, _ = optim.sgd(optim.sgd(params, grads, lr=0.3)[0], grads, lr=0.3)
    for a, b in zip(leaves(again), leaves(plain), strict=True):
        np.testing.assert_array_equal(a, b)


def test_momentum_has_the_usual_constants(params, grads):
    one, state = optim.momentum(params, grads)
    two, _ = optim.momentum(one, grads, state)
    same, state = optim.momentum(params, grads, None, lr=0.1, keep=0.9)
    same, _ = optim.momentum(same, grads, state, lr=0.1, keep=0.9)
    for a, b in zip(leaves(two), leaves(same), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_constant_gradient_takes_momentum_to_ten_times_the_step():
    w, state = np.array([0.0]), None
    for _ in range(200):
        before = w
        w, state = optim.momentum(w, np.array([1.0]), state, lr=0.01, keep=0.9)
    assert before[0] - w[0] == pytest.approx(0.1)


@equation("eq-adam-means")
@equation("eq-adam")
def test_adam_equals_plain_numbers():
    gradients = [0.5, -2.0, 3.0, 0.0, 1e-3]
    w, m, v = 1.5, 0.0, 0.0
    p, state = np.array([1.5]), None
    for t, g in enumerate(gradients, start=1):
        m = 0.8 * m + 0.2 * g
        v = 0.9 * v + 0.1 * g * g
        w -= 0.1 * (m / (1 - 0.8**t)) / (math.sqrt(v / (1 - 0.9**t)) + 1e-6)
        p, state = optim.adam(p, np.array([g]), state, lr=0.1, beta1=0.8, beta2=0.9, eps=1e-6)
        assert p[0] == pytest.approx(w, rel=1e-13)
    assert state.steps == 5
    assert state.mean[0] == pytest.approx(m) and state.square[0] == pytest.approx(v)


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e3])
def test_first_step_of_adam_has_length_lr_whatever_the_gradient(size):
    p, _ = optim.adam(np.zeros(2), np.array([size, -size]), lr=0.01)
    np.testing.assert_allclose(p, [-0.01, 0.01], rtol=1e-4)


def test_adam_has_the_constants_of_the_paper(params, grads):
    usual = optim.adam(*optim.adam(params, grads)[:1], grads, optim.adam(params, grads)[1])
    spelt = dict(lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8)
    one, state = optim.adam(params, grads, None, **spelt)
    two = optim.adam(one, grads, state, **spelt)
    for a, b in zip(leaves(usual[0]), leaves(two[0]), strict=True):
        np.testing.assert_array_equal(a, b)


def remembered(state):
    """The trees of arrays that an optimiser's state holds."""
    if isinstance(state, optim.AdamState):
        return [state.mean, state.square]
    return [] if state is None else [state]


@pytest.mark.parametrize("optimiser", [optim.sgd, optim.momentum, optim.adam])
def test_optimisers_change_nothing_in_place(params, grads, optimiser):
    _, state = optimiser(params, grads)
    given = [params, grads] + remembered(state)
    kept = tree_map(np.copy, tuple(given))
    for array in leaves(tuple(given)):
        array.flags.writeable = False
    moved, _ = optimiser(params, grads, state)
    for old, new in zip(leaves(kept), leaves(tuple(given)), strict=True):
        np.testing.assert_array_equal(old, new)
    for old, new in zip(leaves(params), leaves(moved), strict=True):
        assert not np.shares_memory(old, new)


@pytest.mark.parametrize("optimiser", [optim.sgd, optim.momentum, optim.adam])
def test_float32_stays_float32(params, grads, optimiser):
    params, grads = (tree_map(lambda p: p.astype(np.float32), tree) for tree in (params, grads))
    moved, state = optimiser(params, grads)
    clipped, norm = optim.clip_by_norm(grads, 0.1)
    arrays = leaves((moved, clipped, *remembered(state)))
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)} and type(norm) is float


def length(tree):
    return math.sqrt(math.fsum(v * v for array in leaves(tree) for v in array.flat))


@equation("eq-clip")
@pytest.mark.parametrize("limit", [0.01, 1.0])
def test_a_long_gradient_gets_the_limit_as_its_length_and_keeps_its_direction(grads, limit):
    clipped, norm = optim.clip_by_norm(grads, limit)
    assert norm == pytest.approx(length(grads)) and norm > 1
    assert length(clipped) == pytest.approx(limit)
    assert type(clipped) is type(grads)
    for old, new in zip(leaves(grads), leaves(clipped), strict=True):
        np.testing.assert_allclose(new * norm, old * limit, rtol=1e-12)  # one scale for all


@equation("eq-clip")
@pytest.mark.parametrize("factor", [1.0, 1.5, math.inf])
def test_a_short_gradient_stays_as_it_is(grads, factor):
    clipped, norm = optim.clip_by_norm(grads, factor * length(grads) * (1 + 1e-12))
    assert norm == pytest.approx(length(grads))
    for old, new in zip(leaves(grads), leaves(clipped), strict=True):
        np.testing.assert_array_equal(new, old)
        assert not np.shares_memory(old, new)


def test_a_gradient_of_zero_stays_zero():
    clipped, norm = optim.clip_by_norm((np.zeros(3),), 1.0)
    assert norm == 0 and not clipped[0].any()


def test_the_norm_of_float32_gradients_does_not_overflow():
    _, norm = optim.clip_by_norm(np.full(4, 1e30, np.float32), 1.0)
    assert norm == pytest.approx(2e30)


@pytest.mark.parametrize("limit", [0, -1.0, math.nan])
def test_clipping_refuses_a_limit_that_is_none(grads, limit):
    with pytest.raises(ValueError, match=f"limit: expected a number above 0, got {limit}"):
        optim.clip_by_norm(grads, limit)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_clipping_refuses_a_gradient_that_is_not_finite(bad):
    with pytest.raises(ValueError, match="grads: expected finite values, got NaN or inf"):
        optim.clip_by_norm((np.array([1.0, bad]),), 1.0)
