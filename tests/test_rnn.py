"""One step of the simple recurrent cell, forward and back, equation by equation."""

import numpy as np
import pytest

from rnncourse import rnn
from tests import scalar
from tests.conftest import make_problem
from tests.scalar import assert_close

equation = pytest.mark.equation


def one_step(B=2):
    return make_problem(rnn, T=1, B=B)


def backward(problem):
    """(dx, dh_prev, grads) of the only step."""
    _, params, x, state, dout, dstate = problem
    _, _, cache = rnn.step(params, x[0], state)
    return rnn.step_backward(params, cache, dout[0], dstate)


@pytest.fixture
def judge():
    problem = one_step()
    return scalar.values(rnn, problem.params, problem.x[0], problem.state)


@equation("eq-rnn-a")
def test_pre_activation_is_input_plus_past_plus_bias(judge):
    _, params, x, state, *_ = one_step()
    out, _, _ = rnn.step(params, x[0], state)
    np.testing.assert_allclose(np.arctanh(out), judge["a"], rtol=1e-11, atol=1e-12)


@equation("eq-rnn-h")
def test_state_is_tanh_of_the_pre_activation(judge):
    _, params, x, state, *_ = one_step()
    out, h, _ = rnn.step(params, x[0], state)
    np.testing.assert_allclose(out, judge["h"], rtol=1e-12, atol=1e-14)
    np.testing.assert_array_equal(h, out)


def test_rnn_without_input_and_bias_still_hears_its_past():
    _, params, x, state, *_ = one_step()
    params = params._replace(b=np.zeros_like(params.b))
    out, _, _ = rnn.step(params, np.zeros_like(x[0]), state)
    np.testing.assert_array_equal(out, np.tanh(state @ params.W_h))


def test_rnn_with_shut_recurrence_sees_the_present_alone():
    _, params, x, state, *_ = one_step()
    params = params._replace(W_h=np.zeros_like(params.W_h))
    first, _, _ = rnn.step(params, x[0], state)
    second, _, _ = rnn.step(params, x[0], -state)
    np.testing.assert_array_equal(first, second)


@equation("eq-rnn-dh")
def test_gradients_from_above_and_from_the_future_add_up():
    problem = one_step()
    zero = np.zeros_like(problem.dstate)
    both = backward(problem)[1]
    above = backward(problem._replace(dstate=zero))[1]
    future = backward(problem._replace(dout=zero[None]))[1]
    np.testing.assert_allclose(both, above + future, rtol=1e-12, atol=1e-14)
    for part in (problem._replace(dstate=zero), problem._replace(dout=zero[None])):
        assert_close(backward(part)[1], scalar.gradients(part)[1])


@equation("eq-rnn-da")
def test_gradient_of_the_pre_activation():
    problem = one_step(B=1)  # one sequence: the gradient of b is that of a
    assert_close(backward(problem)[2].b, scalar.gradients(problem)[2].b)


@equation("eq-rnn-da")
def test_no_gradient_passes_a_saturated_unit():
    _, params, x, state, dout, dstate = problem = one_step()
    params.b[1] = 100.0  # tanh is flat there
    dx, dh_prev, grads = backward(problem)
    assert grads.b[1] == 0 and not grads.W_x[:, 1].any() and not grads.W_h[:, 1].any()
    assert grads.b[0] != 0


@equation("eq-rnn-dx")
def test_gradient_of_the_input():
    assert_close(backward(one_step())[0], scalar.gradients(one_step())[0][0])


@equation("eq-rnn-dh-prev")
def test_gradient_of_the_previous_state():
    assert_close(backward(one_step())[1], scalar.gradients(one_step())[1])


@equation("eq-rnn-dw")
@pytest.mark.parametrize("field", rnn.Params._fields)
def test_gradient_of_the_weights_is_summed_over_the_batch(field):
    grads, expected = backward(one_step(B=3))[2], scalar.gradients(one_step(B=3))[2]
    assert_close(getattr(grads, field), getattr(expected, field))
