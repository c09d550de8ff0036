"""What holds for every cell, size, precision, strength and layout, in both passes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnncourse import lstm
from rnncourse.tree import leaves, tree_map
from tests.conftest import CELLS
from tests.properties import (
    CHECKPOINTED,
    FUSED,
    READABLE,
    arrays,
    assert_close,
    assert_equal,
    assert_slope,
    assert_sum,
    mapped,
    problems,
    run,
    tried,
)

ALL_PASSES = {"readable": READABLE, "fused": FUSED, "checkpointed": CHECKPOINTED}

each_cell = pytest.mark.parametrize(
    "cell", CELLS, ids=[cell.__name__.rpartition(".")[2] for cell in CELLS]
)
each_passes = pytest.mark.parametrize("passes", ALL_PASSES.values(), ids=ALL_PASSES)


def every(test):
    """Run a test for both kinds of passes and all cells, with `data` to draw problems from."""
    return each_passes(each_cell(tried(given(data=st.data())(test))))


def rows(index, problem):
    """The problem with these sequences of the batch alone."""

    def of_state(state):
        return tree_map(lambda part: part[index], state)

    return problem._replace(
        x=problem.x[:, index],
        state=of_state(problem.state),
        dout=problem.dout[:, index],
        dstate=of_state(problem.dstate),
    )


@every
def test_shapes_precision_and_order_in_memory(passes, cell, data):
    problem = data.draw(problems(cell))
    (T, B, D), H = problem.x.shape, problem.dout.shape[-1]
    (out, last), (dx, dstate, grads) = run(passes, problem)
    assert out.shape == (T, B, H) and dx.shape == (T, B, D)
    for state in (last, dstate):
        assert type(state) is (lstm.State if cell is lstm else np.ndarray)
        assert {part.shape for part in leaves(state)} == {(B, H)}
    assert type(grads) is type(problem.params)
    assert [grad.shape for grad in grads] == [weights.shape for weights in problem.params]
    for name, array in arrays((out, last, dx, dstate, grads)).items():
        assert array.dtype == problem.x.dtype and array.flags.c_contiguous, name
    np.testing.assert_array_equal(out[-1], leaves(last)[0])


@every
def test_results_share_no_memory_with_inputs_or_each_other(passes, cell, data):
    problem = data.draw(problems(cell))
    if data.draw(st.booleans(), label="without states"):
        problem = problem._replace(state=None, dstate=None)
    results = arrays(run(passes, problem))
    inputs = {name: array for name, array in arrays(problem[1:]).items() if array is not None}
    for name, result in results.items():
        for other, given_ in inputs.items():
            assert not np.shares_memory(result, given_), (name, other)
        for other, result_too in results.items():
            assert name == other or not np.shares_memory(result, result_too), (name, other)


@every
def test_inputs_stay_as_they_are_and_a_cache_may_be_used_twice(passes, cell, data):
    problem = data.draw(problems(cell))
    kept = tree_map(np.copy, problem[1:])
    out, last, cache = passes.forward(*problem[:4])
    states = tree_map(np.copy, (out, last))
    first = passes.backward(cell, problem.params, cache, problem.dout, problem.dstate)
    first_kept = tree_map(np.copy, first)
    passes.forward(cell, problem.params, -problem.x, problem.state)  # no buffer outlives its call
    other = tree_map(np.negative, (problem.dout, problem.dstate))
    passes.backward(cell, problem.params, cache, *other)
    again = passes.backward(cell, problem.params, cache, problem.dout, problem.dstate)
    assert_equal(problem[1:], kept)
    assert_equal((out, last), states)
    assert_equal(first, first_kept)
    assert_equal(again, first)
    for one, two in zip(leaves(again), leaves(first), strict=True):
        assert not np.shares_memory(one, two)


@every
def test_layout_in_memory_changes_nothing_but_rounding(passes, cell, data):
    problem = data.draw(problems(cell))
    assert_close(run(passes, problem), run(passes, mapped(np.ascontiguousarray, problem)))


@every
def test_no_state_is_a_state_of_zeros(passes, cell, data):
    problem = data.draw(problems(cell))
    zeros = tree_map(np.zeros_like, problem.state)
    without = run(passes, problem._replace(state=None, dstate=None))
    assert_equal(without, run(passes, problem._replace(state=zeros, dstate=zeros)))


@every
def test_backward_is_linear_in_the_gradients_that_arrive(passes, cell, data):
    cell, params, x, state, *one = data.draw(problems(cell))
    factors = st.sampled_from([-2.0, 0.5, 3.0])
    a, b = (x.dtype.type(data.draw(factors, label=name)) for name in "ab")
    rng = np.random.default_rng(0)
    two = tree_map(lambda part: rng.normal(size=part.shape).astype(x.dtype), tuple(one))
    _, _, cache = passes.forward(cell, params, x, state)
    mixed = tree_map(lambda p, q: a * p + b * q, tuple(one), two)
    back_one, back_two, back_mixed = (
        passes.backward(cell, params, cache, *arriving) for arriving in (one, two, mixed)
    )
    shares = tree_map(lambda p: a * p, back_one), tree_map(lambda q: b * q, back_two)
    assert_sum(back_mixed, *shares)


@every
def test_the_loss_changes_along_any_direction_as_the_gradients_say(passes, cell, data):
    problem = data.draw(problems(cell, strengths=(1.0, 3.0), dtypes=(np.float64,)))

    def loss(moved):
        (out, last), _ = run(passes, problem._replace(params=moved[0], x=moved[1], state=moved[2]))
        parts = zip(leaves((out, last)), leaves((problem.dout, problem.dstate)), strict=True)
        return sum(np.sum(part * dpart) for part, dpart in parts)

    _, (dx, dstate, grads) = run(passes, problem)
    assert_slope(loss, (problem.params, problem.x, problem.state), (grads, dx, dstate))


@every
def test_no_gradient_arriving_gives_no_gradient(passes, cell, data):
    problem = data.draw(problems(cell))
    zeros = tree_map(np.zeros_like, (problem.dout, problem.dstate))
    _, back = run(passes, problem._replace(dout=zeros[0], dstate=zeros[1]))
    assert not any(array.any() for array in leaves(back))


@every
def test_each_sequence_alone_gives_what_it_gives_in_the_batch(passes, cell, data):
    problem = data.draw(problems(cell))
    (out, last), (dx, dstate, grads) = run(passes, problem)
    alone = [run(passes, rows(slice(b, b + 1), problem)) for b in range(out.shape[1])]

    def joined(axis, pick):
        return tree_map(lambda *parts: np.concatenate(parts, axis), *map(pick, alone))

    assert_close(out, joined(1, lambda one: one[0][0]))
    assert_close(last, joined(0, lambda one: one[0][1]))
    assert_close(dx, joined(1, lambda one: one[1][0]))
    assert_close(dstate, joined(0, lambda one: one[1][1]))
    assert_sum(grads, *(one[1][2] for one in alone))


@every
def test_another_order_of_the_batch_gives_the_results_in_that_order(passes, cell, data):
    problem = data.draw(problems(cell))
    order = data.draw(st.permutations(range(problem.x.shape[1])), label="order")
    (out, last), (dx, dstate, grads) = run(passes, problem)
    (out_p, last_p), (dx_p, dstate_p, grads_p) = run(passes, rows(order, problem))
    assert_close((out_p, dx_p), (out[:, order], dx[:, order]))
    assert_close((last_p, dstate_p), tree_map(lambda part: part[order], (last, dstate)))
    assert_close(grads_p, grads)


@every
def test_two_halves_with_the_state_handed_over_are_the_whole(passes, cell, data):
    cell, params, x, state, dout, dstate = problem = data.draw(problems(cell, shortest=2))
    cut = data.draw(st.integers(1, len(x) - 1), label="cut")
    whole, (dx, dfirst, grads) = run(passes, problem)
    out_1, middle, cache_1 = passes.forward(cell, params, x[:cut], state)
    out_2, last, cache_2 = passes.forward(cell, params, x[cut:], middle)
    dx_2, dmiddle, grads_2 = passes.backward(cell, params, cache_2, dout[cut:], dstate)
    dx_1, dfirst_1, grads_1 = passes.backward(cell, params, cache_1, dout[:cut], dmiddle)
    assert_close((np.concatenate([out_1, out_2]), last), whole)
    assert_close((np.concatenate([dx_1, dx_2]), dfirst_1), (dx, dfirst))
    assert_sum(grads, grads_1, grads_2)


@every
def test_the_past_does_not_see_the_future_nor_the_future_a_gradient_of_the_past(passes, cell, data):
    cell, params, x, state, dout, dstate = data.draw(problems(cell, shortest=2))
    t = data.draw(st.integers(1, len(x) - 1), label="t")
    other = x.copy()
    other[t:] += 1
    out, _, cache = passes.forward(cell, params, x, state)
    assert_close(passes.forward(cell, params, other, state)[0][:t], out[:t])
    early = dout.copy()
    early[t:] = 0
    dx, _, _ = passes.backward(cell, params, cache, early, tree_map(np.zeros_like, dstate))
    assert dx[:t].any() and not dx[t:].any()
