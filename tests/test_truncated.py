"""Truncated backpropagation through time: what its gradient is the gradient of."""

import numpy as np
import pytest

from rnncourse import fused, gradients, unroll, unroll_backward
from tests.conftest import make_problem

equation = pytest.mark.equation


def half_square(out, start):
    return 0.5 * float(np.sum(out**2)), out


@equation("eq-truncated")
@pytest.mark.parametrize("length", [1, 2, 3, 7])
def test_gradient_is_that_of_the_chunks_with_the_states_between_them_held(cell, length):
    _, params, x, state, *_ = make_problem(cell, T=7)
    starts = range(0, 7, length)
    held = [state if s == 0 else unroll(cell, params, x[:s], state)[1] for s in starts]

    _, grads, _ = fused.truncated(cell, params, x, half_square, length, state)

    def with_held_states(moved):
        pairs = zip(starts, held, strict=True)
        outs = [unroll(cell, moved, x[s : s + length], h)[0] for s, h in pairs]
        return sum(half_square(out, 0)[0] for out in outs), grads

    assert gradients.check(with_held_states, params, tol=1e-6) < 1e-6


@equation("eq-truncated")
def test_one_chunk_is_the_whole_gradient_and_more_are_not(cell):
    _, params, x, state, *_ = make_problem(cell, T=7)
    out, last, caches = unroll(cell, params, x, state)
    whole = unroll_backward(cell, params, caches, out)[2]
    one = fused.truncated(cell, params, x, half_square, 7, state)
    many = fused.truncated(cell, params, x, half_square, 2, state)
    np.testing.assert_allclose(one[1].W_h, whole.W_h, rtol=1e-10)
    assert np.linalg.norm(many[1].W_h - whole.W_h) > 1e-3 * np.linalg.norm(whole.W_h)
    assert many[0] == pytest.approx(one[0], rel=1e-12)  # forward nothing is cut
