"""The kernels behind `fused`: what they keep, what they refuse, and each choice they make."""

import warnings

import numpy as np
import pytest

from rnncourse import fused, gru, lstm, rnn, unroll, unroll_backward
from rnncourse.activations import sigmoid
from rnncourse.fused import through_time
from rnncourse.fused.kernels import lstm as lstm_kernel
from rnncourse.fused.kernels import products, squash
from rnncourse.tree import leaves, tree_map
from tests.answer import Answer, ours
from tests.conftest import make_problem


def fast(problem, **options):
    cell, params, x, state, dout, dstate = problem
    out, last, cache = fused.forward(cell, params, x, state, **options)
    dx, dfirst, grads = fused.backward(cell, cache, dout, dstate)
    return Answer(out, tuple(leaves(last)), dx, tuple(leaves(dfirst)), tuple(grads))


def assert_same(mine, expected, tol=1e-12):
    for a, b in zip(leaves(mine), leaves(expected), strict=True):
        scale = max(np.abs(b).max(), 1.0)
        np.testing.assert_allclose(a, b, rtol=0, atol=tol * scale, strict=True)


@pytest.mark.parametrize("checkpoint", [1, 2, 3, 5, 6, 100])
def test_checkpoints_change_no_number(cell, checkpoint):
    problem = make_problem(cell, T=6, B=2, D=3, H=4)
    assert_same(fast(problem, checkpoint=checkpoint), ours(problem))


@pytest.mark.parametrize("columns", [1, 4, 7, 1000])
def test_blocks_of_any_length_change_no_number(cell, columns, monkeypatch):
    monkeypatch.setattr(through_time, "BLOCK_COLUMNS", columns)
    problem = make_problem(cell, T=9, B=2, D=3, H=4)
    assert_same(fast(problem), ours(problem))


@pytest.mark.parametrize("sizes", [dict(T=2, B=70, D=66, H=65), dict(T=3, B=130, D=2, H=90)])
def test_large_batches_are_turned_in_tiles(cell, sizes):
    problem = make_problem(cell, **sizes)
    assert_same(fast(problem), ours(problem))


def test_large_products_are_split(cell):
    problem = make_problem(cell, T=2, B=64, D=3, H=160)
    kernel = fused.kernels.KERNELS[cell]
    weights = kernel.pack(problem.params, 64, ahead=False)
    assert any(getattr(part, "ndim", 0) == 3 for part in weights)  # a stack of pieces
    assert_same(fast(problem), ours(problem))


def test_without_training_nothing_is_kept(problem):
    cell, params, x, state, dout, _ = problem
    out, last, cache = fused.forward(cell, params, x, state, train=False)
    expected, expected_last, _ = unroll(cell, params, x, state)
    assert cache is None
    assert_same((out, *leaves(last)), (expected, *leaves(expected_last)))
    with pytest.raises(ValueError, match="train=True"):
        fused.backward(cell, cache, dout)


def test_a_cache_may_be_used_twice(problem):
    cell, params, x, state, dout, dstate = problem
    _, _, cache = fused.forward(cell, params, x, state)
    first, again = (fused.backward(cell, cache, dout, dstate) for _ in range(2))
    for a, b in zip(leaves(first), leaves(again), strict=True):
        np.testing.assert_array_equal(a, b)


def test_calls_share_no_workspace(problem):
    cell, params, x, state, dout, dstate = problem
    out, _, cache = fused.forward(cell, params, x, state)
    kept = out.copy()
    fused.forward(cell, params, -x, state)
    np.testing.assert_array_equal(out, kept)
    dx, _, grads = fused.backward(cell, cache, dout, dstate)
    expected = unroll_backward(cell, params, unroll(cell, params, x, state)[2], dout, dstate)
    assert_same((dx, *grads), (expected[0], *expected[2]))


def test_changing_the_outputs_does_not_spoil_the_way_back(problem):
    cell, params, x, state, dout, dstate = problem
    expected = fast(problem)
    out, last, cache = fused.forward(cell, params, x, state)
    out[...] = 0
    for part in leaves(last):
        part[...] = 0
    dx, _, grads = fused.backward(cell, cache, dout, dstate)
    assert_same((dx, *grads), (expected.dx, *expected.grads))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("B", [1, 200])
