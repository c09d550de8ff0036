"""How the steps learn of x: joined to h in one product, or multiplied ahead of them."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from rnncourse.fused.kernels import products


class Feed(NamedTuple):
    """What stands in z = [h; 1; ...] below the 1, and who fills it."""

    rows: int
    fill: Callable  # fill(x (n, B, D), below (n, rows, B))


def joined(D):
    """z = [h; 1; x]: one product a step."""
    return Feed(D, products.turn)


def ahead(W_x, b, B, H, gates, scales):
    """z = [h; 1; W_x x + b]: x meets its weights for a whole block of steps.

    Parameters
    ----------
    W_x : ndarray (D, G*H)
    b : ndarray (G*H,)
    B, H : int
    gates : sequence of int
        The gate blocks in the order of the rows.
    scales : sequence of float
        One factor for each of `gates`.
    """
    W = products.stack_rows((W_x, b), B, H, gates, scales)  # (M, D + 1)
    M, D = W.shape[0], len(W_x)
    if B == 1:
        W_x, b = W[:, :D].T, W[:, D]

        def fill(x, below):
            rows = below[..., 0]
            np.matmul(x[:, 0], W_x, rows)
            np.add(rows, b, rows)

        return Feed(M, fill)
    W = W.reshape(products.pieces_of(M, D + 1, B), -1, D + 1)

    def fill_batch(x, below):
        x_one = np.empty((len(x), 1, D + 1, B), x.dtype)
        x_one[:, :, D] = 1
        products.turn(x, x_one[:, 0, :D])
        np.matmul(W, x_one, products.rows_for(W, below))

    return Feed(M, fill_batch)
