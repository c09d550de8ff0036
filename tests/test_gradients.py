"""The gradient check against slopes known in closed form."""

import numpy as np
import pytest

from rnncourse import gradients
from rnncourse.head import Params

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