def test_saturated_gates_give_limits_and_no_warning(cell, dtype, B):
    problem = make_problem(cell, T=3, B=B, D=3, H=4, dtype=dtype)
    strong = tree_map(lambda array: 300 * array, problem.params)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        out, _, cache = fused.forward(cell, strong, problem.x)
        dx, _, _ = fused.backward(cell, cache, problem.dout)
    expected, _, _ = unroll(cell, strong, problem.x)
    np.testing.assert_allclose(out, expected, atol=1e-4 if dtype == np.float32 else 1e-9)
    assert np.isfinite(dx).all()


@pytest.mark.parametrize("checkpoint", [0, -1, 2.5, "4", True])
def test_a_checkpoint_that_is_no_number_of_steps(checkpoint):
    cell, params, x, *_ = make_problem(rnn)
    with pytest.raises(ValueError, match="checkpoint: expected a number of steps from 1 up"):
        fused.forward(cell, params, x, checkpoint=checkpoint)


def test_a_cache_of_another_cell_is_refused():
    cell, params, x, _, dout, _ = make_problem(rnn)
    _, _, cache = fused.forward(cell, params, x)
    with pytest.raises(TypeError, match="for gru, got one of rnn"):
        fused.backward(gru, cache, dout)
    _, _, caches = unroll(cell, params, x)
    with pytest.raises(TypeError, match="what fused.forward keeps for rnn, got one of list"):
        fused.backward(rnn, caches, dout)


@pytest.mark.parametrize("spoil", ["x", "state", "dout", "dstate"])
def test_the_edges_check_like_unroll(cell, spoil):
    problem = make_problem(cell)
    wrong = tree_map(lambda array: array * np.nan, getattr(problem, spoil))
    cell, params, x, state, dout, dstate = problem._replace(**{spoil: wrong})
    with pytest.raises(ValueError, match=f"^{spoil}.*finite"):
        _, _, cache = fused.forward(cell, params, x, state)
        fused.backward(cell, cache, dout, dstate)


@pytest.mark.parametrize("T", [1, 7])
def test_weights_of_x_that_go_ahead_change_no_number(T, monkeypatch):
    monkeypatch.setattr(lstm_kernel, "LARGE", 1)
    monkeypatch.setattr(through_time, "BLOCK_COLUMNS", 3)
    problem = make_problem(lstm, T=T, B=1, D=3, H=4)
    weights = lstm_kernel.pack(problem.params, 1, ahead=True)
    assert weights.W.shape == (16, 4)  # W_x is not in it
    assert_same(fast(problem), ours(problem))


def test_numpy_s_buffer_is_what_it_was(problem):
    cell, params, x, state, dout, dstate = problem
    before = np.getbufsize()
    _, _, cache = fused.forward(cell, params, x, state)
    fused.backward(cell, cache, dout, dstate)
    assert np.getbufsize() == before
    with pytest.raises(RuntimeError, match="in the middle"), through_time.plain_loops():
        assert np.getbufsize() == 16
        raise RuntimeError("in the middle")
    assert np.getbufsize() == before


@pytest.mark.parametrize(
    ("found", "fast_in_float32"),
    [
        (["AVX2", "AVX512_SKX"], True),
        (["X86_V3", "X86_V4"], True),
        (["X86_V3"], False),
        (None, False),
    ],
)
def test_large_arrays_take_the_way_that_is_faster_here(found, fast_in_float32, monkeypatch):
    config = {} if found is None else {"SIMD Extensions": {"found": found}}
    monkeypatch.setattr(np, "show_config", lambda mode: config)
    assert squash.tanh_is_fast(np.dtype(np.float32)) is fast_in_float32
    assert not squash.tanh_is_fast(np.dtype(np.float64))
    monkeypatch.setattr(squash, "FAST_TANH", [np.dtype(np.float32)])
    ways = [squash.choose(np.dtype(dtype), squash.SMALL).sigmoid_scale for dtype in "fd"]
    assert ways == [0.5, -1.0]  # of tanh, of exp


