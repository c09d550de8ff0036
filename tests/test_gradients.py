"""The gradient check, step Jacobians and gradient flow against slopes and closed forms."""

import math

import numpy as np
import pytest

from rnncourse import gradients, lstm, rnn, unroll
from rnncourse.head import Params
from rnncourse.tree import leaves
from tests import scalar
from tests.conftest import make_problem

equation = pytest.mark.equation


# The check


@equation("eq-finite-difference")
def test_central_difference_of_a_cube_is_off_by_exactly_eps_squared():
    def cube(w):
        return float(np.sum(w**3)), 3 * w**2

    # ((w + e)^3 - (w - e)^3) / 2e = 3 w^2 + e^2
    error = gradients.check(cube, np.array([2.0]), eps=0.5, tol=1)
    assert error == pytest.approx(0.25 / 12.25, rel=1e-12)


@equation("eq-finite-difference")
def test_central_difference_of_a_square_is_exact():
    assert gradients.check(lambda w: (float(w @ w), 2 * w), np.array([1.0, -2.0]), eps=0.5) == 0


@equation("eq-gradient-error")
@pytest.mark.parametrize(
    "analytic, numeric, error, entry",
    [
        ([1.0, 2.0], [1.0, 4.0], 0.5, (1,)),  # relative to the larger array
        ([1.0, 4.0], [1.0, 2.0], 0.5, (1,)),  # from either side
        ([8.0, 1.0], [8.0, 2.0], 0.125, (1,)),  # per array, not per entry
        ([0.0, -3.0], [0.0, 3.0], 2.0, (1,)),  # signs count
        ([-4.0, 0.0], [-3.0, 0.0], 0.25, (0,)),  # sizes, not values
        ([0.0], [1e-10], 1e-2, (0,)),  # below 1e-8 the scale stops shrinking
        ([0.0], [0.0], 0.0, (0,)),
    ],
)
def test_relative_error(analytic, numeric, error, entry):
    got, where = gradients.relative_error(np.array(analytic), np.array(numeric))
    assert got == pytest.approx(error) and where == entry
    assert type(got) is float and all(type(k) is int for k in where)


def tree_loss(wrong=None):
    """The loss sum of squares over a tree of two arrays; `wrong` spoils one gradient."""

    def f(params):
        w, b = params
        dw, db = 2 * w, 2 * b
        if wrong:
            wrong(dw, db)
        return float(np.sum(w**2) + np.sum(b**2)), Params(dw, db)

    return f


PARAMS = Params(np.arange(1.0, 7.0).reshape(2, 3), np.array([1.0, -1.0, 2.0]))


def test_check_passes_a_right_gradient_and_returns_the_worst_error():
    assert gradients.check(tree_loss(), PARAMS) < 1e-9

    def slightly(dw, db):
        dw[0, 0] += 1e-3

    worst = gradients.check(tree_loss(slightly), PARAMS, tol=1)
    assert worst == pytest.approx(1e-3 / 12, rel=1e-3)


def test_check_names_the_array_and_the_entry():
    def wrong(dw, db):
        dw[1, 2] = -5

    with pytest.raises(
        AssertionError,
        match=r"gradient of params\.W_y is off by 1\.4e\+00 \(limit 1\.0e-07\), "
        r"most at \(1, 2\): expected 12 from finite differences, got -5",
    ):
        gradients.check(tree_loss(wrong), PARAMS)


def test_check_looks_at_every_array():
    def wrong(dw, db):
        db[0] = 0

    with pytest.raises(AssertionError, match=r"params\.b_y.*\(0,\): expected 2 .*, got 0"):
        gradients.check(tree_loss(wrong), PARAMS)


def test_check_refuses_a_gradient_of_nan():
    def wrong(dw, db):
        db[1] = np.nan

    with pytest.raises(AssertionError, match=r"params\.b_y is off by nan"):
        gradients.check(tree_loss(wrong), PARAMS)


def test_check_refuses_a_gradient_of_another_shape():
    def f(w):
        return float(np.sum(w**2)), 2 * w[:1]

    with pytest.raises(ValueError, match=r"gradient of params: expected shape \(2,\), got \(1,\)"):
        gradients.check(f, np.ones(2))


def test_check_refuses_float32():
    with pytest.raises(TypeError, match="params.0: expected dtype float64, got float32"):
        gradients.check(lambda w: (0.0, w), (np.ones(2, np.float32),))


def test_check_does_not_change_its_parameters():
    params = Params(*(array.copy() for array in PARAMS))
    for array in params:
        array.flags.writeable = False
    gradients.check(tree_loss(), params)
    for old, new in zip(PARAMS, params, strict=True):
        np.testing.assert_array_equal(old, new)


# Jacobians


