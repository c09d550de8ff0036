"""The two loops over time that all kernels share: one runs steps, one goes back through them.

Arrays are feature first: a step is one product ``W @ z``, z = [h; 1; x] in columns, and each
gate is a contiguous block of rows. Time is cut into blocks. Per block, x is turned once, and the
gradient of W is one product, as W itself is used in one.
"""

import contextlib
import itertools

import numpy as np
from numpy.lib.stride_tricks import as_strided

from rnncourse.fused.kernels import products

BLOCK_COLUMNS = 256  # steps of a block times B: the workspace stays below the tape in size
FACTOR_BYTES = 2**19  # of tape and factors at a time: what stays in the cache


@contextlib.contextmanager
def plain_loops():
    """Let ufuncs walk over strided arrays as they are, and exp overflow in silence.

    Else NumPy copies rows shorter than its buffer into it first, which takes twice as long.
    """
    with np.errstate(over="ignore"):
        before = np.setbufsize(16)
        try:
            yield
        finally:
            np.setbufsize(before)


def blocks(T, B):
    """First and last step of every block."""
    length = max(1, BLOCK_COLUMNS // B)
    return [(t, min(t + length, T)) for t in range(0, T, length)]


def standing_still(step, n):
    """Show one step's memory as n steps: a time axis of stride 0, each overwriting the last."""
    return as_strided(step, (n, *step.shape), (0, *step.strides))


def each(steps):
    """The steps of an array; where they are one piece of memory, one view serves them all."""
    still = isinstance(steps, np.ndarray) and steps.strides[0] == 0
    return itertools.repeat(steps[0], len(steps)) if still else steps


def new_tape(kernel, T, H, B, dtype):
    """Memory for what the way back needs of T steps."""
    return np.empty((T + 1, kernel.TAPE * H, B), dtype)


def run(kernel, weights, x, state, tape=None, out=None):
    """Run the steps of x from a state.

    Parameters
    ----------
    kernel : module
    weights : NamedTuple
        From ``kernel.pack``.
    x : ndarray (T, B, D)
    state : tuple of ndarray (H, B)
        h, and c for the LSTM.
    tape : ndarray (T + 1, kernel.TAPE * H, B), optional
        Filled for the way back.
    out : ndarray (T, B, H), optional
        Filled with the outputs.

    Returns
    -------
    tuple of ndarray (H, B)
        The state after the last step.
    """
    (T, B, _), H, dtype = x.shape, len(state[0]), x.dtype
    cuts = blocks(T, B)
    longest = cuts[0][1]
    rows, fill = weights.feed
    z = np.empty((longest + 1, H + 1 + rows + kernel.EXTRA * H, B), dtype)
    z[0, :H] = state[0]
    z[:, H] = 1
    kept = tape is not None
    if not kept:
        tape = standing_still(np.empty((kernel.TAPE * H, B), dtype), longest + 1)
    tape[0, :H] = state[-1]
    with plain_loops():
        for start, end in cuts:
            n = end - start
            fill(x[start:end], z[:n, H + 1 : H + 1 + rows])
            z_block = z[: n + 1]
            tape_block = tape[start : end + 1] if kept else tape[: n + 1]
            views_of_steps = kernel.views(weights, z_block, tape_block)
            for views in zip(*map(each, views_of_steps), strict=True):
                kernel.step(weights, *views)
            if kept:
                kernel.keep(z_block, tape_block)
            if out is not None:
                products.turn(z_block[1:, :H], out[start:end])
            z[0, :H] = z[n, :H]
    last = (z[0, :H], tape_block[n, :H])
    return tuple(part.copy() for part in last[: len(state)])


def totals(kernel, params):
    """Zeros to sum gradients in: dW, one row for each row of da, one column for each row of z."""
    D, H = params.W_x.shape[0], params.W_h.shape[0]
    kept = kernel.KEPT.stop - kernel.KEPT.start
    return np.zeros((kept * H, H + 1 + D + kernel.EXTRA * H), params.W_x.dtype)


def run_back(kernel, params, x, h_first, tape, dout, dstate, dx, dW):
    """Go back through the steps of x.

    Parameters
    ----------
    kernel : module
    params : NamedTuple
    x : ndarray (T, B, D)
    h_first : ndarray (H, B)
        Before the first step.
    tape : ndarray (T + 1, kernel.TAPE * H, B)
        As `run` filled it.
    dout : ndarray (T, B, H)
    dstate : tuple of ndarray (H, B)
        Gradient of the state after the last step; moved, in place, to before the first.
    dx : ndarray (T, B, D)
        Filled.
    dW : ndarray
        From `totals`; this segment's share is added.
    """
    (T, B, D), H, dtype = x.shape, len(h_first), x.dtype
    weights = kernel.pack_back(params, B)
    kept = slice(kernel.KEPT.start * H, kernel.KEPT.stop * H)
    windows = kernel.windows(H)
    cuts = blocks(T, B)
    longest = cuts[0][1]
    W_x = products.take(params.W_x, H, kernel.ORDER)  # (D, G*H)
    product_x, W_x = products.prepare(W_x, longest * B)
    da = np.empty((longest, kernel.DA * H, B), dtype)
    few = max(1, FACTOR_BYTES // (tape[0].nbytes + da[0].nbytes))
    dout_block = np.empty((longest, H, B), dtype)
    seen = np.empty((longest, B, dW.shape[1]), dtype)  # z of every step, in rows
    seen[..., H] = 1
    with plain_loops():
        for start, end in reversed(cuts):
            n, columns = end - start, (end - start) * B
            for t in range(0, n, few):
                part = slice(t, min(t + few, n))
                kernel.factors(tape[start + part.start : start + part.stop + 1], da[part])
            products.turn(dout[start:end], dout_block[:n])
            kernel.back(weights, da[:n], dout_block[:n], dstate)
            rows = np.ascontiguousarray(da[:n, kept].transpose(1, 0, 2)).reshape(-1, columns)
            kernel.recall(tape, start, end, h_first, seen[:n])
            seen[:n, :, H + 1 : H + 1 + D] = x[start:end]
            for gates, window in windows:
                products.add_product(
                    rows[gates], seen[:n, :, window].reshape(columns, -1), dW[gates, window]
                )
            from_x = rows[: len(kernel.ORDER) * H]
            dx_columns = product_x(W_x, from_x).reshape(1, D, columns)
            products.turn(dx_columns, dx[start:end].reshape(1, columns, D))
