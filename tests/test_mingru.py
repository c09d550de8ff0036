"""The minimal GRU: a whole sequence against steps in scalar loops, gradients by differences."""

from math import exp

import numpy as np
import pytest

from rnncourse import gradients, gru, mingru

equation = pytest.mark.equation


def problem(T=5, B=2, D=3, H=4, dtype=float, seed=0):
    """(params, x, state, dout, dstate); all sizes differ."""
    rng = np.random.default_rng(seed)
    shapes = [(T, B, D), (B, H), (T, B, H), (B, H)]
    drawn = [rng.normal(size=shape).astype(dtype) for shape in shapes]
    return mingru.init_params(rng, D, H, dtype), *drawn


def by_hand(params, x, state):
    """The states, one number at a time."""
    H = len(params.b) // 2
    h = state.copy()
    out = []
    for x_t in x:
        for row in range(len(h)):
            for k in range(H):
                a_z, a_n = (
                    sum(x_t[row, d] * params.W_x[d, j] for d in range(x.shape[2])) + params.b[j]
                    for j in (k, H + k)
                )
                z = 1 / (1 + exp(-a_z))
                h[row, k] = z * h[row, k] + (1 - z) * a_n
        out.append(h.copy())
    return np.array(out)


@equation("eq-mingru-gates")
@equation("eq-mingru-h")
@pytest.mark.parametrize("T", [1, 2, 5, 8])
def test_the_sequence_equals_scalar_loops(T):
    params, x, state, *_ = problem(T)
    out, last, cache = mingru.forward(params, x, state)
    np.testing.assert_allclose(out, by_hand(params, x, state), rtol=1e-12, atol=1e-14)
    np.testing.assert_array_equal(last, out[-1])
    logits = np.log(cache.z / (1 - cache.z))
    np.testing.assert_allclose(logits, (x @ params.W_x + params.b)[..., :4], rtol=1e-10)


def test_steps_equal_the_sequence():
    params, x, h, *_ = problem()
    out, _, _ = mingru.forward(params, x, h)
    for t in range(len(x)):
        h = mingru.step(params, x[t], h)
        np.testing.assert_allclose(h, out[t], rtol=1e-12, atol=1e-14)


@equation("eq-mingru-h")
def test_with_z_at_one_the_past_is_copied_and_with_z_at_zero_replaced():
    params, x, state, *_ = problem()
    params.W_x[:, :4] = 0
    params.b[:4] = 1000
    out, *_ = mingru.forward(params, x, state)
    np.testing.assert_array_equal(out, np.broadcast_to(state, out.shape))
    params.b[:4] = -1000
    out, _, cache = mingru.forward(params, x, state)
    np.testing.assert_array_equal(out, cache.n)


def test_it_is_a_gru_whose_gates_do_not_see_the_past_where_tanh_is_nearly_linear():
    """With W_h = 0 and a tiny candidate the GRU computes the same."""
    params, x, state, *_ = problem()
    z, n = np.split(params.W_x, 2, axis=1)
    b_z, b_n = np.split(params.b, 2)
    small = 1e-4
    full = gru.Params(
        np.concatenate([np.zeros_like(z), z, small * n], axis=1),
        np.zeros((4, 12)),
        np.concatenate([np.zeros(4), b_z, small * b_n]),
    )
    ours = mingru.Params(np.concatenate([z, small * n], axis=1), np.r_[b_z, small * b_n])
    h = state
    out, *_ = mingru.forward(ours, x, state)
    for t in range(len(x)):
        h, _, _ = gru.step(full, x[t], h)
        np.testing.assert_allclose(out[t], h, atol=1e-9)


@equation("eq-mingru-da")
@equation("eq-mingru-dw")
@pytest.mark.parametrize("T", [1, 2, 5])
def test_gradients_equal_finite_differences(T):
    params, x, state, dout, dstate = problem(T)

    def loss_and_grads(everything):
        params, x, state = everything
        out, last, cache = mingru.forward(params, x, state)
        dx, dfirst, grads = mingru.backward(params, cache, dout, dstate)
        return np.sum(dout * out) + np.sum(dstate * last), (grads, dx, dfirst)

    assert gradients.check(loss_and_grads, (params, x, state)) < 1e-7


def test_no_state_is_zero_and_no_final_gradient_is_zero():
    params, x, state, dout, dstate = problem()
    out, _, cache = mingru.forward(params, x)
    zero = np.zeros_like(state)
    expected, _, other = mingru.forward(params, x, zero)
    np.testing.assert_array_equal(out, expected)
    for mine, theirs in zip(
        mingru.backward(params, cache, dout)[:2],
        mingru.backward(params, other, dout, zero)[:2],
        strict=True,
    ):
        np.testing.assert_array_equal(mine, theirs)


def test_dtype_is_kept_and_nothing_is_changed_or_shared():
    given = problem(dtype=np.float32)
    params, x, state, dout, dstate = given
    copies = [params.W_x.copy(), x.copy(), state.copy(), dout.copy()]
    out, last, cache = mingru.forward(params, x, state)
    dx, dfirst, grads = mingru.backward(params, cache, dout, dstate)
    for result in (out, last, dx, dfirst, *grads):
        assert result.dtype == np.float32
        assert not any(np.shares_memory(result, part) for part in (x, state, dout, cache.h))
    for part, copy in zip((params.W_x, x, state, dout), copies, strict=True):
        np.testing.assert_array_equal(part, copy)


def test_init_params_draws_pytorchs_range():
    params = mingru.init_params(np.random.default_rng(0), D=4, H=500)
    assert params.W_x.shape == (4, 1000) and params.b.shape == (1000,)
    assert 0.49 < np.abs(params.W_x).max() <= 0.5


def test_what_does_not_fit_is_refused():
    params, x, state, dout, dstate = problem()
    cache = mingru.forward(params, x, state)[2]
    for call, error, message in [
        (lambda: mingru.forward(tuple(params), x), TypeError, "expected mingru.Params, got tuple"),
        (lambda: mingru.forward(params._replace(b=None), x), TypeError, "params.b"),
        (lambda: mingru.forward(params._replace(b=np.arange(8)), x), TypeError, "params.b"),
        (lambda: mingru.forward(params._replace(b=np.ones(7)), x), ValueError, r"\(2H,\)"),
        (lambda: mingru.forward(params._replace(b=np.ones((4, 2))), x), ValueError, r"\(2H,\)"),
        (lambda: mingru.forward(params._replace(b=np.ones(6)), x), ValueError, "params.W_x"),
        (lambda: mingru.forward(params, x[..., :2]), ValueError, "x: expected shape"),
        (lambda: mingru.forward(params, x, state[:1]), ValueError, "state: expected shape"),
        (lambda: mingru.forward(params, x * np.nan), ValueError, "x: expected finite"),
        (lambda: mingru.backward(params, cache, dout[1:]), ValueError, "dout: expected shape"),
        (lambda: mingru.backward(params, cache, dout, dstate[1:]), ValueError, "dstate"),
    ]:
        with pytest.raises(error, match=message):
            call()
