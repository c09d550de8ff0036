"""Matrix products, one at every step, and arrays turned and stacked the way they want them."""

import numpy as np

SMALL_PRODUCT = 10**6  # multiply-adds that OpenBLAS does without packing, where it can
FEWEST_ROWS = 4  # of a piece
TILE = 32


def stack_rows(blocks, B, H, gates, scales=None):
    """Weights W such that ``W @ [h; 1; x]`` is, in columns, what cells write in rows.

    Parameters
    ----------
    blocks : tuple of ndarray (n, G*H) or (G*H,)
        Weights or biases, in the order in which W's columns meet h, 1 and x.
    B, H : int
    gates : sequence of int
        The gate blocks to take, in the order in which W's rows give them.
    scales : sequence of float, optional
        One factor for each of `gates`.

    Returns
    -------
    ndarray (len(gates) * H, sum of n)
        For B = 1 column after column in memory, which suits a product with a vector.
    """
    blocks = [np.atleast_2d(block) for block in blocks]
    dtype = blocks[0].dtype
    W = np.empty((len(gates) * H, sum(map(len, blocks))), dtype, "F" if B == 1 else "C")
    factors = [np.array(1 if scales is None else scales[j], dtype) for j in range(len(gates))]
    last = 0
    for block in blocks:
        first, last = last, last + len(block)
        for j, (gate, factor) in enumerate(zip(gates, factors, strict=True)):
            rows = W[j * H : (j + 1) * H, first:last]
            np.multiply(block[:, gate * H : (gate + 1) * H], factor, rows.T)
    return W


def turn(source, out):
    """Copy (n, P, Q) into (n, Q, P), in tiles where whole rows would not stay in the cache."""
    P, Q = source.shape[1:]
    width = TILE if min(P, Q) >= 2 * TILE else P
    for first in range(0, P, width):
        tile = slice(first, first + width)
        out[:, :, tile] = source[:, tile].transpose(0, 2, 1)


def take(weights, H, gates):
    """Gate blocks of the last axis, in the order of `gates`.

    Parameters
    ----------
    weights : ndarray (..., G*H)
    H : int
    gates : sequence of int

    Returns
    -------
    ndarray (..., len(gates) * H)
        A C-contiguous copy.
    """
    blocks = [weights[..., k * H : (k + 1) * H] for k in gates]
    return np.ascontiguousarray(np.concatenate(blocks, axis=-1))


def unstack(W, H, gates):
    """The way back from `stack_rows`, for rows [h; 1; x] -> dW_x, dW_h, db.

    Parameters
    ----------
    W : ndarray (len(gates) * H, H + 1 + D)
    H : int
    gates : sequence of int
        For each gate block of the result, where it stands in W.

    Returns
    -------
    tuple of ndarray (D, G*H), (H, G*H), (G*H,)
    """
    width, D = len(gates) * H, W.shape[1] - H - 1
    dW_x, dW_h, db = (np.empty(shape, W.dtype) for shape in ((D, width), (H, width), width))
    for j, k in enumerate(gates):
        rows, block = W[k * H : (k + 1) * H], slice(j * H, (j + 1) * H)
        dW_h[:, block], db[block], dW_x[:, block] = rows[:, :H].T, rows[:, H], rows[:, H + 1 :].T
    return dW_x, dW_h, db


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
    M, F = W.shape
    pieces = 1 if B == 1 else pieces_of(M, F, B)
    if pieces == 1:
        return np.dot, W
    return np.matmul, np.ascontiguousarray(W).reshape(pieces, M // pieces, F)


def pieces_of(M, F, B):
    """Into how many pieces to split the M rows of a product (M, F) @ (F, B)."""
    for pieces in range(1, M // FEWEST_ROWS + 1):
        if M % pieces == 0 and M * F * B <= SMALL_PRODUCT * pieces:
            return pieces
    return 1  # too large even in pieces


def add_product(left, right, total):
    """Add ``left @ right`` to `total` (M, B), for left (M, F) and right (F, B)."""
    product, left = prepare(left, right.shape[1])
    total += product(left, right).reshape(total.shape)


def rows_for(W, rows):
    """View of `rows` (n, M, B) in the shape that `prepare` asks of `out`, for every step."""
    n, _, B = rows.shape
    return rows.reshape(n, *W.shape[:-1], B)
