"""The bound: the matrix products of a pass alone, without any elementwise work.

They stand in the order that a kernel needs: the input's product for the whole sequence at once,
one product with the state a step; backward one product a step, the weights' gradients after the
loop as one product over all steps. Outputs are allocated before. Two orientations are measured,
row-first (T, B, G*H) and feature-first (T, G*H, B); the faster one is the bound.
"""

import numpy as np

from benchmarks.contender import Contender
from rnncourse import gru


def products_rows(problem, mode, threads):
    """Row-first: a state is (B, H), as in the package."""
    cell, params, x, _, dout = problem
    T, B, D = x.shape
    H, GH = params.W_h.shape
    rng = np.random.default_rng(1)
    h, dh = _fill(rng, (T, B, H), x.dtype), np.empty((B, H), x.dtype)
    a, da = np.empty((T, B, GH), x.dtype), _fill(rng, (T, B, GH), x.dtype)
    W_x, dx, dW_x = params.W_x, np.empty_like(x), np.empty_like(params.W_x)
    x_rows, a_rows = x.reshape(T * B, D), a.reshape(T * B, GH)
    h_rows, da_rows, dx_rows = h.reshape(T * B, H), da.reshape(T * B, GH), dx.reshape(T * B, D)
    # Contiguous pieces: one for all gates, or two for `gru`, whose candidate sees another h.
    pieces = [
        (
            np.ascontiguousarray(params.W_h[:, cut]),  # (H, g*H)
            np.ascontiguousarray(params.W_h[:, cut].T),
            [np.empty((B, cut.stop - cut.start), x.dtype)] * T,
            list(np.ascontiguousarray(da[..., cut])),
            np.ascontiguousarray(da_rows[:, cut]),
            np.empty((H, cut.stop - cut.start), x.dtype),
        )
        for cut in _cuts(cell, H, GH)
    ]
    steps = list(h)

    def forward():
        np.dot(x_rows, W_x, a_rows)
        for t in range(T):
            for W_h, _, made, *_ in pieces:
                np.dot(steps[t], W_h, made[t])

    def training():
        forward()
        for t in range(T):
            for _, W_h_T, _, da_steps, *_ in pieces:
                np.dot(da_steps[t], W_h_T, dh)
        np.dot(da_rows, W_x.T, dx_rows)
        np.dot(x_rows.T, da_rows, dW_x)
        for *_, da_piece, dW_h in pieces:
            np.dot(h_rows.T, da_piece, dW_h)

    return Contender(forward if mode == "forward" else training, None)


def products_features(problem, mode, threads):
    """Feature-first: a state is (H, B), and the weights stand on the left."""
    cell, params, x, _, dout = problem
    T, B, D = x.shape
    H, GH = params.W_h.shape
    rng = np.random.default_rng(1)
    W_x, W_x_T = params.W_x, np.ascontiguousarray(params.W_x.T)  # (D, GH), (GH, D)
    steps, dh = list(_fill(rng, (T, H, B), x.dtype)), np.empty((H, B), x.dtype)
    x_columns = np.ascontiguousarray(x.reshape(T * B, D).T)  # (D, T*B)
    h_columns = _fill(rng, (H, T * B), x.dtype)
    a_columns, da_columns = np.empty((GH, T * B), x.dtype), _fill(rng, (GH, T * B), x.dtype)
    dx_columns, dW_x_T = np.empty_like(x_columns), np.empty_like(W_x_T)
    pieces = [
        (
            np.ascontiguousarray(params.W_h[:, cut].T),  # (g*H, H)
            np.ascontiguousarray(params.W_h[:, cut]),
            [np.empty((cut.stop - cut.start, B), x.dtype)] * T,
            list(_fill(rng, (T, cut.stop - cut.start, B), x.dtype)),
            da_columns[cut],
            np.empty((cut.stop - cut.start, H), x.dtype),
        )
        for cut in _cuts(cell, H, GH)
    ]

    def forward():
        np.dot(W_x_T, x_columns, a_columns)
        for t in range(T):
            for W_h_T, _, made, *_ in pieces:
                np.dot(W_h_T, steps[t], made[t])

    def training():
        forward()
        for t in range(T):
            for _, W_h, _, da_steps, *_ in pieces:
                np.dot(W_h, da_steps[t], dh)
        np.dot(W_x, da_columns, dx_columns)
        np.dot(da_columns, x_columns.T, dW_x_T)
        for *_, da_piece, dW_h_T in pieces:
            np.dot(da_piece, h_columns.T, dW_h_T)

    return Contender(forward if mode == "forward" else training, None)


def _cuts(cell, H, GH):
    """Which columns of W_h one product can serve."""
    return [slice(0, 2 * H), slice(2 * H, GH)] if cell is gru else [slice(0, GH)]


def _fill(rng, shape, dtype):
    return rng.normal(size=shape).astype(dtype)  # values of a normal size: zeros multiply faster
