"""The linear recurrence h_t = a_t * h_{t-1} + b_t: as a loop, as a parallel scan, and back.

Everything is entry by entry, so a, b and h have one shape; they may be complex.
"""

import numpy as np


def loop(a, b, start=None):
    """Run the recurrence one step after the other.

    Parameters
    ----------
    a, b : ndarray (T, ...)
        One shape and dtype: what is kept of the past, and what is added.
    start : ndarray (...), optional
        The state before the first step; zeros when None.

    Returns
    -------
    ndarray (T, ...)
        The state after each step.

    Raises
    ------
    TypeError
        If something is no array, or dtypes differ.
    ValueError
        If shapes differ or there is no step.

    Notes
    -----
    Source: equation eq-linear-recurrence.

    Examples
    --------
    >>> loop(np.array([0.5, 0.5, 0.5]), np.array([8.0, 0.0, 1.0]))
    array([8., 4., 3.])
    """
    h = _checked(a, b, start)
    out = np.empty_like(b)
    for t in range(len(a)):
        h = a[t] * h + b[t]  # eq-linear-recurrence
        out[t] = h
    return out


def scan(a, b, start=None):
    """Run the recurrence in about 2 log2 T rounds, each over many steps at once.

    Parameters
    ----------
    a, b : ndarray (T, ...)
    start : ndarray (...), optional
        All as for `loop`.

    Returns
    -------
    ndarray (T, ...)
        What `loop` returns, up to rounding.

    Raises
    ------
    TypeError, ValueError
        As `loop`.

    Notes
    -----
    Source: equations eq-scan-combine, eq-scan-even; Blelloch 1990, CMU-CS-90-190; for recurrent
    networks Martin and Cundy 2018, arXiv:1709.04057.

    Examples
    --------
    >>> scan(np.array([0.5, 0.5, 0.5]), np.array([8.0, 0.0, 1.0]))
    array([8., 4., 3.])
    """
    h = _checked(a, b, start)
    if start is not None:
        b = b.copy()
        b[0] += a[0] * h
    return _scan(a, b)


def _scan(a, b):
    """From zero: join steps in pairs, scan half as many, fill in the steps between."""
    T = len(a)
    if T == 1:
        return b.copy()
    first, second = slice(0, T - 1, 2), slice(1, T, 2)
    pair_a = a[second] * a[first]
    pair_b = a[second] * b[first] + b[second]  # eq-scan-combine
    h = np.empty_like(b)
    h[0] = b[0]
    h[second] = _scan(pair_a, pair_b)
    between = slice(2, T, 2)
    h[between] = a[between] * h[1 : T - 1 : 2] + b[between]  # eq-scan-even
    return h


def backward(a, h, dh, start=None):
    """Gradients of the recurrence: a scan that runs from the end.

    Parameters
    ----------
    a, h, dh : ndarray (T, ...)
        The factors, the states that `loop` or `scan` returned, and the gradients that reach these
        from above.
    start : ndarray (...), optional
        As given to `scan`.

    Returns
    -------
    da, db : ndarray (T, ...)
    dstart : ndarray (...)
        Gradient of the state before the first step, also when that was None.

    Raises
    ------
    TypeError, ValueError
        As `loop`.

    Notes
    -----
    Source: equations eq-scan-db, eq-scan-da. For complex q, dq is the gradient of its real part
    plus i times that of its imaginary part; the chain rule then takes conjugates.
    """
    first = _checked(a, h, start)
    _checked(a, dh, None)
    kept = np.conj(a)
    ahead = np.concatenate([kept[1:], np.zeros_like(kept[:1])])
    db = scan(ahead[::-1], dh[::-1])[::-1]  # eq-scan-db
    before = np.concatenate([first[None], h[:-1]])
    da = db * np.conj(before)  # eq-scan-da
    return da, np.ascontiguousarray(db), kept[0] * db[0]


def _checked(a, b, start):
    """Refuse arrays that do not fit together; return the start as an array."""
    for name, value in (("a", a), ("b", b), ("start", start)):
        if not (isinstance(value, np.ndarray) or (name == "start" and value is None)):
            raise TypeError(f"{name}: expected a NumPy array, got {type(value).__name__}")
        if value is not None and value.dtype != a.dtype:
            raise TypeError(f"{name}: expected dtype {a.dtype}, as of a, got {value.dtype}")
    if a.shape != b.shape or a.ndim == 0 or len(a) == 0:
        raise ValueError(
            "a and b: expected one shape (T, ...) with at least one step, "
            f"got {a.shape} and {b.shape}"
        )
    if start is not None and start.shape != a.shape[1:]:
        raise ValueError(f"start: expected shape {a.shape[1:]}, got {start.shape}")
    return np.zeros(a.shape[1:], a.dtype) if start is None else start
