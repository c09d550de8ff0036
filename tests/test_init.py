"""Where training starts: ranges, variances, orthogonality, and biases that hold a gate open."""

import numpy as np
import pytest

from rnncourse import gru, gru_reset_after, head, init, lstm, model, rnn, unroll
from rnncourse.tree import tree_map
from tests.conftest import make_problem
from tests.gates import OPEN, SHUT, block, with_gates

GRUS = pytest.mark.parametrize("cell", [gru, gru_reset_after], ids=["gru", "gru_reset_after"])


def assert_uniform(draws, bound):
    """U(-bound, bound) from n draws: five standard errors, and the ends nearly reached."""
    n = draws.size
    assert n >= 1000 and np.abs(draws).max() <= bound
    variance = bound**2 / 3
    assert abs(draws.mean()) < 5 * np.sqrt(variance / n)
    # the variance of a square of U(-1, 1) is 1/5 - 1/9 = 4/45
    assert abs((draws**2).mean() - variance) < 5 * bound**2 * np.sqrt(4 / 45 / n)
    assert draws.max() > bound * (1 - 10 / n) and draws.min() < -bound * (1 - 10 / n)


# Ranges


def test_with_uniform_draws_every_array_from_pytorchs_range(rng, cell):
    params = tree_map(np.zeros_like, cell.init_params(rng, 30, 40))
    new = init.with_uniform(rng, params)
    assert_uniform(new.W_x, 40**-0.5)
    assert_uniform(new.W_h, 40**-0.5)
    biases = np.concatenate([new.b, *new[3:]])
    assert 0.8 * 40**-0.5 < np.abs(biases).max() <= 40**-0.5


def test_with_uniform_draws_what_the_cells_draw(cell):
    params = cell.init_params(np.random.default_rng(7), 3, 4)
    other = cell.init_params(np.random.default_rng(8), 3, 4)
    for one, two in zip(init.with_uniform(np.random.default_rng(7), other), params, strict=True):
        np.testing.assert_array_equal(one, two)


def test_with_uniform_takes_another_bound(rng, cell):
    new = init.with_uniform(rng, cell.init_params(rng, 30, 40), bound=2.5)
    assert_uniform(new.W_x, 2.5)
    assert_uniform(new.W_h, 2.5)


def test_with_glorot_gives_each_block_the_range_of_a_layer_with_h_outputs(rng, cell):
    D, H = 30, 50
    new = init.with_glorot(rng, cell.init_params(rng, D, H))
    for gate in np.split(new.W_x, cell.N_GATES, axis=1):
        assert_uniform(gate, np.sqrt(6 / (D + H)))
    for gate in np.split(new.W_h, cell.N_GATES, axis=1):
        assert_uniform(gate, np.sqrt(6 / (H + H)))
    assert not new.b.any() and not any(bias.any() for bias in new[3:])


def test_with_glorot_keeps_the_size_of_a_signal_and_of_its_gradient_up_to_a_compromise(rng):
    """The variance 2 / (D + H) times D, or times H, is a mean of 1 over both directions."""
    D, H = 200, 100
    W = init.with_glorot(rng, rnn.init_params(rng, D, H)).W_x
    x, dy = rng.normal(size=(2000, D)), rng.normal(size=(2000, H))
    forward, backward = (x @ W).var(), (dy @ W.T).var()
    np.testing.assert_allclose([forward, backward], [2 * D / (D + H), 2 * H / (D + H)], rtol=0.05)


# Orthogonal


def test_orthogonal_keeps_lengths_and_angles(rng):
    Q = init.orthogonal(rng, 5)
    np.testing.assert_allclose(Q @ Q.T, np.eye(5), atol=1e-14)
    np.testing.assert_allclose(np.linalg.svd(Q, compute_uv=False), 1)


