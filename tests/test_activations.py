"""The squashing functions against `math`, their derivatives against slopes."""

import math

import numpy as np
import pytest

from rnncourse.activations import d_sigmoid, d_tanh, sigmoid
from tests.scalar import slopes

POINTS = np.linspace(-30, 30, 121)


@pytest.mark.equation("eq-sigmoid")
def test_sigmoid_is_one_over_one_plus_exp():
    expected = [1 / (1 + math.exp(-a)) for a in POINTS]
    np.testing.assert_allclose(sigmoid(POINTS), expected, rtol=1e-12, atol=1e-16)


def test_sigmoid_of_minus_a_is_one_minus_sigmoid_of_a():
    np.testing.assert_allclose(sigmoid(-POINTS), 1 - sigmoid(POINTS), rtol=0, atol=2e-16)


def test_sigmoid_does_not_overflow():
    np.testing.assert_array_equal(sigmoid(np.array([-1e300, 1e300])), [0, 1])


@pytest.mark.equation("eq-d-sigmoid")
def test_derivative_of_sigmoid_from_its_output():
    points = np.linspace(-5, 5, 21)
    expected = slopes(lambda a: sum(1 / (1 + math.exp(-v)) for v in a), points)
    np.testing.assert_allclose(d_sigmoid(sigmoid(points)), expected, atol=1e-9)


@pytest.mark.equation("eq-d-tanh")
def test_derivative_of_tanh_from_its_output():
    points = np.linspace(-5, 5, 21)
    expected = slopes(lambda a: sum(map(math.tanh, a)), points)
    np.testing.assert_allclose(d_tanh(np.tanh(points)), expected, atol=1e-9)


@pytest.mark.parametrize("f", [sigmoid, d_sigmoid, d_tanh])
def test_float32_stays_float32(f):
    assert f(np.array([0.5], np.float32)).dtype == np.float32
