"""The size of a Jacobian over many steps: flow, singular values, spectral radius."""

import math

import numpy as np
import pytest

from rnncourse import gradients, lstm, rnn
from tests.conftest import make_problem
from tests.jacobians import flat, flat_run, jacobian, nearly_linear

equation = pytest.mark.equation


# Flow


@equation("eq-jacobian-product")
@pytest.mark.parametrize("B", [1, 2])
def test_flow_equals_the_norm_of_slopes_through_all_later_steps(cell, B):
    T = 3
    _, params, x, state, *_ = make_problem(cell, T=T, B=B)
    expected = np.zeros(T + 1)
    for b in range(B):
        s = flat(state)[b]
        for t in range(T + 1):
            J = jacobian(lambda s, b=b, t=t: flat_run(cell, params, x[t:, b], s), s)
            expected[t] += math.sqrt(np.linalg.eigvalsh(J.T @ J)[-1]) / B  # largest singular value
            s = flat_run(cell, params, x[t : t + 1, b], s)
    np.testing.assert_allclose(gradients.flow(cell, params, x, state), expected, atol=1e-8)


@equation("eq-jacobian-product")
def test_flow_of_a_nearly_linear_cell_is_the_norm_of_a_matrix_power():
    W_h = np.triu(np.ones((4, 4)))  # not symmetric
    flow = gradients.flow(rnn, *nearly_linear(W_h, T=4))
    powers = [np.linalg.matrix_power(W_h, 4 - t) for t in range(5)]
    np.testing.assert_allclose(flow, [np.linalg.norm(power, 2) for power in powers], rtol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_flow_ends_at_one_and_starts_from_zeros_without_a_state(cell, dtype):
    _, params, x, *_ = make_problem(cell, dtype=dtype)
    flow = gradients.flow(cell, params, x)
    assert flow.shape == (6,) and flow[-1] == 1 and flow.dtype == float
    zeros = cell.init_state(2, 4, dtype)
    np.testing.assert_array_equal(flow, gradients.flow(cell, params, x, zeros))


# Size: singular values and spectral radius


@equation("eq-jacobian-product")
def test_singular_values_are_the_roots_of_the_eigenvalues_of_slopes(cell):
    _, params, x, state, *_ = make_problem(cell, T=3)
    got = gradients.singular_values(cell, params, x, state)
    assert got.shape == (2, 8 if cell is lstm else 4) and (np.diff(got, axis=1) <= 0).all()
    for b in range(2):
        J = jacobian(lambda s, b=b: flat_run(cell, params, x[:, b], s), flat(state)[b])
        expected = np.sqrt(np.linalg.eigvalsh(J @ J.T).clip(0))[::-1]
        np.testing.assert_allclose(got[b], expected, atol=2e-8 if cell is not lstm else 1e-6)
    mean = got[:, 0].mean()
    np.testing.assert_allclose(gradients.flow(cell, params, x, state)[0], mean, rtol=1e-12)


def test_singular_values_of_orthogonal_recurrence_are_all_one():
    Q, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(5, 5)))
    np.testing.assert_allclose(gradients.singular_values(rnn, *nearly_linear(Q, T=30)), 1)


@pytest.mark.parametrize(
    "matrix, radius",
    [
        ([[-3.0, 0.0], [0.0, 2.0]], 3.0),  # the largest in absolute value
        ([[0.0, -2.0], [2.0, 0.0]], 2.0),  # a rotation: the eigenvalues are 2i and -2i
        ([[0.0, 7.0], [0.0, 0.0]], 0.0),  # nilpotent, whatever its norm
        ([[4, 1], [2, 3]], 5.0),  # eigenvalues 5 and 2
        ([[-0.25]], 0.25),
    ],
)
def test_spectral_radius_is_the_largest_eigenvalue_in_absolute_value(matrix, radius):
    assert gradients.spectral_radius(np.array(matrix)) == pytest.approx(radius, abs=1e-15)


def test_spectral_radius_of_a_stack_is_one_number_each():
    stack = np.stack([k * np.eye(2) for k in range(6)]).reshape(2, 3, 2, 2)
    np.testing.assert_allclose(gradients.spectral_radius(stack), [[0, 1, 2], [3, 4, 5]])


STRETCHES_AND_FADES = np.array([[0.5, 3.0], [0.0, 0.5]])  # its powers: 0.5^k [[1, 6k], [0, 1]]


def test_a_singular_value_above_one_is_not_enough_to_explode():
    flow = gradients.flow(rnn, *nearly_linear(STRETCHES_AND_FADES, T=50))[::-1]  # by lag
    assert 3.07 < flow[1] < 3.09  # (3 + sqrt(10)) / 2, the largest singular value
    assert flow[2] > 3  # it stretches at first
    assert flow[50] < 1e-12  # 300 * 0.5^50
    assert (np.diff(flow[3:]) < 0).all()


@pytest.mark.parametrize("scale", [0.5, 1.0, 3.0])
def test_gelfand_the_root_of_the_norm_of_powers_tends_to_the_spectral_radius(scale, rng):
    W = scale * (rng.normal(size=(6, 6)) + np.triu(np.ones((6, 6))))
    radius = gradients.spectral_radius(W)
    roots = [np.linalg.norm(np.linalg.matrix_power(W, k), 2) ** (1 / k) for k in (1, 10, 100, 200)]
    assert roots[0] > 1.2 * radius and min(roots) >= radius * (1 - 1e-12)  # bounds from above
    np.testing.assert_allclose(roots[-1], radius, rtol=0.01)


@pytest.mark.parametrize("matrix", [np.ones(3), np.ones((2, 3)), 1.0])
def test_spectral_radius_refuses_what_is_not_square(matrix):
    with pytest.raises(ValueError, match=r"matrix: expected shape \(\.\.\., S, S\), got \("):
        gradients.spectral_radius(matrix)


def test_spectral_radius_refuses_nan():
    with pytest.raises(ValueError, match="matrix: expected finite values"):
        gradients.spectral_radius(np.array([[1.0, np.nan], [0.0, 1.0]]))