def test_orthogonal_draws_are_uniform_over_all_orthogonal_matrices(rng):
    # then every entry is as often positive as negative and has variance 1/H
    draws = np.stack([init.orthogonal(rng, 3) for _ in range(4000)])
    np.testing.assert_allclose(draws.mean(axis=0), 0, atol=0.05)
    np.testing.assert_allclose((draws**2).mean(axis=0), 1 / 3, atol=0.03)
    assert 0.45 < (np.linalg.det(draws) > 0).mean() < 0.55  # rotations and reflections


def test_with_orthogonal_recurrence_replaces_each_gates_block_of_w_h_alone(rng, problem):
    cell, params, *_ = problem
    new = init.with_orthogonal_recurrence(rng, params)
    assert type(new) is type(params) and new.W_h.shape == params.W_h.shape
    blocks = np.split(new.W_h, cell.N_GATES, axis=1)
    for gate in blocks:
        np.testing.assert_allclose(gate.T @ gate, np.eye(4), atol=1e-14)
    for one, other in zip(blocks, blocks[1:], strict=False):
        assert (one != other).all()  # each gate has a draw of its own
    for name in set(params._fields) - {"W_h"}:
        np.testing.assert_array_equal(getattr(new, name), getattr(params, name))


def test_orthogonal_has_the_dtype_asked_for(rng):
    assert init.orthogonal(rng, 3).dtype == np.float64
    assert init.orthogonal(rng, 3, np.float32).dtype == np.float32


# Gate biases


@pytest.mark.parametrize("value", [3.0, np.array([1.0, 2.0, -3.0, 0.5])], ids=["all", "each"])
def test_with_forget_bias_sets_the_forget_block_alone(value):
    params = make_problem(lstm).params
    new = init.with_forget_bias(params, value)
    np.testing.assert_array_equal(block(lstm, new.b, "f"), np.broadcast_to(value, 4))
    for gate in "igo":
        np.testing.assert_array_equal(block(lstm, new.b, gate), block(lstm, params.b, gate))
    np.testing.assert_array_equal(new.W_x, params.W_x)
    np.testing.assert_array_equal(new.W_h, params.W_h)


@GRUS
@pytest.mark.parametrize("value", [3.0, np.array([1.0, 2.0, -3.0, 0.5])], ids=["all", "each"])
def test_with_update_bias_sets_the_update_block_alone(cell, value):
    params = make_problem(cell).params
    new = init.with_update_bias(params, value)
    assert type(new) is type(params)
    np.testing.assert_array_equal(block(cell, new.b, "z"), np.broadcast_to(value, 4))
    for gate in "rn":
        np.testing.assert_array_equal(block(cell, new.b, gate), block(cell, params.b, gate))
    for name in set(params._fields) - {"b"}:
        np.testing.assert_array_equal(getattr(new, name), getattr(params, name))


def test_a_large_forget_bias_opens_the_forget_gate_and_keeps_c_over_many_steps():
    _, params, x, state, *_ = make_problem(lstm, T=20)
    params = with_gates(lstm, init.with_forget_bias(params, OPEN), i=SHUT)
    _, last, caches = unroll(lstm, params, x, state)
    assert all((cache.f == 1).all() for cache in caches)
    np.testing.assert_array_equal(last.c, state.c)


@GRUS
def test_a_large_update_bias_copies_the_state_over_many_steps(cell):
    _, params, x, state, *_ = make_problem(cell, T=20)
    _, last, caches = unroll(cell, init.with_update_bias(params, OPEN), x, state)
    assert all((cache.z == 1).all() for cache in caches)
    np.testing.assert_array_equal(last, state)
    _, last, caches = unroll(cell, init.with_update_bias(params, SHUT), x, state)
    np.testing.assert_array_equal(last, caches[-1].n)  # shut: nothing but the candidate


@GRUS
@pytest.mark.parametrize("memory", [10, 100])
def test_an_update_bias_of_log_t_minus_1_remembers_for_t_steps(cell, memory):
    params = tree_map(np.zeros_like, cell.init_params(np.random.default_rng(0), 1, 1))
    params = init.with_update_bias(params, np.log(memory - 1))
    out, _, _ = unroll(cell, params, np.zeros((memory, 1, 1)), np.ones((1, 1)))
    # the candidate is 0 and h fades by 1 - 1/memory a step: to about 1/e after `memory` steps
    np.testing.assert_allclose(out[:, 0, 0], (1 - 1 / memory) ** np.arange(1, memory + 1))


