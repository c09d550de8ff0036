"""The weights of a cell, and the way PyTorch draws them."""

from typing import NamedTuple

import numpy as np

from rnncourse.tree import tree_map


class Params(NamedTuple):
    """Weights of `rnn`, `lstm` and `gru`; the G gate blocks stand side by side in the columns.

    A gradient is a `Params` too, so an optimiser is a walk over pairs.
    """

    W_x: np.ndarray  # (D, G*H) from the input
    W_h: np.ndarray  # (H, G*H) from the previous state
    b: np.ndarray  # (G*H,)


def param_shapes(n_gates, D, H):
    """Shapes of `Params` for a cell with `n_gates` gate blocks, D inputs and H units.

    Examples
    --------
    >>> param_shapes(4, D=3, H=2)
    Params(W_x=(3, 8), W_h=(2, 8), b=(8,))
    """
    return Params((D, n_gates * H), (H, n_gates * H), (n_gates * H,))


def sizes(params):
    """Input width D and state width H of a cell's `params`."""
    return params.W_x.shape[0], params.W_h.shape[0]


def blocks(a, n):
    """Cut (B, n*H) into n blocks of columns (B, H), which are views.

    Parameters
    ----------
    a : ndarray (B, n*H)
        What all gates have in common, such as the pre-activations.
    n : int

    Returns
    -------
    ndarray (n, B, H)
        To be unpacked, one name for each gate.

    Examples
    --------
    >>> a_r, a_z = blocks(np.array([[1, 2, 3, 4]]), 2)
    >>> a_r, a_z
    (array([[1, 2]]), array([[3, 4]]))
    """
    return a.reshape(len(a), n, -1).swapaxes(0, 1)


def uniform(rng, shapes, bound, dtype=float):
    """Draw every array from U(-bound, bound).

    Parameters
    ----------
    rng : numpy.random.Generator
    shapes : NamedTuple of tuple
        What a cell's `param_shapes` returns.
    bound : float
        PyTorch takes 1 / sqrt(H) for all its recurrent cells.
    dtype : dtype
        float32 or float64. Both get the same draws, rounded.

    Returns
    -------
    NamedTuple of ndarray
        The type of `shapes`.
    """
    return type(shapes)(*(rng.uniform(-bound, bound, shape).astype(dtype) for shape in shapes))


def zeros_like(params):
    """Zeros of the structure, shapes and dtype of `params`: where a sum of gradients starts."""
    return tree_map(lambda array: np.zeros(array.shape, array.dtype), params)  # C order, always
