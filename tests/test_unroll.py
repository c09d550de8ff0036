"""The contract of `unroll` and `unroll_backward`, the same for every cell."""

import numpy as np
import pytest

from rnncourse import gradients, lstm, unroll, unroll_backward
from rnncourse.tree import leaves, named_leaves, tree_map
from tests import scalar
from tests.answer import ours
from tests.conftest import make_problem
from tests.scalar import assert_close

equation = pytest.mark.equation

SIZES = [
    pytest.param(dict(), id="all-differ"),
    pytest.param(dict(T=1), id="one-step"),
    pytest.param(dict(B=1), id="one-sequence"),
    pytest.param(dict(D=1), id="one-input"),
    pytest.param(dict(H=1), id="one-unit"),
    pytest.param(dict(T=1, B=1, D=1, H=1), id="all-one"),
]


def with_loss(problem):
    """f((params, x, state)) -> (loss, grads), as `gradients.check` wants it."""
    cell, *tree, dout, dstate = problem

    def f(tree):
        params, x, state = tree
        out, last, caches = unroll(cell, params, x, state)
        loss = np.sum(out * dout)
        for part, dpart in zip(leaves(last), leaves(dstate), strict=True):
            loss += np.sum(part * dpart)
        dx, dfirst, grads = unroll_backward(cell, params, caches, dout, dstate)
        return float(loss), (grads, dx, dfirst)

    return f, tuple(tree)


def assert_same(answer, other, tol):
    pairs = zip(named_leaves(tuple(answer)), leaves(tuple(other)), strict=True)
    for (name, one), two in pairs:
        np.testing.assert_allclose(one, two, rtol=tol, atol=tol, err_msg=name, strict=True)


# Gradients


@pytest.mark.parametrize("sizes", SIZES)
def test_every_gradient_passes_the_check(cell, sizes):
    f, tree = with_loss(make_problem(cell, **sizes))
    assert gradients.check(f, tree) < 1e-7


def test_gradient_arriving_at_the_last_state_alone_passes_the_check(cell):
    problem = make_problem(cell)
    f, tree = with_loss(problem._replace(dout=np.zeros_like(problem.dout)))
    assert gradients.check(f, tree) < 1e-7


