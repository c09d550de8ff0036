"""Is a gradient right? Analytic gradients against finite differences."""

import numpy as np

from rnncourse.tree import leaves, named_leaves, tree_map


def check(f, params, eps=1e-5, tol=1e-7):
    """Compare gradients with central finite differences, one array after the other.

    Parameters
    ----------
    f : callable
        ``f(params) -> (loss, grads)``, grads with the structure of `params`.
    params : tree of ndarray
        float64; not changed.
    eps : float
        How far each weight is moved both ways.
    tol : float
        The largest error that passes.

    Returns
    -------
    float
        The worst array's error.

    Raises
    ------
    AssertionError
        If an array's error exceeds `tol`; the message names the array and the entry.
    TypeError
        If an array is not float64: in float32 the differences drown in rounding.
    ValueError
        If a gradient's shape differs from its array's.

    Notes
    -----
    Source: equations eq-finite-difference, eq-gradient-error.

    Examples
    --------
    >>> square = lambda w: (float(np.sum(w**2)), 2 * w)
    >>> check(square, np.array([1.0, -3.0])) < 1e-9
    True
    """
    for name, array in named_leaves(params, "params"):
        if array.dtype != np.float64:
            raise TypeError(f"{name}: expected dtype float64, got {array.dtype}")
    _, grads = f(params)
    moved = tree_map(np.copy, params)
    worst = 0.0
    pairs = zip(named_leaves(moved, "params"), leaves(grads), strict=True)
    for (name, array), analytic in pairs:
        if analytic.shape != array.shape:
            raise ValueError(
                f"gradient of {name}: expected shape {array.shape}, got {analytic.shape}"
            )
        numeric = _central_differences(f, moved, array, eps)
        error, entry = relative_error(analytic, numeric)
        if not error <= tol:
            raise AssertionError(
                f"gradient of {name} is off by {error:.1e} (limit {tol:.1e}), most at {entry}: "
                f"expected {numeric[entry]:.6g} from finite differences, got {analytic[entry]:.6g}"
            )
        worst = max(worst, error)
    return worst


def _central_differences(f, params, array, eps):
    """Differences of the loss over every entry of `array`, which is one of `params`."""
    numeric = np.empty_like(array)
    for entry in np.ndindex(array.shape):
        kept = array[entry]
        array[entry] = kept + eps
        above, _ = f(params)
        array[entry] = kept - eps
        below, _ = f(params)
        array[entry] = kept
        numeric[entry] = (above - below) / (2 * eps)  # eq-finite-difference
    return numeric


def relative_error(analytic, numeric):
    """Largest difference relative to the larger of the two arrays, and where it is.

    Parameters
    ----------
    analytic, numeric : ndarray
        One shape.

    Returns
    -------
    error : float
    entry : tuple of int

    Notes
    -----
    Source: equation eq-gradient-error.
    """
    difference = np.abs(analytic - numeric)
    scale = max(np.abs(analytic).max(), np.abs(numeric).max(), 1e-8)
    entry = np.unravel_index(difference.argmax(), difference.shape)
    return float(difference[entry] / scale), tuple(int(k) for k in entry)  # eq-gradient-error
