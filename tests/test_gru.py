"""One step of the GRU with the reset gate before the product, equation by equation."""

import numpy as np
import pytest

from rnncourse import gru
from tests import scalar
from tests.conftest import make_problem
from tests.gates import OPEN, SHUT, block, moved_values, with_gates
from tests.scalar import assert_close

equation = pytest.mark.equation


def logit(p):
    return np.log(p / (1 - p))


def one_step(B=2, **biases):
    problem = make_problem(gru, T=1, B=B)
    return problem._replace(params=with_gates(gru, problem.params, **biases))


def forward(problem):
    """(out, h, cache) of the only step."""
    return gru.step(problem.params, problem.x[0], problem.state)


def backward(problem):
    """(dx, dh_prev, grads) of the only step."""
    cache = forward(problem)[2]
    return gru.step_backward(problem.params, cache, problem.dout[0], problem.dstate)


def without(problem, *gates):
    """The same problem in which these gates do not see the past."""
    W_h = problem.params.W_h.copy()
    for gate in gates:
        block(gru, W_h, gate)[:] = 0
    return problem._replace(params=problem.params._replace(W_h=W_h))


@pytest.fixture
def judge():
    problem = one_step()
    return scalar.values(gru, problem.params, problem.x[0], problem.state)


# Forward


@equation("eq-gru-a")
def test_input_side_of_the_pre_activations():
    problem = one_step()
    problem = problem._replace(state=np.zeros_like(problem.state))  # leaves the input's side
    cache = forward(problem)[2]
    a = np.concatenate([logit(cache.r), logit(cache.z), np.arctanh(cache.n)], axis=-1)
    expected = scalar.values(gru, problem.params, problem.x[0], problem.state)["a"]
    np.testing.assert_allclose(a, expected, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("r", marks=equation("eq-gru-gates")),
        pytest.param("z", marks=equation("eq-gru-gates")),
        pytest.param("rh", marks=equation("eq-gru-n")),
        pytest.param("n", marks=equation("eq-gru-n")),
    ],
)
def test_gates_and_candidate_equal_scalar_loops(name, judge):
    cache = forward(one_step())[2]
    np.testing.assert_allclose(getattr(cache, name), judge[name], rtol=1e-12, atol=1e-14)


@equation("eq-gru-h")
def test_state_mixes_candidate_and_past(judge):
    out, h, _ = forward(one_step())
    np.testing.assert_allclose(out, judge["h"], rtol=1e-12, atol=1e-14)
    np.testing.assert_array_equal(h, out)


# What each gate does


@equation("eq-gru-h")
def test_gru_with_z_at_one_copies_the_past():
    problem = one_step(z=OPEN)
    np.testing.assert_array_equal(forward(problem)[0], problem.state)


@equation("eq-gru-h")
def test_gru_with_z_at_zero_takes_the_candidate():
    out, _, cache = forward(one_step(z=SHUT))
    np.testing.assert_array_equal(out, cache.n)


@equation("eq-gru-n")
def test_gru_with_r_at_zero_forgets_the_past_in_its_candidate():
    problem = one_step(r=SHUT)
    fresh = problem._replace(state=np.zeros_like(problem.state))
    np.testing.assert_array_equal(forward(problem)[2].n, forward(fresh)[2].n)
    assert (forward(problem)[0] != forward(fresh)[0]).all()  # z still carries the past itself


@equation("eq-gru-n")
def test_gru_with_r_at_one_has_the_candidate_of_a_simple_cell():
    problem = one_step(r=OPEN)
    _, params, x, h_prev, *_ = problem
    W_x, W_h, b = (block(gru, weights, "n") for weights in params)
    expected = np.tanh(x[0] @ W_x + h_prev @ W_h + b)
    np.testing.assert_allclose(forward(problem)[2].n, expected, rtol=1e-12, atol=1e-14)


@equation("eq-gru-n")
def test_reset_gate_of_unit_k_scales_state_k_before_the_product():
    problem = one_step(r=SHUT)
    block(gru, problem.params.b, "r")[0] = OPEN  # the candidate may see unit 0 alone
    others = problem.state.copy()
    others[:, 1:] = 7.0
    seen = problem.state.copy()
    seen[:, 0] = 7.0
    before = forward(problem)[2].n
    np.testing.assert_array_equal(forward(problem._replace(state=others))[2].n, before)
    assert (forward(problem._replace(state=seen))[2].n != before).all()  # in every unit