@pytest.mark.equation("eq-sigmoid")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("way", [squash.by_tanh, squash.by_exp])
def test_both_ways_to_squash(way, dtype):
    a = np.linspace(-30, 30, 601).astype(dtype)
    chosen = way(np.dtype(dtype))
    eps = 4 * np.finfo(dtype).eps
    scaled = a * dtype(chosen.sigmoid_scale)
    chosen.sigmoid(scaled)
    np.testing.assert_allclose(scaled, sigmoid(a), atol=eps, strict=True)
    out = np.empty_like(a)
    chosen.tanh(a, out)
    np.testing.assert_allclose(out, np.tanh(a), atol=eps, strict=True)
    both = np.concatenate([a * dtype(chosen.tanh_scale), a * dtype(chosen.sigmoid_scale)])
    chosen.gates(both, both[: len(a)], both[len(a) :])
    np.testing.assert_allclose(both, np.concatenate([np.tanh(a), sigmoid(a)]), atol=eps)


@pytest.mark.parametrize("M, F, B", [(6, 5, 1), (6, 5, 3), (512, 300, 16), (1021, 1000, 4)])
def test_products_in_pieces_are_the_product(rng, M, F, B):
    W, z = rng.normal(size=(M, F)), rng.normal(size=(F, B))
    product, prepared = products.prepare(W, B)
    out = np.empty((1, M, B))
    product(prepared, z, products.rows_for(prepared, out)[0])
    np.testing.assert_allclose(out[0], W @ z, atol=1e-10)


def test_a_product_is_split_when_its_pieces_become_small():
    assert products.prepare(np.ones((512, 300)), 16)[1].shape == (4, 128, 300)
    assert products.prepare(np.ones((64, 64)), 16)[1].shape == (64, 64)
    assert products.prepare(np.ones((1021, 1000)), 4)[1].shape == (1021, 1000)  # a prime


@pytest.mark.parametrize("shape", [(3, 4, 5), (2, 64, 64), (2, 100, 70), (2, 70, 3)])
def test_turning(rng, shape):
    source = rng.normal(size=shape)
    out = np.empty((shape[0], shape[2], shape[1]))
    products.turn(source, out)
    np.testing.assert_array_equal(out, source.swapaxes(1, 2))


def test_the_lstm_without_its_gates_moving_counts(rng):
    """With i = f = o = 1 and g = 1 the cell counts steps: c = t, by hand."""
    params = lstm.init_params(rng, D=1, H=2)._replace(b=np.full(8, 60.0))
    params = params._replace(W_x=0 * params.W_x, W_h=0 * params.W_h)
    _, state, _ = fused.forward(lstm, params, np.zeros((7, 1, 1)))
    np.testing.assert_allclose(state.c, 7.0)


@pytest.mark.parametrize(
    "spoil, error, message",
    [
        (lambda x: x * np.nan, ValueError, "finite values, got 3 of 3"),
        (lambda x: x + np.inf, ValueError, "finite values, got 3 of 3"),
        (lambda x: x[:1], ValueError, r"expected shape \(3,\), got \(1,\)"),
        (lambda x: x[None], ValueError, r"expected shape \(3,\), got \(1, 3\)"),
        (lambda x: x.astype(np.float32), TypeError, "expected dtype float64"),
        (list, TypeError, "expected a NumPy array, got list"),
    ],
)
def test_a_stream_refuses_a_bad_input_and_stays_where_it_is(cell, rng, spoil, error, message):
    stream = fused.stream(cell, cell.init_params(rng, D=3, H=4))
    x = rng.normal(size=3)
    stream.step(x)
    before = stream.state
    with pytest.raises(error, match=f"^x: .*{message}"):
        stream.step(spoil(x))
    for now, then in zip(leaves(stream.state), leaves(before), strict=True):
        np.testing.assert_array_equal(now, then)


def test_a_stream_takes_an_equal_dtype_of_its_own(rng):
    stream = fused.stream(rnn, rnn.init_params(rng, D=3, H=4))
    x = rng.normal(size=3)
    mine = stream.step(x).copy()
    stream.reset()
    x.dtype = np.dtype(float, copy=True)
    np.testing.assert_array_equal(stream.step(x), mine)


def test_a_stream_takes_numbers_whose_square_overflows(rng):
    stream = fused.stream(rnn, rnn.init_params(rng, D=1, H=2, dtype=np.float32))
    with np.errstate(over="ignore"):
        assert np.isfinite(stream.step(np.array([1e30], np.float32))).all()
