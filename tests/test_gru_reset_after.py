"""One step of the GRU with the reset gate after the product, and how it differs from `gru`."""

import numpy as np
import pytest

from rnncourse import gru, gru_reset_after
from rnncourse.params import Params
from tests import scalar
from tests.conftest import make_problem
from tests.gates import OPEN, SHUT, block, moved_values, with_gates
from tests.scalar import assert_close

equation = pytest.mark.equation


def logit(p):
    return np.log(p / (1 - p))


def one_step(B=2, **biases):
    problem = make_problem(gru_reset_after, T=1, B=B)
    return problem._replace(params=with_gates(gru_reset_after, problem.params, **biases))


def forward(problem):
    """(out, h, cache) of the only step."""
    return problem.cell.step(problem.params, problem.x[0], problem.state)


def backward(problem):
    """(dx, dh_prev, grads) of the only step."""
    cache = forward(problem)[2]
    return problem.cell.step_backward(problem.params, cache, problem.dout[0], problem.dstate)


def as_gru(problem):
    """The same weights in the other cell, b_hn left out."""
    return problem._replace(cell=gru, params=Params(*problem.params[:3]))


@pytest.fixture
def judge():
    problem = one_step()
    return scalar.values(gru_reset_after, problem.params, problem.x[0], problem.state)


# Forward


@equation("eq-gru-a")
def test_input_side_of_the_pre_activations():
    problem = one_step(n=0.3)
    params = problem.params._replace(b_hn=np.zeros_like(problem.params.b_hn))
    problem = problem._replace(params=params, state=np.zeros_like(problem.state))
    cache = forward(problem)[2]
    a = np.concatenate([logit(cache.r), logit(cache.z), np.arctanh(cache.n)], axis=-1)
    expected = scalar.values(gru_reset_after, params, problem.x[0], problem.state)["a"]
    np.testing.assert_allclose(a, expected, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("r", marks=equation("eq-gru-gates")),
        pytest.param("z", marks=equation("eq-gru-gates")),
        pytest.param("u", marks=equation("eq-gru-ra-u")),
        pytest.param("n", marks=equation("eq-gru-ra-n")),
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
def test_gru_reset_after_with_z_at_one_copies_the_past():
    problem = one_step(z=OPEN)
    np.testing.assert_array_equal(forward(problem)[0], problem.state)


@equation("eq-gru-h")
def test_gru_reset_after_with_z_at_zero_takes_the_candidate():
    out, _, cache = forward(one_step(z=SHUT))
    np.testing.assert_array_equal(out, cache.n)


@equation("eq-gru-ra-n")
def test_gru_reset_after_with_r_at_zero_forgets_the_past_and_its_bias_in_the_candidate():
    problem = one_step(r=SHUT)
    fresh = problem._replace(
        state=np.zeros_like(problem.state),
        params=problem.params._replace(b_hn=problem.params.b_hn + 5),
    )
    np.testing.assert_array_equal(forward(problem)[2].n, forward(fresh)[2].n)


@equation("eq-gru-ra-n")
def test_reset_gate_of_unit_k_scales_candidate_k_after_the_product():
    problem = one_step(r=SHUT)
    block(gru_reset_after, problem.params.b, "r")[0] = OPEN  # candidate 0 may see the past
    before = forward(problem)[2].n
    after = forward(problem._replace(state=problem.state * 0.5))[2].n
    assert (after[:, 0] != before[:, 0]).all()
    np.testing.assert_array_equal(after[:, 1:], before[:, 1:])


@equation("eq-gru-ra-u")
@pytest.mark.parametrize("field", ["W_x", "W_h", "b"])
@pytest.mark.parametrize("gate, moved", [("r", {"r", "n"}), ("z", {"z"}), ("n", {"n"})])
def test_each_block_of_each_array_moves_its_gate_alone(field, gate, moved):
    _, params, x, state, *_ = one_step()
    through_u = {"u"} if (field, gate) == ("W_h", "n") else set()
    found = moved_values(gru_reset_after, params, x[0], state, field, gate)
    assert found == moved | through_u


# The two forms


def test_the_two_forms_differ_with_the_same_weights():
    problem = one_step()
    params = problem.params._replace(b_hn=np.zeros_like(problem.params.b_hn))
    after, before = forward(problem._replace(params=params)), forward(as_gru(problem))
    assert np.abs(after[0] - before[0]).max() > 1e-3
    np.testing.assert_array_equal(after[2].z, before[2].z)  # the gates do not


def test_the_two_forms_agree_when_r_is_one():
    problem = one_step(r=OPEN)
    params = problem.params._replace(b_hn=np.zeros_like(problem.params.b_hn))
    problem = problem._replace(params=params)
    np.testing.assert_allclose(
        forward(problem)[0], forward(as_gru(problem))[0], rtol=1e-12, atol=1e-14
    )
    for one, other in zip(backward(problem)[:2], backward(as_gru(problem))[:2], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-15)


def test_the_two_forms_agree_when_no_unit_listens_to_another():
    problem = one_step()
    W_h = problem.params.W_h.copy()
    block(gru_reset_after, W_h, "n")[:] = np.diag([0.5, -0.3, 0.8, 0.1])
    params = problem.params._replace(W_h=W_h, b_hn=np.zeros_like(problem.params.b_hn))
    problem = problem._replace(params=params)
    np.testing.assert_allclose(
        forward(problem)[0], forward(as_gru(problem))[0], rtol=1e-12, atol=1e-14
    )


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
        pytest.param("r", marks=equation("eq-gru-ra-da-r")),
        pytest.param("z", marks=equation("eq-gru-da-z")),
        pytest.param("n", marks=equation("eq-gru-da-n")),
    ],
)
def test_gradient_of_each_pre_activation(gate):
    problem = one_step(B=1)  # one sequence: the gradient of b is that of a
    grads, expected = backward(problem)[2], scalar.gradients(problem)[2]
    assert_close(block(gru_reset_after, grads.b, gate), block(gru_reset_after, expected.b, gate))


@equation("eq-gru-ra-du")
def test_gradient_of_what_the_reset_gate_scales():
    problem = one_step(B=1)  # one sequence: the gradient of b_hn is that of u
    assert_close(backward(problem)[2].b_hn, scalar.gradients(problem)[2].b_hn)


@equation("eq-gru-ra-du")
def test_b_hn_learns_nothing_behind_a_shut_reset_gate():
    grads = backward(one_step(r=SHUT))[2]
    assert not grads.b_hn.any() and block(gru_reset_after, grads.b, "n").all()


@equation("eq-gru-dx")
def test_gradient_of_the_input():
    assert_close(backward(one_step())[0], scalar.gradients(one_step())[0][0])


@equation("eq-gru-ra-dh-prev")
def test_gradient_of_the_previous_state():
    assert_close(backward(one_step())[1], scalar.gradients(one_step())[1])


@equation("eq-gru-ra-dh-prev")
@pytest.mark.parametrize("blind", ["rz", "rn", "zn", "rzn"])
def test_each_path_to_the_previous_state_alone(blind):
    problem = one_step()
    for gate in blind:
        block(gru_reset_after, problem.params.W_h, gate)[:] = 0
    assert_close(backward(problem)[1], scalar.gradients(problem)[1])


@equation("eq-gru-ra-dw")
@pytest.mark.parametrize("field", gru_reset_after.Params._fields)
def test_gradient_of_the_weights_is_summed_over_the_batch(field):
    grads, expected = backward(one_step(B=3))[2], scalar.gradients(one_step(B=3))[2]
    assert_close(getattr(grads, field), getattr(expected, field))
