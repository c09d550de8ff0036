"""Matrix products, one at every step, and arrays turned and stacked the way they want them."""

import numpy as np

SMALL_PRODUCT = 10**6  # multiply-adds that OpenBLAS does without packing, where it can
MOST_PIECES = 8
TILE = 32


def stack_rows(*blocks):
    """Weights for [h; 1; x] in one column: what stands over each other, the other way round.

    Parameters
    ----------
    *blocks : ndarray (n, M) or (M,)
        Row vectors times these weights, as the cells write it; a bias is one row.

    Returns
    -------
    ndarray (M, sum of n)
    """
    blocks = [np.atleast_2d(block) for block in blocks]
    W = np.empty((blocks[0].shape[1], sum(map(len, blocks))), blocks[0].dtype)
    first = 0
    for block in blocks:
        last = first + len(block)
        turn(block[None], W[None, :, first:last])
        first = last
    return W


def turn(source, out):
    """Copy (n, P, Q) into (n, Q, P), in tiles where whole rows would not stay in the cache."""
    P, Q = source.shape[1:]
    width = TILE if min(P, Q) >= 2 * TILE else P
    for first in range(0, P, width):
        tile = slice(first, first + width)
        out[:, :, tile] = source[:, tile].transpose(0, 2, 1)


def reorder(weights, order, scales=None):
    """Put the gate blocks of the last axis into another order, each times its scale.

    Parameters
    ----------
    weights : ndarray (..., G*H)
    order : sequence of int
        Block k of the result is block order[k] of `weights`.
    scales : sequence of float, optional
        One for each block of the result.

    Returns
    -------
    ndarray (..., len(order)*H), C-contiguous
    """
    H = weights.shape[-1] // len(order)
    blocks = [weights[..., k * H : (k + 1) * H] for k in order]
    if scales is not None:
        blocks = [block * weights.dtype.type(s) for block, s in zip(blocks, scales, strict=True)]
    return np.ascontiguousarray(np.concatenate(blocks, axis=-1))


def prepare(W, B):
    """Choose how ``W @ z`` is computed for z (F, B).

    A product of at most a million multiply-adds stays in OpenBLAS's kernel for small matrices,
    which does not pack its operands; so a larger one is split into a stack of pieces.

    Parameters
    ----------
    W : ndarray (M, F)
    B : int

    Returns
    -------
    product : callable
        ``product(W, z, out)``.
    W : ndarray (M, F) or (pieces, M / pieces, F)
        `out` must have the shape of `W` without its last axis, and then B.
    """
    if B == 1:  # a product with a vector reads memory in order, column after column
        return np.dot, np.asfortranarray(W)
    W = np.ascontiguousarray(W)
    M, F = W.shape
    for pieces in range(1, MOST_PIECES + 1):
        if M % pieces == 0 and M * F * B <= SMALL_PRODUCT * pieces:
            break
    else:
        pieces = 1  # too large even in pieces
    if pieces == 1:
        return np.dot, W
    return np.matmul, W.reshape(pieces, M // pieces, F)


def rows_for(W, rows):
    """View of `rows` (n, M, B) in the shape that `prepare` asks of `out`, for every step."""
    n, _, B = rows.shape
    return rows.reshape(n, *W.shape[:-1], B)