def flat_step(cell, params, x, state):
    """One step of the scalar cells on one sequence, from flat state to flat state."""
    made = scalar.STEPS[cell]([weights.tolist() for weights in params], x.tolist(), list(state))
    return np.array(made["h"] + made.get("c", []))


def jacobian(f, state):
    """Entry [j, k] is d f_j / d state_k, by moving state_k both ways."""
    return np.stack(
        [(f(state + 1e-5 * unit) - f(state - 1e-5 * unit)) / 2e-5 for unit in np.eye(len(state))],
        axis=1,
    )


@equation("eq-jacobian")
def test_step_jacobian_equals_slopes_of_the_state(cell):
    _, params, x, state, *_ = make_problem(cell, T=1)
    _, _, cache = cell.step(params, x[0], state)
    got = gradients.step_jacobian(cell, params, cache)
    flat = np.concatenate(leaves(state), axis=-1)
    S = flat.shape[1]
    assert got.shape == (2, S, S) and S == (8 if cell is lstm else 4)
    for b in range(2):
        expected = jacobian(lambda s, b=b: flat_step(cell, params, x[0, b], s), flat[b])
        np.testing.assert_allclose(got[b], expected, atol=1e-8)


@equation("eq-jacobian")
def test_jacobian_of_the_simple_cell_in_closed_form():
    _, params, x, state, *_ = make_problem(rnn, T=1)
    h, _, cache = rnn.step(params, x[0], state)
    got = gradients.step_jacobian(rnn, params, cache)
    for b in range(2):
        np.testing.assert_allclose(got[b], np.diag(1 - h[b] ** 2) @ params.W_h.T, rtol=1e-12)


def test_step_jacobian_keeps_float32(cell):
    _, params, x, state, *_ = make_problem(cell, T=1, dtype=np.float32)
    _, _, cache = cell.step(params, x[0], state)
    assert gradients.step_jacobian(cell, params, cache).dtype == np.float32


@equation("eq-jacobian-product")
@pytest.mark.parametrize("B", [1, 2])
def test_flow_equals_the_norm_of_slopes_through_all_later_steps(cell, B):
    T = 3
    _, params, x, state, *_ = make_problem(cell, T=T, B=B)
    expected = np.zeros(T + 1)
    for b in range(B):
        s = np.concatenate([part[b] for part in leaves(state)])
        for t in range(T + 1):

            def rest(s, t=t, b=b):
                for later in range(t, T):
                    s = flat_step(cell, params, x[later, b], s)
                return s

            J = jacobian(rest, s)
            expected[t] += math.sqrt(np.linalg.eigvalsh(J.T @ J)[-1]) / B  # largest singular value
            if t < T:
                s = flat_step(cell, params, x[t, b], s)
    np.testing.assert_allclose(gradients.flow(cell, params, x, state), expected, atol=1e-8)


@equation("eq-jacobian-product")
def test_flow_of_a_nearly_linear_cell_is_the_norm_of_a_matrix_power():
    _, params, x, state, *_ = make_problem(rnn, T=4)
    params = params._replace(b=np.zeros(4), W_h=np.triu(np.ones((4, 4))))  # not symmetric
    flow = gradients.flow(rnn, params, x * 0, state * 1e-9)
    powers = [np.linalg.matrix_power(params.W_h, 4 - t) for t in range(5)]
    np.testing.assert_allclose(flow, [np.linalg.norm(power, 2) for power in powers], rtol=1e-9)


def test_flow_ends_at_one_and_starts_from_zeros_without_a_state(problem):
    cell, params, x, _, *_ = problem
    flow = gradients.flow(cell, params, x)
    assert flow.shape == (6,) and flow[-1] == 1
    np.testing.assert_array_equal(flow, gradients.flow(cell, params, x, cell.init_state(2, 4)))


def test_flow_refuses_what_unroll_refuses(problem):
    cell, params, x, *_ = problem
    with pytest.raises(ValueError, match=r"x: expected shape \(T, B, 3\)"):
        gradients.flow(cell, params, x[0])


def test_gradients_of_flow_equal_those_of_backpropagation():
    """The last row of the product, seen from the other side: push one unit back through time."""
    _, params, x, state, *_ = make_problem(rnn, T=2, B=1)
    _, _, caches = unroll(rnn, params, x, state)
    later, earlier = (gradients.step_jacobian(rnn, params, cache)[0] for cache in caches[::-1])
    unit = np.array([[0.0, 0.0, 0.0, 1.0]])
    dh = unit
    for cache in caches[::-1]:
        _, dh, _ = rnn.step_backward(params, cache, np.zeros((1, 4)), dh)
    np.testing.assert_allclose(dh[0], (later @ earlier)[3], rtol=1e-12)
