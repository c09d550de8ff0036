"""How much of a gradient is left? Jacobians of one step and of many, and their size."""

from collections import deque

import numpy as np

from rnncourse.tree import leaves, tree_map
from rnncourse.unroll import unroll


def step_jacobian(cell, params, cache):
    """Jacobian of one step: d state / d previous state, for every sequence of the batch.

    Parameters
    ----------
    cell : module
        `rnn`, `lstm`, `gru` or `gru_reset_after`.
    params : NamedTuple
        As given to ``cell.step``.
    cache : NamedTuple
        From ``cell.step``; not changed.

    Returns
    -------
    ndarray (B, S, S)
        Entry [b, j, k] is d state[b, j] / d state_prev[b, k]. S = H, or 2H for `lstm`,
        whose state is h followed by c.

    Notes
    -----
    Source: equation eq-jacobian. Row j is what `step_backward` makes of a gradient that is 1 at
    unit j and 0 elsewhere; all rows are pushed back at once as a batch of B*S.
    """
    B, H = len(cache.x), len(params.W_h)
    zeros = cell.init_state(B, H, params.W_h.dtype)
    S = H * len(leaves(zeros))
    units = np.tile(np.eye(S, dtype=params.W_h.dtype), (B, 1))  # (B*S, S)
    blocks = np.split(units, S // H, axis=-1)
    dstate = type(zeros)(*blocks) if isinstance(zeros, tuple) else blocks[0]
    repeated = tree_map(lambda array: np.repeat(array, S, axis=0), cache)
    _, dstate_prev, _ = cell.step_backward(params, repeated, np.zeros_like(blocks[0]), dstate)
    return np.concatenate(leaves(dstate_prev), axis=-1).reshape(B, S, S)  # eq-jacobian


def jacobian_products(cell, params, x, state=None):
    """Jacobians over 0, 1, ..., T steps: d state_T / d state_t, for t from T down to 0.

    Parameters
    ----------
    cell : module
        `rnn`, `lstm`, `gru` or `gru_reset_after`.
    params : NamedTuple
        The cell's parameters.
    x : ndarray (T, B, D)
    state : ndarray (B, H) or NamedTuple of them, optional
        Where to start; zeros when None.

    Returns
    -------
    iterator of ndarray (B, S, S)
        T + 1 arrays, the first the identity; S and the entries as in `step_jacobian`. They are
        made one at a time, so that T of them need not fit in memory.

    Raises
    ------
    TypeError, ValueError
        As `unroll`.

    Notes
    -----
    Source: equation eq-jacobian-product.

    Examples
    --------
    >>> from rnncourse import rnn
    >>> rng = np.random.default_rng(0)
    >>> params = rnn.init_params(rng, D=3, H=4)
    >>> [J.shape for J in jacobian_products(rnn, params, rng.normal(size=(2, 5, 3)))]
    [(5, 4, 4), (5, 4, 4), (5, 4, 4)]
    """
    _, state, caches = unroll(cell, params, x, state)
    S = sum(part.shape[-1] for part in leaves(state))
    identity = np.tile(np.eye(S, dtype=x.dtype), (x.shape[1], 1, 1))
    return _products(cell, params, caches, identity)


def _products(cell, params, caches, product):
    """The loop of `jacobian_products`, apart so that bad input is refused at the call."""
    yield product
    for cache in reversed(caches):
        product = product @ step_jacobian(cell, params, cache)  # eq-jacobian-product
        yield product


def state_jacobian(cell, params, x, state=None):
    """Jacobian of a whole sequence: d state_T / d state_0.

    Parameters
    ----------
    cell : module
    params : NamedTuple
    x : ndarray (T, B, D)
    state : ndarray (B, H) or NamedTuple of them, optional
        All as in `jacobian_products`, which also gives the steps in between.

    Returns
    -------
    ndarray (B, S, S)
        One for each sequence; S and the entries as in `step_jacobian`.

    Raises
    ------
    TypeError, ValueError
        As `unroll`.

    Notes
    -----
    Source: equation eq-jacobian-product.
    """
    return deque(jacobian_products(cell, params, x, state), maxlen=1).pop()


def flow(cell, params, x, state=None):
    """How strongly the last state still depends on each earlier one.

    Parameters
    ----------
    cell : module
    params : NamedTuple
    x : ndarray (T, B, D)
    state : ndarray (B, H) or NamedTuple of them, optional
        All as in `jacobian_products`.

    Returns
    -------
    ndarray (T + 1,)
        Spectral norm of d state_T / d state_t, mean over the batch; entry T is 1.

    Raises
    ------
    TypeError, ValueError
        As `unroll`.

    Notes
    -----
    Source: equation eq-jacobian-product.
    """
    products = jacobian_products(cell, params, x, state)
    norms = [np.linalg.norm(product, ord=2, axis=(1, 2)).mean() for product in products]
    return np.array(norms[::-1], float)


def singular_values(cell, params, x, state=None):
    """How far a whole sequence stretches small changes of its first state, in every direction.

    Parameters
    ----------
    cell : module
    params : NamedTuple
    x : ndarray (T, B, D)
    state : ndarray (B, H) or NamedTuple of them, optional
        All as in `jacobian_products`.

    Returns
    -------
    ndarray (B, S)
        Singular values of `state_jacobian`, the largest first: its mean over the batch is
        entry 0 of `flow`. Values below about 1e-16 of it (1e-7 in float32) are rounding.

    Raises
    ------
    TypeError, ValueError
        As `unroll`.

    Notes
    -----
    Many values near 1 mean that many directions of the past are kept (Saxe, McClelland and
    Ganguli 2014, arXiv:1312.6120).
    """
    return np.linalg.svd(state_jacobian(cell, params, x, state), compute_uv=False)


def spectral_radius(matrix):
    """Largest absolute value of an eigenvalue: what decides in the long run.

    Parameters
    ----------
    matrix : ndarray (..., S, S)
        One or more square matrices, such as the recurrent weights of `rnn`.

    Returns
    -------
    float or ndarray (...)

    Raises
    ------
    ValueError
        If the matrices are not square, or hold NaN or infinity.

    Notes
    -----
    Gelfand 1941: the k-th root of the norm of W^k tends to the spectral radius. The largest
    singular value bounds it from above and tells what one step can do, not what many do.

    Examples
    --------
    >>> W = np.array([[0.5, 3.0], [0.0, 0.5]])
    >>> float(np.linalg.norm(W, 2)) > 3, float(spectral_radius(W))
    (True, 0.5)
    >>> float(np.linalg.norm(np.linalg.matrix_power(W, 50), 2)) < 1e-12
    True
    """
    shape = np.shape(matrix)
    if len(shape) < 2 or shape[-1] != shape[-2]:
        raise ValueError(f"matrix: expected shape (..., S, S), got {shape}")
    if not np.isfinite(matrix).all():
        raise ValueError("matrix: expected finite values, got NaN or inf")
    return np.abs(np.linalg.eigvals(matrix)).max(axis=-1)
