"""Attention: each step of a decoder reads all states of the encoder at once, weighted.

Dot-product attention (Luong, Pham and Manning 2015, doi:10.18653/v1/D15-1166), after the
additive form of Bahdanau, Cho and Bengio 2015, arXiv:1409.0473. It has no weights of its own.
"""

from typing import NamedTuple

import numpy as np


class Cache(NamedTuple):
    """What `forward` keeps for `backward`, batch first so that each product is one call."""

    query: np.ndarray  # (B, T, H)
    states: np.ndarray  # (B, S, H)
    weights: np.ndarray  # (B, T, S)


def forward(query, states, lengths):
    """Look up, for every query, a weighted mean of the states that resemble it.

    Parameters
    ----------
    query : ndarray (T, B, H)
        States of the decoder.
    states : ndarray (S, B, H)
        States of the encoder, as wide.
    lengths : ndarray of int (B,)
        Words of each source; what stands behind them gets the weight 0.

    Returns
    -------
    context : ndarray (T, B, H)
    cache : Cache
        For `backward`; its `weights` (B, T, S) are worth a look.

    Notes
    -----
    Source: equations eq-attention-scores, eq-attention-weights, eq-attention-context.

    Examples
    --------
    >>> states = np.array([[[4.0, 0.0]], [[0.0, 4.0]]])  # (S, B, H) = (2, 1, 2)
    >>> context, cache = forward(np.array([[[9.0, 0.0]]]), states, np.array([2]))
    >>> context.round(2), cache.weights.round(2)  # the query resembles the first state
    (array([[[4., 0.]]]), array([[[1., 0.]]]))
    """
    query, states = _turned(query), _turned(states)
    scores = query @ states.swapaxes(1, 2)  # eq-attention-scores   (B, T, S)
    real = np.arange(states.shape[1]) < lengths[:, None]  # (B, S)
    scores = np.where(real[:, None], scores, -np.inf).astype(scores.dtype)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)  # eq-attention-weights
    context = weights @ states  # eq-attention-context
    return _turned(context), Cache(query, states, weights)


def backward(cache, dcontext):
    """Gradients of the queries and of the states.

    Parameters
    ----------
    cache : Cache
        From `forward`.
    dcontext : ndarray (T, B, H)

    Returns
    -------
    dquery : ndarray (T, B, H)
    dstates : ndarray (S, B, H)

    Notes
    -----
    Source: equations eq-attention-dweights, eq-attention-dscores, eq-attention-dstates.
    """
    query, states, weights = cache
    dcontext = _turned(dcontext)
    dweights = dcontext @ states.swapaxes(1, 2)  # eq-attention-dweights
    mean = (weights * dweights).sum(axis=-1, keepdims=True)
    dscores = weights * (dweights - mean)  # eq-attention-dscores
    dquery = dscores @ states
    dstates = weights.swapaxes(1, 2) @ dcontext + dscores.swapaxes(1, 2) @ query
    return _turned(dquery), _turned(dstates)  # eq-attention-dstates


def _turned(array):
    """Time first to batch first, or back: a copy."""
    return np.ascontiguousarray(array.swapaxes(0, 1))
