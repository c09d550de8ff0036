"""One cell in one direction over a padded batch: sequences of unequal length, side by side.

Time is cut where a sequence ends. Between two cuts the same sequences run, and `unroll` takes
them, so no step is computed for padding and each final state is met where its sequence ends.
"""

from typing import NamedTuple

import numpy as np

from rnncourse import checks
from rnncourse.params import sizes, zeros_like
from rnncourse.tree import leaves, tree_map
from rnncourse.unroll import unroll, unroll_backward


class Segment(NamedTuple):
    """S steps in which the same n sequences run, as an index into the batch: x[time, batch]."""

    time: np.ndarray  # (S, n), or (S, 1) where all of them read the same step
    batch: np.ndarray  # (n,)


def lengths(mask):
    """Count the steps of each sequence, for `layers.forward`.

    Parameters
    ----------
    mask : ndarray of bool (T, B)
        True where a step is real, False where it is padding.

    Returns
    -------
    ndarray of int (B,)

    Raises
    ------
    TypeError
        If `mask` is no array of bool.
    ValueError
        If its shape is not (T, B), a sequence has no step, or padding stands before a real step.

    Examples
    --------
    >>> lengths(np.array([[True, True], [True, False], [True, False]]))
    array([3, 1])
    """
    if not isinstance(mask, np.ndarray) or mask.dtype.kind != "b":
        kind = getattr(mask, "dtype", type(mask).__name__)
        raise TypeError(f"mask: expected a NumPy array of bool, got {kind}")
    if mask.ndim != 2 or mask.size == 0:
        raise ValueError(f"mask: expected shape (T, B), sizes at least 1, got {mask.shape}")
    counts = np.count_nonzero(mask, axis=0)  # eq-layers-length
    if not counts.all():
        raise ValueError(f"mask: sequence {counts.argmin()} has no step; leave it out of the batch")
    gaps = np.any(mask != (np.arange(len(mask))[:, None] < counts), axis=0)
    if gaps.any():
        raise ValueError(
            f"mask: sequence {gaps.argmax()} has padding before a real step; "
            "move its steps to the front"
        )
    return counts


def check_lengths(value, T, B):
    """Refuse lengths that are not B ints from 1 to T; return them as an array; None gives T."""
    if value is None:
        return np.full(B, T)
    value = np.asarray(value)
    if value.dtype.kind not in "iu":
        raise TypeError(
            f"lengths: expected ints, got {value.dtype}; of a mask, take layers.lengths(mask)"
        )
    if value.shape != (B,):
        raise ValueError(f"lengths: expected shape ({B},), one a sequence, got {value.shape}")
    bad = (value < 1) | (value > T)
    if bad.any():
        b = bad.argmax()
        raise ValueError(f"lengths: expected 1 to {T}, got {value[b]} for sequence {b}")
    return value.astype(int)


def check_form(name, value, shape, dtype):
    """Refuse all but an array of this shape and dtype; `unroll` judges the numbers it reads."""
    checks.array(
        name, np.zeros_like(value) if isinstance(value, np.ndarray) else value, shape, dtype
    )


def segments(lengths):
    """Cut time where a sequence ends.

    Parameters
    ----------
    lengths : ndarray of int (B,)

    Returns
    -------
    ahead, back : list of Segment
        For reading from each first step to the last, and from each last step to the first.

    Examples
    --------
    >>> ahead, back = segments(np.array([3, 1]))
    >>> [batch.tolist() for _, batch in ahead]  # both sequences in step 0, the first in 1 and 2
    [[0, 1], [0]]
    >>> [time.tolist() for time, _ in back]
    [[[2, 0]], [[1], [0]]]
    """
    ahead, back = [], []
    start = 0
    for stop in np.unique(lengths):
        batch = np.flatnonzero(lengths >= stop)  # (n,) still running
        time = np.arange(start, stop)[:, None]  # (S, 1)
        ahead.append(Segment(time, batch))
        back.append(Segment(lengths[batch] - 1 - time, batch))  # eq-layers-back   (S, n)
        start = stop
    return ahead, back


def run(cell, params, x, segments, state):
    """`unroll`, segment by segment.

    Parameters
    ----------
    cell, params, x, state
        As for `unroll`.
    segments : list of Segment

    Returns
    -------
    out : ndarray (T, B, H)
        0 at padding.
    state : ndarray (B, H) or NamedTuple of them
        Where each sequence ended.
    caches : list
        What `unroll` kept of each segment.

    Raises
    ------
    TypeError, ValueError
        As `unroll`.
    """
    state = tree_map(np.ndarray.copy, state)  # each sequence's state as far as it has been read
    out = np.zeros((*x.shape[:2], sizes(params)[1]), x.dtype)
    caches = []
    for time, batch in segments:
        out[time, batch], after, kept = unroll(cell, params, x[time, batch], _rows(state, batch))
        _put(state, batch, after)  # eq-layers-mask: the others keep theirs
        caches.append(kept)
    return out, state, caches


def run_backward(cell, params, segments, caches, dout, dstate):
    """`unroll_backward`, segment by segment, from the last.

    Parameters
    ----------
    cell, params, dout, dstate
        As for `unroll_backward`; `dout` is not read at padding.
    segments : list of Segment
        As given to `run`.
    caches : list
        From `run`.

    Returns
    -------
    dx : ndarray (T, B, D)
        0 at padding.
    dstate : ndarray (B, H) or NamedTuple of them
    grads : NamedTuple

    Raises
    ------
    TypeError, ValueError
        As `unroll_backward`.
    """
    dstate = tree_map(np.ndarray.copy, dstate)  # each sequence's, from its end to the step reached
    dx = np.zeros((*dout.shape[:2], sizes(params)[0]), dout.dtype)
    grads = zeros_like(params)
    for (time, batch), kept in zip(reversed(segments), reversed(caches), strict=True):
        dx[time, batch], before, share = unroll_backward(
            cell, params, kept, dout[time, batch], _rows(dstate, batch)
        )
        _put(dstate, batch, before)
        grads = tree_map(np.add, grads, share)
    return dx, dstate, grads


def _rows(state, batch):
    """The states of some sequences: copies."""
    return tree_map(lambda part: part[batch], state)


def _put(state, batch, rows):
    """Write the states of some sequences in place."""
    for part, new in zip(leaves(state), leaves(rows), strict=True):
        part[batch] = new
