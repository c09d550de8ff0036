"""The whole-sequence kernels give the numbers of `unroll`, for whatever it takes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnncourse import fused
from rnncourse.tree import leaves
from tests.conftest import CELLS
from tests.properties import (
    READABLE,
    assert_close,
    assert_equal,
    mapped,
    of_fused,
    problems,
    run,
    tried,
)

each_cell = pytest.mark.parametrize(
    "cell", CELLS, ids=[cell.__name__.rpartition(".")[2] for cell in CELLS]
)
MODEST = (1.0, 0.1, 3.0)  # beyond, weights magnify what rounding did in single precision
checkpoints = st.sampled_from([None, 1, 2, 3, 1000])


def assert_the_numbers_of_unroll(problem, checkpoint):
    """Fail unless all results agree, relative to the largest entry or, if more, to 0.01.

    What arrives is of size 1. What a gate nearly shut lets through is as exact as the gate, and
    how exact that is depends on the form in which the sigmoid is computed.
    """
    mine = run(of_fused(checkpoint=checkpoint), problem)
    assert_close(mine, run(READABLE, problem), double=1e-12, single=1e-5, floor=0.01)


@each_cell
@tried
@given(st.data())
def test_small_sizes(cell, data):
    problem = data.draw(problems(cell, strengths=MODEST))
    assert_the_numbers_of_unroll(problem, data.draw(checkpoints, label="checkpoint"))


@each_cell
@tried
@given(st.data())
def test_strong_weights(cell, data):
    problem = data.draw(problems(cell, strengths=(8.0, 16.0), dtypes=(np.float64,)))
    assert_the_numbers_of_unroll(problem, data.draw(checkpoints, label="checkpoint"))


@each_cell
@tried
@given(st.data())
def test_strong_weights_in_single_precision_cost_no_more_than_in_unroll(cell, data):
    problem = data.draw(problems(cell, strengths=(8.0,), dtypes=(np.float32,)))
    passes = of_fused(checkpoint=data.draw(checkpoints, label="checkpoint"))
    exact = run(READABLE, mapped(lambda array: array.astype(float), problem))
    results = run(passes, problem), run(READABLE, problem), exact
    for mine, other, right in zip(*map(leaves, results), strict=True):
        own, limit = np.abs(mine - right).max(), np.abs(other - right).max()
        assert own <= 4 * limit + 1e-5 * max(1, np.abs(right).max())


@each_cell
@tried
@given(st.data())
def test_sizes_at_which_products_are_split_and_time_is_cut_into_blocks(cell, data):
    # weights stronger than this make long sequences chaotic: rounding grows until all differs
    problem = data.draw(problems(cell, largest=80, strengths=(1.0, 0.1)))
    assert_the_numbers_of_unroll(problem, data.draw(checkpoints, label="checkpoint"))


@each_cell
@tried
@given(st.data())
def test_without_states(cell, data):
    problem = data.draw(problems(cell, strengths=MODEST))
    which = data.draw(st.sampled_from([["state"], ["dstate"], ["state", "dstate"]]), label="None")
    problem = problem._replace(**dict.fromkeys(which))
    assert_the_numbers_of_unroll(problem, data.draw(checkpoints, label="checkpoint"))


@each_cell
@tried
@given(st.data())
def test_without_training_the_numbers_stay_and_nothing_is_kept(cell, data):
    problem = data.draw(problems(cell))
    checkpoint = data.draw(checkpoints, label="checkpoint")
    out, state, cache = fused.forward(*problem[:4], train=False, checkpoint=checkpoint)
    assert cache is None
    assert_equal((out, state), fused.forward(*problem[:4])[:2])
