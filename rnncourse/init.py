"""Initialisations other than the cells' own, as functions from parameters to parameters."""

import numpy as np

from rnncourse.tree import tree_map


def orthogonal(rng, H, dtype=float):
    """Draw an orthogonal matrix, uniformly over all of them.

    Parameters
    ----------
    rng : numpy.random.Generator
    H : int
    dtype : dtype
        float32 or float64.

    Returns
    -------
    ndarray (H, H)
        Every singular value is 1; the eigenvalues lie anywhere on the unit circle.

    Notes
    -----
    Source: Saxe, McClelland and Ganguli 2014, arXiv:1312.6120. The signs follow Mezzadri 2007,
    arXiv:math-ph/0609050: without them the draw is not uniform.
    """
    q, r = np.linalg.qr(rng.normal(size=(H, H)))
    return (q * np.sign(np.diag(r))).astype(dtype)


def with_orthogonal_recurrence(rng, params):
    """Return `params` with every gate's block of W_h drawn orthogonal.

    Parameters
    ----------
    rng : numpy.random.Generator
    params : NamedTuple
        Of any cell.

    Returns
    -------
    NamedTuple
        The type of `params`; W_h is drawn, the rest copied, so nothing is shared.
    """
    H, width = params.W_h.shape
    blocks = [orthogonal(rng, H, params.W_h.dtype) for _ in range(width // H)]
    return tree_map(np.copy, params)._replace(W_h=np.concatenate(blocks, axis=1))
