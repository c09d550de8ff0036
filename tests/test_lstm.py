"""One step of the LSTM, forward and back, equation by equation, and what each gate does."""

import math

import numpy as np
import pytest

from rnncourse import lstm
from rnncourse.lstm import State
from tests import scalar
from tests.conftest import make_problem
from tests.gates import OPEN, SHUT, block, moved_values, with_gates
from tests.scalar import assert_close

equation = pytest.mark.equation


def logit(p):
    return np.log(p / (1 - p))


def one_step(B=2, **biases):
    problem = make_problem(lstm, T=1, B=B)
    return problem._replace(params=with_gates(lstm, problem.params, **biases))


def forward(problem):
    """(out, state, cache) of the only step."""
    return lstm.step(problem.params, problem.x[0], problem.state)


def backward(problem):
    """(dx, dstate, grads) of the only step."""
    cache = forward(problem)[2]
    return lstm.step_backward(problem.params, cache, problem.dout[0], problem.dstate)


def only(problem, dout=False, dh=False, dc=False):
    """The same problem in which the gradient arrives on the named paths alone."""
    dstate = State(problem.dstate.h * dh, problem.dstate.c * dc)
    return problem._replace(dout=problem.dout * dout, dstate=dstate)


@pytest.fixture
def judge():
    problem = one_step()
    return scalar.values(lstm, problem.params, problem.x[0], problem.state)


# Forward


