"""Every rung of the ladder is the same LSTM."""

import numpy as np
import pytest

from rnncourse import ladder, lstm, unroll
from tests.conftest import make_problem

equation = pytest.mark.equation
RUNGS = [ladder.gate_by_gate, ladder.gates_together, ladder.input_ahead, ladder.one_tanh]


@equation("eq-ahead")
@equation("eq-sigmoid")
@pytest.mark.parametrize("rung", RUNGS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("T, B", [(7, 3), (1, 1), (20, 1)])
def test_a_rung_gives_the_outputs_of_unroll(rung, dtype, T, B):
    problem = make_problem(lstm, T=T, B=B, dtype=dtype)
    kept = [array.copy() for array in (*problem.params, problem.x)]
    out = rung(problem.params, problem.x)
    expected, _, _ = unroll(lstm, problem.params, problem.x)
    close = dict(rtol=1e-11, atol=1e-13) if dtype is np.float64 else dict(rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(out, expected, **close)
    assert out.dtype == dtype and out.shape == (T, B, 4)
    for before, now in zip(kept, (*problem.params, problem.x), strict=True):
        np.testing.assert_array_equal(before, now)


@equation("eq-one-product")
@pytest.mark.parametrize("way", [ladder.weight_gradient_at_once, ladder.weight_gradient_by_step])
@pytest.mark.parametrize("B", [1, 3])
def test_the_gradient_of_the_weights_is_a_sum_over_steps_and_batch(rng, way, B):
    z, da = rng.normal(size=(5, B, 2)), rng.normal(size=(5, B, 4))
    dW = way(z, da)
    assert dW.shape == (2, 4)
    for row, column in np.ndindex(2, 4):
        total = sum(z[t, b, row] * da[t, b, column] for t in range(5) for b in range(B))
        assert dW[row, column] == pytest.approx(total, rel=1e-12)