@pytest.mark.parametrize("sizes", SIZES)
def test_outputs_and_gradients_equal_the_scalar_loops(cell, sizes):
    problem = make_problem(cell, **sizes)
    answer = ours(problem)
    out, last = scalar.run(*problem[:4])
    np.testing.assert_allclose(answer.out, out, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(np.concatenate(answer.state, axis=-1), last, rtol=1e-12, atol=1e-13)
    dx, dstate, grads = scalar.gradients(problem)
    assert_close(answer.dx, dx)
    for mine, expected in zip(answer.dstate, leaves(dstate), strict=True):
        assert_close(mine, expected)
    for mine, expected in zip(answer.grads, grads, strict=True):
        assert_close(mine, expected)


@pytest.mark.parametrize("path", ["dout", "dstate"])
def test_each_way_in_for_a_gradient_alone(cell, path):
    problem = make_problem(cell)
    shut = "dstate" if path == "dout" else "dout"
    problem = problem._replace(**{shut: tree_map(np.zeros_like, getattr(problem, shut))})
    answer = ours(problem)
    dx, dstate, grads = scalar.gradients(problem)
    assert_close(answer.dx, dx)
    for mine, expected in zip(answer.dstate, leaves(dstate), strict=True):
        assert_close(mine, expected)
    for mine, expected in zip(answer.grads, grads, strict=True):
        assert_close(mine, expected)


@equation("eq-bptt-sum")
def test_weights_used_T_times_get_the_sum_of_what_T_copies_would_get(cell):
    problem = make_problem(cell, T=3)
    _, params, x, state, dout, dstate = problem
    dlast = np.concatenate(leaves(dstate), axis=-1)

    def loss(copies):
        out, last = scalar.run(cell, list(copies), x, state)
        return float(np.sum(out * dout) + np.sum(last * dlast))

    untied = scalar.slopes(loss, (params,) * 3)
    for mine, *copies in zip(ours(problem).grads, *untied, strict=True):
        assert_close(mine, sum(copies))
        assert all(np.abs(mine - copy).max() > 1e-3 for copy in copies)  # no step is enough


@equation("eq-bptt-sum")
def test_gradients_are_the_steps_shares_summed_by_hand(problem):
    cell, params, x, state, dout, dstate = problem
    _, _, caches = unroll(cell, params, x, state)
    total = [np.zeros(weights.shape) for weights in params]
    for t in (4, 3, 2, 1, 0):
        _, dstate, grads = cell.step_backward(params, caches[t], dout[t], dstate)
        total = [one + other for one, other in zip(total, grads, strict=True)]
    for mine, expected in zip(ours(problem).grads, total, strict=True):
        np.testing.assert_allclose(mine, expected, rtol=1e-13, atol=1e-14)


def test_gradients_are_linear_in_what_comes_from_above(problem):
    cell, params, x, state, dout, _ = problem
    _, _, caches = unroll(cell, params, x, state)
    other = np.random.default_rng(9).normal(size=dout.shape)
    one, two, both = (
        unroll_backward(cell, params, caches, d) for d in (dout, other, 2 * dout - 3 * other)
    )
    expected = tree_map(lambda a, b: 2 * a - 3 * b, one, two)
    assert_same(both, expected, 1e-11)


def test_no_gradient_gives_no_gradient(problem):
    cell, params, x, state, dout, _ = problem
    _, _, caches = unroll(cell, params, x, state)
    answer = unroll_backward(cell, params, caches, np.zeros_like(dout))
    assert not any(array.any() for array in leaves(answer))


# Time


@equation("eq-recurrence")
def test_unroll_equals_a_loop_written_by_hand(problem):
    cell, params, x, state, *_ = problem
    out, last, caches = unroll(cell, params, x, state)
    assert len(caches) == 5
    for t in (0, 1, 2, 3, 4):
        expected, state, cache = cell.step(params, x[t], state)
        np.testing.assert_array_equal(out[t], expected)
        for kept, seen in zip(caches[t], cache, strict=True):
            np.testing.assert_array_equal(kept, seen)
    assert_same([last], [state], 0)


@pytest.mark.parametrize("cut", [1, 2, 4])
def test_one_piece_equals_two_pieces(problem, cut):
    cell, params, x, state, dout, dstate = problem
    whole = ours(problem)
    out_1, middle, caches_1 = unroll(cell, params, x[:cut], state)
    out_2, last, caches_2 = unroll(cell, params, x[cut:], middle)
    dx_2, dmiddle, grads_2 = unroll_backward(cell, params, caches_2, dout[cut:], dstate)
    dx_1, dfirst, grads_1 = unroll_backward(cell, params, caches_1, dout[:cut], dmiddle)
    np.testing.assert_array_equal(whole.out, np.concatenate([out_1, out_2]))
    assert_same([whole.state], [tuple(leaves(last))], 0)
    np.testing.assert_array_equal(whole.dx, np.concatenate([dx_1, dx_2]))
    assert_same([whole.dstate], [tuple(leaves(dfirst))], 0)
    summed = tuple(one + two for one, two in zip(grads_1, grads_2, strict=True))
    assert_same([whole.grads], [summed], 1e-13)


def test_the_future_does_not_change_the_past(problem):
    cell, params, x, state, dout, _ = problem
    out, _, caches = unroll(cell, params, x, state)
    changed = x.copy()
    changed[3:] += 1
    np.testing.assert_array_equal(unroll(cell, params, changed, state)[0][:3], out[:3])
    early = dout.copy()
    early[3:] = 0
    dx, _, _ = unroll_backward(cell, params, caches, early)
    assert not dx[3:].any() and dx[:3].all()


def test_last_output_is_the_h_of_the_last_state(problem):
    out, last, _ = unroll(*problem[:4])
    np.testing.assert_array_equal(out[-1], leaves(last)[0])


# States


def test_no_state_means_zeros(problem):
    cell, params, x, _, dout, _ = problem
    zeros = cell.init_state(2, 4)
    assert not any(part.any() for part in leaves(zeros))
    answer = ours(problem._replace(state=zeros, dstate=zeros))
    out, last, caches = unroll(cell, params, x)
    dx, dfirst, grads = unroll_backward(cell, params, caches, dout)
    without = answer._replace(
        out=out, state=tuple(leaves(last)), dx=dx, dstate=tuple(leaves(dfirst)), grads=tuple(grads)
    )
    assert_same(answer, without, 0)


def test_gradient_of_a_state_that_was_none_is_that_of_zeros(cell):
    problem = make_problem(cell)
    problem = problem._replace(state=cell.init_state(2, 4))
    _, _, caches = unroll(cell, problem.params, problem.x)
    dfirst = unroll_backward(cell, problem.params, caches, problem.dout, problem.dstate)[1]
    expected = scalar.gradients(problem)[1]
    for mine, part in zip(leaves(dfirst), leaves(expected), strict=True):
        assert_close(mine, part)


def test_types_of_states_and_gradients(problem):
    cell, params, x, state, dout, dstate = problem
    _, last, caches = unroll(cell, params, x, state)
    _, dfirst, grads = unroll_backward(cell, params, caches, dout, dstate)
    kind = lstm.State if cell is lstm else np.ndarray
    assert type(last) is kind and type(dfirst) is kind and type(cell.init_state(2, 4)) is kind
    assert type(grads) is type(params)
    assert all(type(cache) is cell.Cache for cache in caches)


def test_shapes(problem):
    answer = ours(problem)
    assert answer.out.shape == (5, 2, 4) and answer.dx.shape == (5, 2, 3)
    assert {part.shape for part in answer.state + answer.dstate} == {(2, 4)}
    assert [grad.shape for grad in answer.grads] == [weights.shape for weights in problem.params]


# Batch


def test_sequences_of_a_batch_do_not_touch_each_other(problem):
    cell, params, x, state, dout, dstate = problem
    batch = ours(problem)
    total = [np.zeros(weights.shape) for weights in params]
    for b in range(2):
        row = slice(b, b + 1)
        alone = ours(
            problem._replace(
                x=x[:, row],
                state=tree_map(lambda part, row=row: part[row], state),
                dout=dout[:, row],
                dstate=tree_map(lambda part, row=row: part[row], dstate),
            )
        )
        np.testing.assert_allclose(alone.out, batch.out[:, row], rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(alone.dx, batch.dx[:, row], rtol=1e-12, atol=1e-14)
        for one, all_ in zip(alone.state + alone.dstate, batch.state + batch.dstate, strict=True):
            np.testing.assert_allclose(one, all_[row], rtol=1e-12, atol=1e-14)
        total = [one + other for one, other in zip(total, alone.grads, strict=True)]
    assert_same([batch.grads], [tuple(total)], 1e-12)  # a sum, not a mean


# Memory


def mapped(f, problem):
    """The problem with every array replaced by f of it."""
    return problem._replace(
        **{name: tree_map(f, getattr(problem, name)) for name in problem._fields[1:]}
    )


def read_only(array):
    array = array.copy()
    array.flags.writeable = False
    return array


def test_inputs_are_never_changed(problem):
    before = tree_map(np.copy, problem[1:])
    ours(problem)
    assert_same(before, problem[1:], 0)


def test_read_only_inputs_work(problem):
    assert_same(ours(mapped(read_only, problem)), ours(problem), 0)


def test_caches_may_be_used_twice(problem):
    cell, params, x, state, dout, dstate = problem
    _, _, caches = unroll(cell, params, x, state)
    kept = tree_map(np.copy, tuple(caches))
    first = unroll_backward(cell, params, caches, dout, dstate)
    first_kept = tree_map(np.copy, first)
    second = unroll_backward(cell, params, caches, dout, dstate)
    assert len(caches) == 5
    assert_same(kept, tuple(caches), 0)
    assert_same(first, second, 0)
    assert_same(first, first_kept, 0)  # and no buffer is shared between the calls
    for one, two in zip(leaves(first), leaves(second), strict=True):
        assert not np.shares_memory(one, two)


def test_forward_calls_share_no_buffer(problem):
    first = unroll(*problem[:4])
    kept = tree_map(np.copy, first[:2])
    second = unroll(problem.cell, problem.params, -problem.x, problem.state)
    assert_same(first[:2], kept, 0)
    for one, two in zip(leaves(first[:2]), leaves(second[:2]), strict=True):
        assert not np.shares_memory(one, two)


@pytest.mark.parametrize("T", [1, 5])
@pytest.mark.parametrize("with_states", [True, False])
def test_results_share_no_memory_with_inputs(cell, T, with_states):
    cell, params, x, state, dout, dstate = make_problem(cell, T=T)
    if not with_states:
        state = dstate = None
    out, last, caches = unroll(cell, params, x, state)
    results = (out, last, *unroll_backward(cell, params, caches, dout, dstate))
    inputs = (params, x, dout) + ((state, dstate) if with_states else ())
    for name, result in named_leaves(results):
        for other, given in named_leaves(inputs):
            assert not np.shares_memory(result, given), (name, other)
    assert not np.shares_memory(out, leaves(last)[0])


@pytest.mark.parametrize("T", [1, 5])
@pytest.mark.parametrize(
    "layout",
    [
        np.copy,
        np.asfortranarray,
        lambda array: np.repeat(array, 2, axis=-1)[..., ::2],
        lambda array: array[::-1].copy()[::-1],
    ],
    ids=["c", "fortran", "strided", "reversed"],
)
def test_any_layout_works_and_results_are_c_contiguous(cell, T, layout):
    problem = make_problem(cell, T=T)
    laid_out = mapped(layout, problem)
    answer = ours(laid_out)
    assert_same(answer, ours(problem), 1e-12)
    for name, array in named_leaves(tuple(answer)):
        assert array.flags.c_contiguous, name


# Precision


def test_float32_stays_float32_and_agrees_with_float64(cell):
    double = make_problem(cell)
    single = mapped(lambda array: array.astype(np.float32), double)
    answer = ours(single)
    assert {array.dtype for array in leaves(tuple(answer))} == {np.dtype(np.float32)}
    for name, one in named_leaves(tuple(answer)):
        two = dict(named_leaves(tuple(ours(double))))[name]
        np.testing.assert_allclose(one, two, rtol=1e-5, atol=1e-5, err_msg=name)


def test_float32_stays_float32_without_states(cell):
    _, params, x, _, dout, _ = make_problem(cell, dtype=np.float32)
    out, last, caches = unroll(cell, params, x)
    results = (out, last, *unroll_backward(cell, params, caches, dout))
    assert {array.dtype for array in leaves(results)} == {np.dtype(np.float32)}


def test_saturated_units_make_no_nan(cell):
    problem = make_problem(cell)
    params = tree_map(lambda weights: weights * 1e6, problem.params)
    answer = ours(problem._replace(params=params))
    assert all(np.isfinite(array).all() for array in leaves(tuple(answer)))
