"""Orthogonal recurrent weights."""

import numpy as np

from rnncourse import init


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
    for block in blocks:
        np.testing.assert_allclose(block.T @ block, np.eye(4), atol=1e-14)
    for one, other in zip(blocks, blocks[1:], strict=False):
        assert (one != other).all()  # each gate has a draw of its own
    for name in set(params._fields) - {"W_h"}:
        np.testing.assert_array_equal(getattr(new, name), getattr(params, name))


def test_with_orthogonal_recurrence_changes_nothing_in_place_and_keeps_float32(rng, cell):
    params = cell.init_params(rng, 3, 4, np.float32)
    kept = params.W_h.copy()
    new = init.with_orthogonal_recurrence(rng, params)
    np.testing.assert_array_equal(params.W_h, kept)
    assert not np.shares_memory(new.W_h, params.W_h)
    assert new.W_h.dtype == np.float32 and new.W_h.flags.c_contiguous
    assert init.orthogonal(rng, 3).dtype == np.float64
