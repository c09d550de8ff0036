"""Jacobians of one step and of many, against slopes and closed forms."""

import numpy as np
import pytest

from rnncourse import gradients, gru, gru_reset_after, lstm, rnn, unroll
from rnncourse.tree import leaves
from tests import scalar
from tests.conftest import make_problem
from tests.jacobians import flat, flat_run, flat_step, jacobian

equation = pytest.mark.equation
diag = np.diag


# One step


@equation("eq-jacobian")
def test_step_jacobian_equals_slopes_of_the_state(cell):
    _, params, x, state, *_ = make_problem(cell, T=1)
    _, _, cache = cell.step(params, x[0], state)
    got = gradients.step_jacobian(cell, params, cache)
    first = flat(state)
    S = first.shape[1]
    assert got.shape == (2, S, S) and S == (8 if cell is lstm else 4)
    for b in range(2):
        expected = jacobian(lambda s, b=b: flat_step(cell, params, x[0, b], s), first[b])
        np.testing.assert_allclose(got[b], expected, atol=1e-8)


@equation("eq-jacobian")
def test_step_jacobian_equals_slopes_of_the_package_own_step(cell):
    _, params, x, state, *_ = make_problem(cell, T=1)
    _, _, cache = cell.step(params, x[0], state)
    got = gradients.step_jacobian(cell, params, cache)

    def moved(flat_state):
        parts = np.split(flat_state, len(leaves(state)), axis=-1)
        return flat(cell.step(params, x[0], type(state)(*parts) if cell is lstm else parts[0])[1])

    first = flat(state)
    for k, unit in enumerate(np.eye(first.shape[1])):
        slope = (moved(first + 1e-5 * unit) - moved(first - 1e-5 * unit)) / 2e-5
        np.testing.assert_allclose(got[:, :, k], slope, atol=1e-8)


def rnn_form(params, s, made):
    return diag(1 - made["h"] ** 2) @ params.W_h.T


def lstm_form(params, s, made):
    """The matrix of four blocks: new h and c by old h and c."""
    W_i, W_f, W_g, W_o = (block.T for block in np.split(params.W_h, 4, axis=1))
    i, f, g, o, c = (made[name] for name in "ifgoc")
    M = diag(s[4:] * f * (1 - f)) @ W_f + diag(g * i * (1 - i)) @ W_i + diag(i * (1 - g**2)) @ W_g
    shown = o * (1 - np.tanh(c) ** 2)
    through_o = diag(np.tanh(c) * o * (1 - o)) @ W_o
    return np.block([[diag(shown) @ M + through_o, diag(shown * f)], [M, diag(f)]])


def gru_form(params, h, made):
    W_r, W_z, W_n = (block.T for block in np.split(params.W_h, 3, axis=1))
    r, z, n = (made[name] for name in "rzn")
    dn = diag(1 - n**2) @ W_n @ (diag(r) + diag(h * r * (1 - r)) @ W_r)
    return diag(z) + diag(1 - z) @ dn + diag((h - n) * z * (1 - z)) @ W_z


def gru_reset_after_form(params, h, made):
    W_r, W_z, W_n = (block.T for block in np.split(params.W_h, 3, axis=1))
    r, z, n, u = (made[name] for name in "rznu")
    dn = diag(1 - n**2) @ (diag(r) @ W_n + diag(u * r * (1 - r)) @ W_r)
    return diag(z) + diag(1 - z) @ dn + diag((h - n) * z * (1 - z)) @ W_z


FORMS = {rnn: rnn_form, lstm: lstm_form, gru: gru_form, gru_reset_after: gru_reset_after_form}


@equation("eq-jacobian")
def test_step_jacobian_in_closed_form(cell):
    _, params, x, state, *_ = make_problem(cell, T=1)
    _, _, cache = cell.step(params, x[0], state)
    got = gradients.step_jacobian(cell, params, cache)
    made = scalar.values(cell, params, x[0], state)
    for b in range(2):
        row = {name: value[b] for name, value in made.items()}
        expected = FORMS[cell](params, flat(state)[b], row)
        np.testing.assert_allclose(got[b], expected, rtol=1e-12, atol=1e-15)


def test_step_jacobian_keeps_float32_and_its_cache(cell):
    _, params, x, state, *_ = make_problem(cell, T=1, dtype=np.float32)
    _, _, cache = cell.step(params, x[0], state)
    kept = [array.copy() for array in cache]
    got = gradients.step_jacobian(cell, params, cache)
    assert got.dtype == np.float32 and got.flags.c_contiguous
    for old, new in zip(kept, cache, strict=True):
        np.testing.assert_array_equal(old, new)


# Many steps


@equation("eq-jacobian-product")
def test_jacobian_products_equal_slopes_through_all_later_steps(cell):
    T, B = 3, 2
    _, params, x, state, *_ = make_problem(cell, T=T)
    products = list(gradients.jacobian_products(cell, params, x, state))
    assert len(products) == T + 1
    for b in range(B):
        s = flat(state)[b]
        for t in range(T + 1):
            expected = jacobian(lambda s, b=b, t=t: flat_run(cell, params, x[t:, b], s), s)
            np.testing.assert_allclose(products[T - t][b], expected, atol=1e-8)
            s = flat_run(cell, params, x[t : t + 1, b], s)
    np.testing.assert_array_equal(
        products[-1], gradients.state_jacobian(cell, params, x, state), strict=True
    )


@equation("eq-jacobian-product")
def test_state_jacobian_is_the_product_from_the_last_step_to_the_first():
    _, params, x, state, *_ = make_problem(rnn, T=3)
    _, _, caches = unroll(rnn, params, x, state)
    J1, J2, J3 = (gradients.step_jacobian(rnn, params, cache) for cache in caches)
    got = gradients.state_jacobian(rnn, params, x, state)
    np.testing.assert_allclose(got, J3 @ J2 @ J1, rtol=1e-12, atol=1e-16)
    assert np.abs(got - J1 @ J2 @ J3).max() > 1e-3  # the order matters


def test_a_row_of_the_product_is_what_backpropagation_makes_of_a_unit(cell):
    _, params, x, state, *_ = make_problem(cell, T=4, B=1)
    last = cell.init_state(1, 4)
    leaves(last)[-1][0, 2] = 1  # the third unit of h, or of c
    _, _, caches = unroll(cell, params, x, state)
    dstate = last
    for cache in reversed(caches):
        _, dstate, _ = cell.step_backward(params, cache, np.zeros((1, 4)), dstate)
    row = gradients.state_jacobian(cell, params, x, state)[0, -4 + 2]
    np.testing.assert_allclose(row, flat(dstate)[0], rtol=1e-11, atol=1e-16)


def test_products_keep_float32_and_start_from_zeros_without_a_state(cell):
    _, params, x, *_ = make_problem(cell, dtype=np.float32)
    without = gradients.state_jacobian(cell, params, x)
    zeros = cell.init_state(2, 4, np.float32)
    assert without.dtype == np.float32
    np.testing.assert_array_equal(without, gradients.state_jacobian(cell, params, x, zeros))
    for product in gradients.jacobian_products(cell, params, x):
        assert product.dtype == np.float32 and product.flags.c_contiguous


@pytest.mark.parametrize(
    "f", [gradients.jacobian_products, gradients.flow, gradients.singular_values]
)
def test_bad_input_is_refused_at_the_call_as_unroll_does(problem, f):
    cell, params, x, *_ = problem
    with pytest.raises(ValueError, match=r"x: expected shape \(T, B, 3\)"):
        f(cell, params, x[0])
