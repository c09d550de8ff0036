"""Losses: each returns its value and its gradient."""

import numpy as np


def squared_error(y, targets):
    """Mean squared error over all entries.

    Parameters
    ----------
    y, targets : ndarray
        One shape, any number of axes.

    Returns
    -------
    loss : float
    dy : ndarray
        Gradient of the loss, shape and dtype of `y`.

    Raises
    ------
    ValueError
        If the shapes differ (broadcasting would hide the mistake) or are empty.

    Notes
    -----
    Source: equation eq-squared-error.

    Examples
    --------
    >>> loss, dy = squared_error(np.array([1.0, 3.0]), np.array([1.0, 1.0]))
    >>> loss, dy
    (2.0, array([0., 2.]))
    """
    if y.shape != targets.shape or y.size == 0:
        raise ValueError(
            f"targets: expected the shape of y, {y.shape}, with at least one entry, "
            f"got {targets.shape}"
        )
    error = y - targets
    dy = (2 * error / error.size).astype(y.dtype)
    return float(np.mean(error**2)), dy  # eq-squared-error


def cross_entropy(logits, targets):
    """Mean cross-entropy of softmax(logits) against class numbers, over all entries.

    Parameters
    ----------
    logits : ndarray (..., V)
        Scores before the softmax.
    targets : ndarray of int (...)
        The right class of each entry, 0 to V - 1.

    Returns
    -------
    loss : float
        In nats; divide by log 2 for bits.
    dlogits : ndarray (..., V)

    Raises
    ------
    TypeError
        If `targets` are not integers.
    ValueError
        If the shapes do not fit, are empty, or a class lies outside 0 to V - 1.

    Notes
    -----
    Source: equations eq-softmax, eq-cross-entropy.

    Examples
    --------
    >>> loss, _ = cross_entropy(np.zeros((3, 4)), np.array([0, 1, 2]))
    >>> round(loss, 4)  # log 4: a uniform guess over four classes
    1.3863
    """
    V = logits.shape[-1]
    if not np.issubdtype(targets.dtype, np.integer):
        raise TypeError(f"targets: expected class numbers (integers), got {targets.dtype}")
    if targets.shape != logits.shape[:-1] or targets.size == 0:
        raise ValueError(
            f"targets: expected shape {logits.shape[:-1]}, one class for each row of logits "
            f"{logits.shape}, got {targets.shape}"
        )
    if targets.min() < 0 or targets.max() >= V:
        raise ValueError(
            f"targets: expected classes from 0 to {V - 1}, got {targets.min()} to {targets.max()}"
        )
    shifted = logits - logits.max(axis=-1, keepdims=True)  # the largest becomes 0: no overflow
    log_p = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))  # eq-softmax
    right = targets[..., None]
    loss = -np.take_along_axis(log_p, right, axis=-1).mean(dtype=float)  # eq-cross-entropy
    dlogits = np.exp(log_p)
    np.put_along_axis(dlogits, right, np.take_along_axis(dlogits, right, axis=-1) - 1, axis=-1)
    return float(loss), dlogits / targets.size


def masked_cross_entropy(logits, targets, mask):
    """Mean cross-entropy over the entries that `mask` keeps; padding counts for nothing.

    Parameters
    ----------
    logits : ndarray (..., V)
    targets : ndarray of int (...)
        Anything where the mask is False.
    mask : ndarray of bool (...)

    Returns
    -------
    loss : float
        In nats, per kept entry.
    dlogits : ndarray (..., V)
        0 where the mask is False.

    Raises
    ------
    TypeError
        If `mask` is no array of bool, or as `cross_entropy`.
    ValueError
        If the mask has another shape than `targets` or keeps nothing, or as `cross_entropy`.

    Notes
    -----
    Source: equation eq-masked-loss.

    Examples
    --------
    >>> mask = np.array([True, True, False])
    >>> loss, dlogits = masked_cross_entropy(np.zeros((3, 4)), np.array([0, 1, -1]), mask)
    >>> round(loss, 4), dlogits[2]
    (1.3863, array([0., 0., 0., 0.]))
    """
    if not isinstance(mask, np.ndarray) or mask.dtype != bool:
        kind = getattr(mask, "dtype", type(mask).__name__)
        raise TypeError(f"mask: expected a NumPy array of bool, got {kind}")
    if mask.shape != targets.shape or mask.shape != logits.shape[:-1] or not mask.any():
        raise ValueError(
            f"mask: expected shape {targets.shape}, that of targets, with at least one True, "
            f"got {mask.shape} with {np.count_nonzero(mask)}"
        )
    loss, kept = cross_entropy(logits[mask], targets[mask])  # eq-masked-loss
    dlogits = np.zeros_like(logits)
    dlogits[mask] = kept
    return loss, dlogits
