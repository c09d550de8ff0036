"""Sigmoid and tanh in place, in the few calls that a step can afford.

Two ways that agree to rounding. A call costs about as much as a thousand elements, so small
arrays take one tanh over all gates. Large ones take what NumPy computes faster on this machine:
tanh in float32 where it has AVX-512, exp everywhere else.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy import add, divide, exp, multiply, subtract, tanh

SMALL = 512  # H*B below which calls cost more than elements
AVX512 = {"AVX512_SKX", "X86_V4"}  # by its older and its newer name


def tanh_is_fast(dtype):
    """Whether NumPy computes tanh of this dtype faster than exp, here."""
    found = np.show_config(mode="dicts").get("SIMD Extensions", {}).get("found", ())
    return dtype == np.float32 and not AVX512.isdisjoint(found)


FAST_TANH = [dtype for dtype in map(np.dtype, (np.float32, np.float64)) if tanh_is_fast(dtype)]


class Squash(NamedTuple):
    """A way to squash; the weights are scaled beforehand, so that no step has to."""

    tanh_scale: float  # factor on the rows of W that a tanh follows
    sigmoid_scale: float  # factor on the rows of W that a sigmoid follows
    gates: Any  # gates(a, tanh_rows, sigmoid_rows): squash a, of which the others are views
    sigmoid: Any  # sigmoid(a): squash scaled a
    tanh: Any  # tanh(a, out), of an unscaled a


def choose(dtype, size):
    """The faster way for a state of `size` numbers, with constants of one dtype.

    Parameters
    ----------
    dtype : numpy.dtype
    size : int
        H*B.

    Returns
    -------
    Squash
    """
    return by_tanh(dtype) if size < SMALL or dtype in FAST_TANH else by_exp(dtype)


def by_tanh(dtype):
    """sigmoid(a) = (1 + tanh(a/2)) / 2, with a/2 from scaled weights (source: eq-sigmoid)."""
    half = np.array(0.5, dtype)  # a 0-d array: a Python number would be converted in every call

    def sigmoid(a):
        tanh(a, a)
        multiply(a, half, a)
        add(a, half, a)  # eq-sigmoid

    def gates(a, tanh_rows, sigmoid_rows):
        tanh(a, a)
        multiply(sigmoid_rows, half, sigmoid_rows)
        add(sigmoid_rows, half, sigmoid_rows)  # eq-sigmoid

    return Squash(1.0, 0.5, gates, sigmoid, tanh)


def by_exp(dtype):
    """sigmoid(a) = 1 / (1 + exp(-a)) and tanh(a) = 2 sigmoid(2a) - 1.

    exp overflows to infinity where the sigmoid is 0; the caller silences that warning.
    """
    one, two, minus_two = (np.array(value, dtype) for value in (1, 2, -2))

    def sigmoid(minus_a):
        exp(minus_a, minus_a)
        add(minus_a, one, minus_a)
        divide(one, minus_a, minus_a)  # eq-sigmoid

    def gates(a, tanh_rows, sigmoid_rows):
        sigmoid(a)
        add(tanh_rows, tanh_rows, tanh_rows)
        subtract(tanh_rows, one, tanh_rows)

    def tanh_by_exp(a, out):
        multiply(a, minus_two, out)
        exp(out, out)
        add(out, one, out)
        divide(two, out, out)
        subtract(out, one, out)

    faster = tanh if dtype == np.float32 else tanh_by_exp
    return Squash(-2.0, -1.0, gates, sigmoid, faster)