@equation("eq-gru-gates")
@pytest.mark.parametrize("field", ["W_x", "W_h", "b"])
@pytest.mark.parametrize("gate, moved", [("r", {"r", "rh", "n"}), ("z", {"z"}), ("n", {"n"})])
def test_each_block_of_each_array_moves_its_gate_alone(field, gate, moved):
    _, params, x, state, *_ = one_step()
    assert moved_values(gru, params, x[0], state, field, gate) == moved


# Backward


@equation("eq-gru-dh")
def test_gradients_from_above_and_from_the_future_add_up():
    problem = one_step()
    zero = np.zeros_like(problem.dstate)
    above, future = problem._replace(dstate=zero), problem._replace(dout=zero[None])
    assert_close(backward(problem)[1], backward(above)[1] + backward(future)[1], tol=1e-13)
    for part in (above, future):
        assert_close(backward(part)[1], scalar.gradients(part)[1])


@pytest.mark.parametrize(
    "gate",
    [
        pytest.param("r", marks=equation("eq-gru-da-r")),
        pytest.param("z", marks=equation("eq-gru-da-z")),
        pytest.param("n", marks=equation("eq-gru-da-n")),
    ],
)
def test_gradient_of_each_pre_activation(gate):
    problem = one_step(B=1)  # one sequence: the gradient of b is that of a
    grads, expected = backward(problem)[2], scalar.gradients(problem)[2]
    assert_close(block(gru, grads.b, gate), block(gru, expected.b, gate))


@equation("eq-gru-da-n")
def test_candidate_and_reset_gate_learn_nothing_when_z_keeps_the_past():
    grads = backward(one_step(z=OPEN))[2]
    assert not block(gru, grads.b, "n").any() and not block(gru, grads.b, "r").any()


@equation("eq-gru-da-r")
def test_reset_gate_learns_nothing_when_there_was_nothing_to_reset():
    problem = one_step()
    grads = backward(problem._replace(state=np.zeros_like(problem.state)))[2]
    assert not block(gru, grads.b, "r").any() and block(gru, grads.b, "z").any()


@equation("eq-gru-drh")
def test_gradient_of_what_the_candidate_sees():
    # with z = 0, r = 1 and gates blind to the past it is the gradient of the previous state
    problem = without(one_step(z=SHUT, r=OPEN), "r", "z")
    assert_close(backward(problem)[1], scalar.gradients(problem)[1])


@equation("eq-gru-dx")
def test_gradient_of_the_input():
    assert_close(backward(one_step())[0], scalar.gradients(one_step())[0][0])


@equation("eq-gru-dh-prev")
def test_gradient_of_the_previous_state():
    assert_close(backward(one_step())[1], scalar.gradients(one_step())[1])


@equation("eq-gru-dh-prev")
@pytest.mark.parametrize("blind", ["rz", "rn", "zn", "rzn"])
def test_each_path_to_the_previous_state_alone(blind):
    problem = without(one_step(), *blind)
    assert_close(backward(problem)[1], scalar.gradients(problem)[1])


@equation("eq-gru-dh-prev")
def test_gradient_passes_unchanged_where_z_copies_the_past():
    problem = one_step(z=OPEN)
    np.testing.assert_array_equal(backward(problem)[1], problem.dout[0] + problem.dstate)


@equation("eq-gru-dw-h")
@pytest.mark.parametrize("gate", "rzn")
def test_gradient_of_the_recurrent_weights(gate):
    grads, expected = backward(one_step(B=3))[2], scalar.gradients(one_step(B=3))[2]
    assert_close(block(gru, grads.W_h, gate), block(gru, expected.W_h, gate))


@equation("eq-gru-dw-h")
def test_recurrent_weights_of_the_candidate_learn_nothing_behind_a_shut_reset_gate():
    grads = backward(one_step(r=SHUT))[2]
    assert not block(gru, grads.W_h, "n").any() and block(gru, grads.W_x, "n").all()


@equation("eq-gru-dw")
@pytest.mark.parametrize("field", ["W_x", "b"])
def test_gradient_of_the_weights_is_summed_over_the_batch(field):
    grads, expected = backward(one_step(B=3))[2], scalar.gradients(one_step(B=3))[2]
    assert_close(getattr(grads, field), getattr(expected, field))
