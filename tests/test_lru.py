"""The LRU: against steps written out, gradients by differences, its two properties."""

import numpy as np
import pytest

from rnncourse import gradients, lru

equation = pytest.mark.equation


def problem(T=5, B=2, D=3, H=4, V=6, dtype=float, seed=0):
    """(params, x, state, dy); all sizes differ."""
    rng = np.random.default_rng(seed)
    params = lru.init_params(rng, D, H, V, dtype)
    x, dy = rng.normal(size=(T, B, D)), rng.normal(size=(T, B, V))
    state = rng.normal(size=(B, H)) + 1j * rng.normal(size=(B, H))
    turning = np.complex64 if dtype is np.float32 else complex
    return params, x.astype(dtype), state.astype(turning), dy.astype(dtype)


@equation("eq-lru-lambda")
def test_the_factor_is_a_turn_and_a_shrinking():
    params = problem()[0]
    lam = lru.factor(params)
    np.testing.assert_allclose(np.abs(lam), np.exp(-np.exp(params.nu)), rtol=1e-14)
    turn = np.exp(params.theta)
    np.testing.assert_allclose(lam.real, np.abs(lam) * np.cos(turn), atol=1e-15)
    np.testing.assert_allclose(lam.imag, np.abs(lam) * np.sin(turn), atol=1e-15)


@equation("eq-lru-s")
@equation("eq-lru-y")
@pytest.mark.parametrize("T", [1, 2, 5, 8])
def test_the_sequence_equals_real_and_imaginary_parts_by_hand(T):
    """Complex numbers as pairs of real ones: a judge that uses no complex arithmetic."""
    params, x, state, _ = problem(T)
    nu, theta, gamma, W_x_re, W_x_im, W_y_re, W_y_im, W_skip = params
    shrink, turn = np.exp(-np.exp(nu)), np.exp(theta)
    re, im = state.real, state.imag
    y, last, _ = lru.forward(params, x, state)
    for t in range(T):
        re, im = (
            shrink * (np.cos(turn) * re - np.sin(turn) * im) + np.exp(gamma) * (x[t] @ W_x_re),
            shrink * (np.sin(turn) * re + np.cos(turn) * im) + np.exp(gamma) * (x[t] @ W_x_im),
        )
        expected = re @ W_y_re - im @ W_y_im + x[t] @ W_skip
        np.testing.assert_allclose(y[t], expected, rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(last, re + 1j * im, rtol=1e-11, atol=1e-13)


@equation("eq-lru-s")
def test_it_does_not_vary_with_the_input_so_it_is_linear():
    params, x, _, _ = problem(T=20)
    other = np.random.default_rng(1).normal(size=x.shape)
    both, *_ = lru.forward(params, 2 * x + other)
    np.testing.assert_allclose(
        both, 2 * lru.forward(params, x)[0] + lru.forward(params, other)[0], atol=1e-12
    )


@equation("eq-lru-ds")
@equation("eq-lru-dlambda")
@equation("eq-lru-dw")
@pytest.mark.parametrize("T", [1, 2, 6])
def test_gradients_equal_finite_differences(T):
    params, x, state, dy = problem(T)

    def loss_and_grads(everything):
        params, x, re, im = everything
        y, _, cache = lru.forward(params, x, re + 1j * im)
        dx, dstate, grads = lru.backward(params, cache, dy)
        return np.sum(dy * y), (grads, dx, dstate.real.copy(), dstate.imag.copy())

    start = (params, x, state.real.copy(), state.imag.copy())
    assert gradients.check(loss_and_grads, start) < 1e-7


def test_no_state_is_zero():
    params, x, state, _ = problem()
    np.testing.assert_array_equal(
        lru.forward(params, x)[0], lru.forward(params, x, np.zeros_like(state))[0]
    )


def test_dtype_is_kept_and_nothing_is_shared():
    params, x, state, dy = problem(dtype=np.float32)
    y, last, cache = lru.forward(params, x, state)
    dx, dstate, grads = lru.backward(params, cache, dy)
    assert all(weights.dtype == np.float32 for weights in (y, dx, *grads))
    assert last.dtype == dstate.dtype == np.complex64
    for result in (y, last, dx, dstate, *grads):
        assert not any(np.shares_memory(result, part) for part in (x, state, dy, cache.s))
    assert all(a.shape == b.shape for a, b in zip(grads, params, strict=True))


def test_init_params_fills_the_ring_evenly_and_keeps_the_size_of_the_input():
    rng = np.random.default_rng(0)
    params = lru.init_params(rng, D=2, H=4000, V=1, r_min=0.5, r_max=0.9, max_angle=1.0)
    size, angle = np.abs(lru.factor(params)), np.angle(lru.factor(params))
    assert 0.5 <= size.min() < 0.51 and 0.89 < size.max() <= 0.9
    assert 0 < angle.min() and angle.max() <= 1
    inner = np.mean(size**2 < (0.5**2 + 0.9**2) / 2)
    assert abs(inner - 0.5) < 0.03  # half of the area
    np.testing.assert_allclose(np.exp(2 * params.gamma), 1 - size**2, rtol=1e-12)


def test_what_does_not_fit_is_refused():
    params, x, state, dy = problem()
    cache = lru.forward(params, x, state)[2]
    for call, error, message in [
        (lambda: lru.forward(tuple(params), x), TypeError, "expected lru.Params, got tuple"),
        (lambda: lru.forward(params._replace(W_x_re=None), x), TypeError, "params.W_x_re"),
        (lambda: lru.forward(params._replace(W_x_re=1j * x[0]), x), TypeError, "params.W_x_re"),
        (lambda: lru.forward(params._replace(nu=np.ones(3)), x), ValueError, "params.nu"),
        (lambda: lru.forward(params, x[..., :2]), ValueError, "x: expected shape"),
        (lambda: lru.forward(params, x, state.real.copy()), TypeError, "state: expected dtype"),
        (lambda: lru.backward(params, cache, dy[1:]), ValueError, "dy: expected shape"),
    ]:
        with pytest.raises(error, match=message):
            call()
