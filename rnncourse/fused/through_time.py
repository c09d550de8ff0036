"""The two loops over time that all kernels share: one runs steps, one goes back through them.

Arrays are feature first: a step is one product ``W @ z``, z = [h; 1; x] in columns, and each
gate is a contiguous block of rows. Time is cut into blocks. Per block, x is turned once, and the
gradients of weights are one product each.
"""

import numpy as np
from numpy.lib.stride_tricks import as_strided

from rnncourse.fused.kernels import products

BLOCK_COLUMNS = 256  # steps of a block times B: the workspace stays below the tape in size
FACTOR_BYTES = 2**18  # of tape and factors at a time: what stays in the cache


def blocks(T, B):
    """First and last step of every block."""
    length = max(1, BLOCK_COLUMNS // B)
    return [(t, min(t + length, T)) for t in range(0, T, length)]


def standing_still(step, n):
    """Show one step's memory as n steps: a time axis of stride 0, each overwriting the last."""
    return as_strided(step, (n, *step.shape), (0, *step.strides))


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
    (T, B, D), H, dtype = x.shape, len(state[0]), x.dtype
    cuts = blocks(T, B)
    longest = cuts[0][1]
    z = np.empty((longest + 1, H + 1 + D + kernel.EXTRA * H, B), dtype)
    z[0, :H] = state[0]
    z[:, H] = 1
    kept = tape is not None
    if not kept:
        tape = standing_still(np.empty((kernel.TAPE * H, B), dtype), longest + 1)
    tape[0, :H] = state[-1]
    with np.errstate(over="ignore"):
        for start, end in cuts:
            n = end - start
            products.turn(x[start:end], z[:n, H + 1 : H + 1 + D])
            z_block = z[: n + 1]
            tape_block = tape[start : end + 1] if kept else tape[: n + 1]
            for views in zip(*kernel.views(weights, z_block, tape_block), strict=True):
                kernel.step(weights, *views)
            if kept:
                kernel.keep(z_block, tape_block)
            if out is not None:
                products.turn(z_block[1:, :H], out[start:end])
            z[0, :H] = z[n, :H]
    last = (z[0, :H], tape_block[n, :H])
    return tuple(part.copy() for part in last[: len(state)])


def totals(kernel, params):
    """Zeros to sum gradients in: dW_x, dW_h, db, with the gate blocks in the kernel's order."""
    D, H = params.W_x.shape[0], params.W_h.shape[0]
    kept, gates = kernel.KEPT.stop - kernel.KEPT.start, len(kernel.ORDER)
    shapes = (D, gates * H), (H, kept * H), (kept * H,)
    return tuple(np.zeros(shape, params.W_x.dtype) for shape in shapes)


def run_back(kernel, params, x, h_first, tape, dout, dstate, dx, sums):
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
    sums : tuple of ndarray
        From `totals`; this segment's share is added.
    """
    (T, B, D), H, dtype = x.shape, len(h_first), x.dtype
    weights = kernel.pack_back(params, B)
    W_x = products.take(params.W_x, H, kernel.ORDER)  # (D, G*H)
    dW_x, dW_h, db = sums
    kept = slice(kernel.KEPT.start * H, kernel.KEPT.stop * H)
    cuts = blocks(T, B)
    longest = cuts[0][1]
    da = np.empty((longest, kernel.DA * H, B), dtype)
    few = max(1, FACTOR_BYTES // (tape[0].nbytes + da[0].nbytes))
    dout_block = np.empty((longest, H, B), dtype)
    ones = np.ones(longest * B, dtype)
    for start, end in reversed(cuts):
        n, columns = end - start, (end - start) * B
        for t in range(0, n, few):
            part = slice(t, min(t + few, n))
            kernel.factors(tape[start + part.start : start + part.stop + 1], da[part])
        products.turn(dout[start:end], dout_block[:n])
        kernel.back(weights, da[:n], dout_block[:n], dstate)
        rows = np.ascontiguousarray(da[:n, kept].transpose(1, 0, 2)).reshape(-1, columns)
        seen = np.empty((H, n, B), dtype)  # by W_h, the steps side by side as in `rows`
        for gates in kernel.recurrent_inputs(tape, start, end, h_first, seen.transpose(1, 0, 2)):
            block = slice(gates.start * H, gates.stop * H)
            dW_h[:, block] += seen.reshape(H, columns) @ rows[block].T
        from_x = rows[: W_x.shape[1]]
        dW_x += x[start:end].reshape(columns, D).T @ from_x.T
        db += rows @ ones[:columns]
        np.dot(from_x.T, W_x.T, dx[start:end].reshape(columns, D))