# All


INITS = {
    "uniform": (init.with_uniform, [rnn, lstm, gru, gru_reset_after]),
    "glorot": (init.with_glorot, [rnn, lstm, gru, gru_reset_after]),
    "orthogonal": (init.with_orthogonal_recurrence, [rnn, lstm, gru, gru_reset_after]),
    "forget": (lambda rng, params: init.with_forget_bias(params, 1.5), [lstm]),
    "update": (lambda rng, params: init.with_update_bias(params, 1.5), [gru, gru_reset_after]),
}
EACH = pytest.mark.parametrize("f, cells", INITS.values(), ids=INITS)


@EACH
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_results_are_new_arrays_like_the_old_ones(rng, f, cells, dtype):
    for cell in cells:
        params = cell.init_params(rng, 3, 4, dtype)
        kept = tree_map(np.copy, params)
        new = f(rng, params)
        assert type(new) is type(params)
        for old, before, now in zip(params, kept, new, strict=True):
            np.testing.assert_array_equal(old, before)
            assert now.shape == old.shape and now.dtype == dtype and now.flags.c_contiguous
            assert not np.shares_memory(old, now)
        unroll(cell, new, np.ones((2, 1, 3), dtype))  # and a cell takes them


@EACH
def test_another_cells_parameters_are_refused(rng, f, cells):
    for cell in {rnn, lstm, gru, gru_reset_after} - set(cells):
        with pytest.raises(TypeError, match="params: expected those of .*, got .*Params with W_h"):
            f(rng, cell.init_params(rng, 3, 4))


@EACH
def test_what_is_no_cells_parameters_is_refused(rng, f, cells):
    good = cells[0].init_params(rng, 3, 4)
    for bad in [
        head.init_params(rng, 4, 2),
        model.init_params(rng, cells[0], 3, 4, 2),
        tuple(good),
        good.b,
        good._replace(W_h=good.W_h.T if cells[0] is not rnn else good.b),
        good._replace(W_h=good.W_h[..., None]),
    ]:
        with pytest.raises(TypeError, match="params: expected those of "):
            f(rng, bad)
    with pytest.raises(TypeError, match=r"params\.W_h: expected a NumPy array, got NoneType"):
        f(rng, good._replace(W_h=None))
    with pytest.raises(ValueError, match=r"params\.b: expected shape"):
        f(rng, good._replace(b=good.b[:-1]))


def test_the_message_names_the_cells_and_what_came(rng):
    match = r"expected those of lstm, got rnncourse\.params\.Params with W_h of shape \(4, 12\)"
    with pytest.raises(TypeError, match=match):
        init.with_forget_bias(gru.init_params(rng, 3, 4), 1.0)
    match = r"expected those of gru or gru_reset_after, got .* with W_h of shape \(4, 16\)"
    with pytest.raises(TypeError, match=match):
        init.with_update_bias(lstm.init_params(rng, 3, 4), 1.0)


@pytest.mark.parametrize(
    "value, message",
    [
        (np.ones(3), r"value: expected a number or shape \(4,\), got \(3,\)"),
        (np.ones((1, 4)), r"value: expected a number or shape \(4,\), got \(1, 4\)"),
        (np.nan, "value: expected finite numbers, got nan"),
        (np.inf, "value: expected finite numbers, got inf"),
    ],
)
def test_a_bias_which_does_not_fit_is_refused(rng, value, message):
    with pytest.raises(ValueError, match=message):
        init.with_forget_bias(lstm.init_params(rng, 3, 4), value)
    with pytest.raises(ValueError, match=message):
        init.with_update_bias(gru.init_params(rng, 3, 4), value)
