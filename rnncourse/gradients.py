"""Is a gradient right, and how much of it is left? Checks, step Jacobians, flow through time."""

import numpy as np

from rnncourse.tree import leaves, named_leaves, tree_map
from rnncourse.unroll import unroll


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


def step_jacobian(cell, params, cache):
    """Jacobian of one step: d state / d previous state, for every sequence of the batch.

    Parameters
    ----------
    cell : module
    params : NamedTuple
        As given to ``cell.step``.
    cache : NamedTuple
        From ``cell.step``.

    Returns
    -------
    ndarray (B, S, S)
        Entry [b, j, k] is d state[b, j] / d state_prev[b, k]. S = H, or 2H for `lstm`,
        whose state is h followed by c.

    Notes
    -----
    Source: equation eq-jacobian. Row j is what `step_backward` makes of a gradient that is 1 at
    unit j and 0 elsewhere; all rows are pushed back at once as a batch of B*S.
    """
    B, H = len(cache.x), len(params.W_h)
    zeros = cell.init_state(B, H, params.W_h.dtype)
    S = H * len(leaves(zeros))
    units = np.tile(np.eye(S, dtype=params.W_h.dtype), (B, 1))  # (B*S, S)
    blocks = np.split(units, S // H, axis=-1)
    dstate = type(zeros)(*blocks) if isinstance(zeros, tuple) else blocks[0]
    repeated = tree_map(lambda array: np.repeat(array, S, axis=0), cache)
    _, dstate_prev, _ = cell.step_backward(params, repeated, np.zeros_like(blocks[0]), dstate)
    return np.concatenate(leaves(dstate_prev), axis=-1).reshape(B, S, S)  # eq-jacobian


def flow(cell, params, x, state=None):
    """How strongly the last state still depends on each earlier one.

    Parameters
    ----------
    cell : module
    params : NamedTuple
    x : ndarray (T, B, D)
    state : state of the cell, optional

    Returns
    -------
    ndarray (T + 1,)
        Spectral norm of d state_T / d state_t, mean over the batch; entry T is 1.

    Raises
    ------
    TypeError, ValueError
        As `unroll`.

    Notes
    -----
    Source: equation eq-jacobian-product.
    """
    _, _, caches = unroll(cell, params, x, state)
    product = None
    norms = [1.0]
    for cache in reversed(caches):
        jacobian = step_jacobian(cell, params, cache)
        product = jacobian if product is None else product @ jacobian  # eq-jacobian-product
        norms.append(np.linalg.norm(product, ord=2, axis=(1, 2)).mean())
    return np.array(norms[::-1])