@equation("eq-lstm-a")
def test_pre_activations_are_input_plus_past_plus_bias(judge):
    cache = forward(one_step())[2]
    a = np.concatenate(
        [logit(cache.i), logit(cache.f), np.arctanh(cache.g), logit(cache.o)], axis=-1
    )
    np.testing.assert_allclose(a, judge["a"], rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize(
    "gate",
    [
        pytest.param("i", marks=equation("eq-lstm-gates")),
        pytest.param("f", marks=equation("eq-lstm-gates")),
        pytest.param("o", marks=equation("eq-lstm-gates")),
        pytest.param("g", marks=equation("eq-lstm-g")),
    ],
)
def test_gates_and_candidate_equal_scalar_loops(gate, judge):
    cache = forward(one_step())[2]
    np.testing.assert_allclose(getattr(cache, gate), judge[gate], rtol=1e-12, atol=1e-14)


@equation("eq-lstm-c")
def test_cell_is_forget_times_past_plus_input_times_candidate(judge):
    state = forward(one_step())[1]
    np.testing.assert_allclose(state.c, judge["c"], rtol=1e-12, atol=1e-14)


@equation("eq-lstm-h")
def test_output_is_output_gate_times_tanh_of_cell(judge):
    out, state, _ = forward(one_step())
    np.testing.assert_allclose(out, judge["h"], rtol=1e-12, atol=1e-14)
    np.testing.assert_array_equal(state.h, out)


# What each gate does


@equation("eq-lstm-c")
def test_lstm_with_forget_gate_open_and_input_gate_shut_keeps_c():
    problem = one_step(f=OPEN, i=SHUT)
    np.testing.assert_array_equal(forward(problem)[1].c, problem.state.c)


@equation("eq-lstm-c")
def test_lstm_with_forget_gate_shut_and_input_gate_open_replaces_c_by_the_candidate():
    _, state, cache = forward(one_step(f=SHUT, i=OPEN))
    np.testing.assert_array_equal(state.c, cache.g)


@equation("eq-lstm-c")
def test_lstm_with_forget_and_input_gate_shut_empties_c():
    out, state, _ = forward(one_step(f=SHUT, i=SHUT))
    assert not state.c.any() and not out.any()


def test_lstm_with_forget_and_input_gate_open_adds_and_can_leave_the_range_of_tanh():
    problem = one_step(f=OPEN, i=OPEN, g=OPEN)
    np.testing.assert_array_equal(forward(problem)[1].c, problem.state.c + 1)


@equation("eq-lstm-h")
def test_lstm_with_output_gate_shut_says_nothing_and_keeps_c():
    out, state, _ = forward(one_step(o=SHUT))
    assert not out.any() and not state.h.any()
    np.testing.assert_array_equal(state.c, forward(one_step(o=OPEN))[1].c)


@equation("eq-lstm-h")
def test_lstm_with_output_gate_open_shows_tanh_of_c():
    out, state, _ = forward(one_step(o=OPEN))
    np.testing.assert_array_equal(out, np.tanh(state.c))


@equation("eq-lstm-gates")
def test_gates_do_not_see_the_cell():
    problem = one_step()
    other = problem._replace(state=State(problem.state.h, -problem.state.c))
    for gate in "ifgo":
        before, after = (getattr(forward(each)[2], gate) for each in (problem, other))
        np.testing.assert_array_equal(before, after)


@equation("eq-lstm-a")
@pytest.mark.parametrize("field", ["W_x", "W_h", "b"])
@pytest.mark.parametrize(
    "gate, moved",
    [("i", {"i", "tanh_c"}), ("f", {"f", "tanh_c"}), ("g", {"g", "tanh_c"}), ("o", {"o"})],
)
def test_each_block_of_each_array_moves_its_gate_alone(field, gate, moved):
    _, params, x, state, *_ = one_step()
    assert moved_values(lstm, params, x[0], state, field, gate) == moved


# Backward


@equation("eq-lstm-dh")
@pytest.mark.parametrize("path", ["dout", "dh"])
def test_gradient_of_h_from_above_and_from_the_future(path):
    problem = only(one_step(), **{path: True})
    assert_close(backward(problem)[1].h, scalar.gradients(problem)[1].h)


@equation("eq-lstm-dh")
def test_gradients_of_h_add_up():
    problem = only(one_step(), dout=True, dh=True)
    merged = problem._replace(
        dout=problem.dout + problem.dstate.h, dstate=State(*[0 * problem.dstate.h] * 2)
    )
    for one, other in zip(backward(problem)[2], backward(merged)[2], strict=True):
        np.testing.assert_array_equal(one, other)


@equation("eq-lstm-dc")
@pytest.mark.parametrize("path", [["dout"], ["dh"], ["dc"], ["dout", "dh", "dc"]])
def test_gradient_of_the_cell_comes_through_the_output_and_from_the_future(path):
    problem = only(one_step(), **dict.fromkeys(path, True))
    _, state, cache = forward(problem)
    dh, dc = problem.dout[0] + problem.dstate.h, problem.dstate.c

    def loss(c):
        through_output = sum(
            d * o * math.tanh(v) for d, o, v in zip(dh.flat, cache.o.flat, c.flat, strict=True)
        )
        return through_output + sum(d * v for d, v in zip(dc.flat, c.flat, strict=True))

    assert_close(backward(problem)[1].c / cache.f, scalar.slopes(loss, state.c))


@pytest.mark.parametrize(
    "gate, paths",
    [
        pytest.param("i", ["dc"], marks=equation("eq-lstm-da-i")),
        pytest.param("f", ["dc"], marks=equation("eq-lstm-da-f")),
        pytest.param("g", ["dc"], marks=equation("eq-lstm-da-g")),
        pytest.param("o", ["dh"], marks=equation("eq-lstm-da-o")),
        pytest.param("i", ["dout", "dh", "dc"], marks=equation("eq-lstm-da-i")),
        pytest.param("f", ["dout", "dh", "dc"], marks=equation("eq-lstm-da-f")),
        pytest.param("g", ["dout", "dh", "dc"], marks=equation("eq-lstm-da-g")),
        pytest.param("o", ["dout", "dh", "dc"], marks=equation("eq-lstm-da-o")),
    ],
)
def test_gradient_of_each_pre_activation(gate, paths):
    # with one sequence the gradient of b is that of a
    problem = only(one_step(B=1), **dict.fromkeys(paths, True))
    grads, expected = backward(problem)[2], scalar.gradients(problem)[2]
    assert_close(block(lstm, grads.b, gate), block(lstm, expected.b, gate))


@equation("eq-lstm-da-o")
def test_gradient_of_c_from_the_future_does_not_reach_the_output_gate():
    grads = backward(only(one_step(), dc=True))[2]
    assert not block(lstm, grads.b, "o").any() and block(lstm, grads.b, "f").any()


@equation("eq-lstm-da-f")
def test_forget_gate_learns_nothing_when_there_was_nothing_to_forget():
    problem = one_step()
    empty = problem._replace(state=State(problem.state.h, np.zeros_like(problem.state.c)))
    grads = backward(empty)[2]
    assert not block(lstm, grads.b, "f").any() and block(lstm, grads.b, "i").any()


@equation("eq-lstm-da-g")
def test_candidate_learns_nothing_behind_a_shut_input_gate():
    grads = backward(one_step(i=SHUT))[2]
    assert not block(lstm, grads.b, "g").any() and block(lstm, grads.b, "f").any()


@equation("eq-lstm-dx")
def test_gradient_of_the_input():
    assert_close(backward(one_step())[0], scalar.gradients(one_step())[0][0])


@equation("eq-lstm-dh-prev")
def test_gradient_of_the_previous_h():
    assert_close(backward(one_step())[1].h, scalar.gradients(one_step())[1].h)


@equation("eq-lstm-dc-prev")
def test_gradient_of_the_previous_c():
    assert_close(backward(one_step())[1].c, scalar.gradients(one_step())[1].c)


@equation("eq-lstm-dc-prev")
def test_gradient_passes_an_open_forget_gate_unchanged_and_a_shut_one_not_at_all():
    problem = only(one_step(f=OPEN), dc=True)
    np.testing.assert_array_equal(backward(problem)[1].c, problem.dstate.c)
    assert not backward(one_step(f=SHUT))[1].c.any()


@equation("eq-lstm-dw")
@pytest.mark.parametrize("field", lstm.Params._fields)
def test_gradient_of_the_weights_is_summed_over_the_batch(field):
    grads, expected = backward(one_step(B=3))[2], scalar.gradients(one_step(B=3))[2]
    assert_close(getattr(grads, field), getattr(expected, field))
