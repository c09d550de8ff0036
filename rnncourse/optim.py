"""Optimisers and clipping: pure functions over parameters of any structure."""

from typing import Any, NamedTuple

import numpy as np

from rnncourse.tree import leaves, tree_map


def sgd(params, grads, state=None, lr=0.1):
    """Gradient descent: one step against the gradient.

    Parameters
    ----------
    params, grads : tree of ndarray
        The same structure.
    state : None
        Gradient descent remembers nothing; here so that optimisers are interchangeable.
    lr : float
        Learning rate.

    Returns
    -------
    params : tree of ndarray
        New arrays.
    state : None

    Notes
    -----
    Source: equation eq-sgd.
    """
    return tree_map(lambda p, dp: p - lr * dp, params, grads), state  # eq-sgd


def momentum(params, grads, state=None, lr=0.1, keep=0.9):
    """Gradient descent with momentum: each step goes on along the steps before.

    Parameters
    ----------
    params, grads : tree of ndarray
        The same structure.
    state : tree of ndarray, optional
        The velocity, from the step before; None at the first.
    lr : float
        Learning rate.
    keep : float
        The share of the velocity that is kept from step to step, at least 0 and below 1.

    Returns
    -------
    params : tree of ndarray
        New arrays.
    state : tree of ndarray
        The new velocity.

    Notes
    -----
    Source: equations eq-velocity, eq-momentum; Polyak 1964, doi:10.1016/0041-5553(64)90137-5, in
    the form that PyTorch computes.
    """
    if state is None:
        state = tree_map(np.zeros_like, params)
    state = tree_map(lambda v, dp: keep * v + dp, state, grads)  # eq-velocity
    return tree_map(lambda p, v: p - lr * v, params, state), state  # eq-momentum


class AdamState(NamedTuple):
    """What Adam remembers."""

    steps: int
    mean: Any  # tree like params: running mean of the gradient
    square: Any  # tree like params: running mean of its square


def adam(params, grads, state=None, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """Adam (Kingma and Ba 2015, arXiv:1412.6980): a step of about `lr` for every weight.

    Parameters
    ----------
    params, grads : tree of ndarray
        The same structure.
    state : AdamState, optional
        From the step before; None at the first.
    lr : float
        Learning rate.
    beta1, beta2, eps : float
        Decay of the two running means, and the guard against division by zero.

    Returns
    -------
    params : tree of ndarray
        New arrays.
    state : AdamState

    Notes
    -----
    Source: equations eq-adam-means, eq-adam.
    """
    if state is None:
        zeros = tree_map(np.zeros_like, params)
        state = AdamState(0, zeros, zeros)
    steps = state.steps + 1

    def running(beta, old, new):
        return tree_map(lambda o, n: beta * o + (1 - beta) * n, old, new)  # eq-adam-means

    def step(p, m, s):
        m, s = m / (1 - beta1**steps), s / (1 - beta2**steps)
        return p - lr * m / (np.sqrt(s) + eps)  # eq-adam

    mean = running(beta1, state.mean, grads)
    square = running(beta2, state.square, tree_map(np.square, grads))
    return tree_map(step, params, mean, square), AdamState(steps, mean, square)


def clip_by_norm(grads, limit):
    """Shorten the gradient to length `limit` if it is longer; its direction stays.

    Parameters
    ----------
    grads : tree of ndarray
    limit : float
        Above 0.

    Returns
    -------
    grads : tree of ndarray
        New arrays.
    norm : float
        The length before clipping, over all arrays together.

    Raises
    ------
    ValueError
        If `limit` is not above 0, or the gradient holds NaN or infinity.

    Notes
    -----
    Source: equation eq-clip; Pascanu, Mikolov and Bengio 2013, arXiv:1211.5063.

    Examples
    --------
    >>> grads, norm = clip_by_norm((np.array([3.0]), np.array([4.0])), limit=1.0)
    >>> norm, grads
    (5.0, (array([0.6]), array([0.8])))
    """
    if not limit > 0:
        raise ValueError(f"limit: expected a number above 0, got {limit}")
    norm = float(np.sqrt(sum(np.sum(np.square(g, dtype=float)) for g in leaves(grads))))
    if not np.isfinite(norm):
        raise ValueError("grads: expected finite values, got NaN or inf; lower the learning rate")
    scale = min(1.0, limit / norm) if norm > 0 else 1.0  # eq-clip
    return tree_map(lambda g: g * scale, grads), norm
