"""One sequence step by step, and long ones chunk by chunk, give the numbers of `unroll`."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnncourse import fused, unroll, unroll_backward
from rnncourse.tree import leaves, tree_map
from tests.conftest import CELLS
from tests.properties import assert_close, assert_equal, assert_sum, problems, tried

MODEST = (1.0, 0.1, 3.0)
each_cell = pytest.mark.parametrize(
    "cell", CELLS, ids=[cell.__name__.rpartition(".")[2] for cell in CELLS]
)


def first_of(problem, with_state):
    """(params, x (T, D), state of shape (H,) or None) of the first sequence of a batch."""
    state = tree_map(lambda part: part[0], problem.state) if with_state else None
    return problem.params, problem.x[:, 0], state


@each_cell
@tried
@given(st.data())
def test_a_stream_says_what_unroll_says(cell, data):
    problem = data.draw(problems(cell, largest=20, strengths=MODEST))
    params, x, state = first_of(problem, data.draw(st.booleans(), label="with state"))
    batch = None if state is None else tree_map(lambda part: part[None], state)
    out, last, _ = unroll(cell, params, x[:, None], batch)
    stream = fused.stream(cell, params, state)
    said = np.stack([stream.step(x_t).copy() for x_t in x])
    assert said.flags.c_contiguous and said.dtype == x.dtype
    assert_close(said, out[:, 0], double=1e-12, single=1e-5)
    end = tree_map(lambda part: part[0], last)
    assert type(stream.state) is type(end)
    assert_close(stream.state, end, double=1e-12, single=1e-5)


@each_cell
@tried
@given(st.data())
def test_reset_begins_again_and_what_was_given_is_neither_changed_nor_shared(cell, data):
    problem = data.draw(problems(cell))
    params, x, state = first_of(problem, data.draw(st.booleans(), label="with state"))
    inputs = (params, x) if state is None else (params, x, state)
    kept = tree_map(np.copy, inputs)
    stream = fused.stream(cell, params, state)
    start = stream.state
    first = [stream.step(x_t).copy() for x_t in x]
    end, end_again = stream.state, stream.state
    assert_equal(inputs, kept)
    assert_equal(end, end_again)
    h = stream.step(x[0])
    for part, again in zip(leaves(end), leaves(end_again), strict=True):  # .state is a copy
        assert not np.shares_memory(part, h) and not np.shares_memory(part, again)
    assert_equal(end, end_again)
    for array in leaves(inputs):
        assert not np.shares_memory(array, h)
        array[...] = 7  # what the caller does with its arrays later is not the stream's business
    stream.reset()
    assert_equal(stream.state, start)
    assert_equal([stream.step(x_t).copy() for x_t in kept[1]], first)


@each_cell
@tried
@given(st.data())
def test_two_streams_do_not_touch_each_other(cell, data):
    params, x, state = first_of(data.draw(problems(cell)), True)
    alone = fused.stream(cell, params, state)
    expected = [alone.step(x_t).copy() for x_t in x]
    one, two = fused.stream(cell, params, state), fused.stream(cell, params)
    for x_t, h in zip(x, expected, strict=True):
        mine = one.step(x_t)
        two.step(-x_t)
        np.testing.assert_array_equal(mine, h)


@each_cell
@tried
@given(st.data())
def test_truncated_is_unroll_chunk_by_chunk(cell, data):
    _, params, x, state, dout, _ = data.draw(problems(cell, largest=8, strengths=MODEST))
    length = data.draw(st.integers(1, 10), label="length")
    state = state if data.draw(st.booleans(), label="with state") else None

    def loss(out, start):
        part = dout[start : start + len(out)]
        return float(np.sum(out * part)), part

    value, grads, last = fused.truncated(cell, params, x, loss, length, state)
    values, shares = [], []
    for start in range(0, len(x), length):
        out, state, caches = unroll(cell, params, x[start : start + length], state)
        number, part = loss(out, start)
        values.append(number)
        shares.append(unroll_backward(cell, params, caches, part)[2])
    assert_sum(grads, *shares)
    assert_close(last, state)
    tol = 1e-11 if x.dtype == np.float64 else 1e-4
    assert abs(value - sum(values)) <= tol * max(1, sum(map(abs, values)))
