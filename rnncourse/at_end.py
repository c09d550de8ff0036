"""Sequences of unequal length side by side, each judged once, at its own end.

A cell reads from left to right, so what stands behind a sequence's end cannot reach its state
there. The batch is padded, `fused` runs over all of it, and the states are picked where they end.
"""

import numpy as np

from rnncourse import fused, head, losses, model, padded


def pad(sequences):
    """Put sequences side by side, with zeros behind their ends.

    Parameters
    ----------
    sequences : list of ndarray (L, D)
        L may differ; D and the dtype are those of the first.

    Returns
    -------
    x : ndarray (T, B, D)
        T is the longest L.
    lengths : ndarray of int (B,)

    Raises
    ------
    ValueError
        If there is no sequence, or one is empty or not of shape (L, D).

    Examples
    --------
    >>> x, lengths = pad([np.ones((3, 2)), np.ones((1, 2))])
    >>> x.shape, lengths
    ((3, 2, 2), array([3, 1]))
    """
    if not sequences:
        raise ValueError("sequences: expected at least one, got none")
    D = sequences[0].shape[-1]
    for b, sequence in enumerate(sequences):
        if sequence.ndim != 2 or len(sequence) == 0 or sequence.shape[1] != D:
            raise ValueError(
                f"sequences: expected shape (L, {D}), L at least 1, got {sequence.shape} at {b}"
            )
    lengths = np.array([len(sequence) for sequence in sequences])
    x = np.zeros((lengths.max(), len(sequences), D), sequences[0].dtype)
    for b, sequence in enumerate(sequences):
        x[: len(sequence), b] = sequence
    return x, lengths


def forward(out, lengths):
    """Pick each sequence's output at its last step.

    Parameters
    ----------
    out : ndarray (T, B, H)
    lengths : sequence of int (B,)
        Steps of each sequence, 1 to T.

    Returns
    -------
    ndarray (B, H)

    Raises
    ------
    TypeError, ValueError
        If `lengths` are not B ints from 1 to T.

    Notes
    -----
    Source: equation eq-at-end.
    """
    T, B, _ = out.shape
    last = padded.check_lengths(lengths, T, B) - 1
    return out[last, np.arange(B)]  # eq-at-end


def backward(dh, lengths, T):
    """Put each sequence's gradient at its last step, and 0 at every other.

    Parameters
    ----------
    dh : ndarray (B, H)
    lengths : sequence of int (B,)
        As given to `forward`.
    T : int

    Returns
    -------
    ndarray (T, B, H)

    Raises
    ------
    TypeError, ValueError
        If `lengths` are not B ints from 1 to T.

    Notes
    -----
    Source: equation eq-at-end-backward.
    """
    B, H = dh.shape
    last = padded.check_lengths(lengths, T, B) - 1
    dout = np.zeros((T, B, H), dh.dtype)
    dout[last, np.arange(B)] = dh  # eq-at-end-backward
    return dout


def predict(cell, params, x, lengths):
    """The scores of every class, one row a sequence.

    Parameters
    ----------
    cell : module
        `rnn`, `lstm`, `gru` or `gru_reset_after`.
    params : model.Params
    x : ndarray (T, B, D)
    lengths : sequence of int (B,)

    Returns
    -------
    ndarray (B, V)

    Raises
    ------
    TypeError, ValueError
        As `fused.forward` and `forward`.
    """
    out, _, _ = fused.forward(cell, params.cell, x, train=False)
    return head.forward(params.head, forward(out, lengths))[0]


def loss_and_grads(cell, params, x, lengths, classes):
    """Mean cross-entropy of the sequences' classes, and its gradient.

    Parameters
    ----------
    cell : module
    params : model.Params
    x : ndarray (T, B, D)
    lengths : sequence of int (B,)
    classes : ndarray of int (B,)

    Returns
    -------
    loss : float
    grads : model.Params

    Raises
    ------
    TypeError, ValueError
        As `fused.forward`, `forward` and `losses.cross_entropy`.
    """
    out, _, kept = fused.forward(cell, params.cell, x)
    y, cache = head.forward(params.head, forward(out, lengths))
    loss, dy = losses.cross_entropy(y, classes)
    dh, head_grads = head.backward(params.head, cache, dy)
    _, _, cell_grads = fused.backward(cell, kept, backward(dh, lengths, len(x)))
    return loss, model.Params(cell_grads, head_grads)
