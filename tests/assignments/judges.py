"""Derivatives by complex steps, a judge that knows nothing about a backward pass.

A complex step, Im f(x + 1e-30j) / 1e-30, has no rounding error.
"""

import numpy as np


def complex_step(f, array):
    """The gradient of the number f(array)."""
    grad = np.zeros(array.shape)
    for k in np.ndindex(array.shape):
        moved = array.astype(complex)
        moved[k] += 1e-30j
        grad[k] = f(moved).imag / 1e-30
    return grad


def assert_backward(forward, back, arrays, names):
    """`back` against complex steps of the number forward(**arrays), name by name."""
    for name in names:
        want = complex_step(
            lambda value, name=name: forward(**arrays | {name: value}), arrays[name]
        )
        np.testing.assert_allclose(back[name], want, rtol=1e-12, atol=1e-13, err_msg=name)


def draw(seed=0, **shapes):
    rng = np.random.default_rng(seed)
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}
