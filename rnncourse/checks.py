"""What the public edges demand of their arrays; messages say what was expected and what came."""

import numpy as np

from rnncourse.params import sizes
from rnncourse.tree import named_leaves

DTYPES = (np.dtype(np.float32), np.dtype(np.float64))


def array(name, value, shape, dtype):
    """Refuse `value` unless it is a finite array of this shape and dtype.

    Parameters
    ----------
    name : str
        What to call the array in a message.
    value : object
    shape : tuple
        An int fixes a size; a str names a size that may be any number from 1 up.
    dtype : numpy.dtype

    Raises
    ------
    TypeError
        If `value` is no array, or has another dtype.
    ValueError
        If its shape differs, a size is 0, or it holds NaN or infinity.
    """
    if not isinstance(value, np.ndarray):
        raise TypeError(f"{name}: expected a NumPy array, got {type(value).__name__}")
    fits = len(value.shape) == len(shape) and all(
        got == want if isinstance(want, int) else got > 0
        for got, want in zip(value.shape, shape, strict=True)
    )
    if not fits:
        expected = ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "")
        empty = "; every size must be at least 1" if 0 in value.shape else ""
        raise ValueError(f"{name}: expected shape ({expected}), got {value.shape}{empty}")
    if value.dtype != dtype:
        raise TypeError(
            f"{name}: expected dtype {dtype}, as in params, got {value.dtype}; "
            f"convert it with .astype(np.{dtype})"
        )
    if not (_surely_finite(value) or np.isfinite(value).all()):
        bad = value.size - np.count_nonzero(np.isfinite(value))
        raise ValueError(f"{name}: expected finite values, got {bad} of {value.size} NaN or inf")


def _surely_finite(value):
    """A product with itself tells NaN and infinity in one fast pass; it may overflow, though."""
    flat = value.ravel()
    return np.dot(flat, flat) < np.inf


def params(cell, value):
    """Refuse `value` unless it is a set of parameters of `cell`, all of one dtype.

    Parameters
    ----------
    cell : module
    value : object

    Returns
    -------
    D, H : int
    dtype : numpy.dtype
        float32 or float64.

    Raises
    ------
    TypeError
        If `value` has another type, or an array has another dtype.
    ValueError
        If shapes do not fit, a size is 0, or an array holds NaN or infinity.
    """
    kind = type(cell.param_shapes(1, 1))
    name = cell.__name__.rpartition(".")[2]
    if type(value) is not kind:
        raise TypeError(
            f"params: expected {kind.__module__}.{kind.__name__} for {name}, "
            f"got {type(value).__name__}; make one with {name}.init_params"
        )
    for field, weights in zip(kind._fields, value, strict=True):
        if not isinstance(weights, np.ndarray):
            raise TypeError(f"params.{field}: expected a NumPy array, got {type(weights).__name__}")
    if value.W_x.ndim != 2 or value.W_h.ndim != 2:
        raise ValueError(
            f"params: expected matrices W_x (D, {cell.N_GATES}*H) and W_h (H, {cell.N_GATES}*H), "
            f"got shapes {value.W_x.shape} and {value.W_h.shape}"
        )
    D, H = sizes(value)
    dtype = value.W_x.dtype
    if dtype not in DTYPES:
        raise TypeError(f"params.W_x: expected dtype float32 or float64, got {dtype}")
    if D == 0 or H == 0:
        raise ValueError(f"params: expected sizes of at least 1, got D = {D} and H = {H}")
    for field, weights, shape in zip(kind._fields, value, cell.param_shapes(D, H), strict=True):
        array(f"params.{field}", weights, shape, dtype)
    return D, H, dtype


def state(name, cell, value, B, H, dtype):
    """Refuse `value` unless it is a state of `cell` for this batch.

    Parameters
    ----------
    name : str
        What to call the state in a message.
    cell : module
    value : object
        None stands for zeros.
    B, H : int
    dtype : numpy.dtype

    Returns
    -------
    ndarray (B, H) or NamedTuple of them
        `value`, or zeros.

    Raises
    ------
    TypeError
        If `value` has another type or dtype.
    ValueError
        If a shape differs, or an array holds NaN or infinity.
    """
    empty = cell.init_state(B, H, dtype)
    if value is None:
        return empty
    if type(value) is not type(empty):
        raise TypeError(
            f"{name}: expected {type(empty).__name__}, as {cell.__name__.rpartition('.')[2]}"
            f".init_state returns, got {type(value).__name__}"
        )
    for field, part in named_leaves(value, name):
        array(field, part, (B, H), dtype)
    return value


def caches(cell, value):
    """Refuse `value` unless it is what `unroll` kept for `cell`: a list, one cache a step.

    Parameters
    ----------
    cell : module
    value : object

    Raises
    ------
    TypeError
        If `value` is no list, or holds anything but caches of `cell`.
    ValueError
        If it is empty.
    """
    name = cell.__name__.rpartition(".")[2]
    if not isinstance(value, list):
        raise TypeError(
            f"caches: expected the list that unroll returns for {name}, got {type(value).__name__}"
        )
    if not value:
        raise ValueError("caches: expected one cache a step, got none; run unroll first")
    for cache in value:
        if type(cache) is not cell.Cache:
            kind = type(cache)
            raise TypeError(
                f"caches: expected caches of {name}, got one of {kind.__module__}.{kind.__name__}"
            )


def steps(name, value):
    """Refuse `value` unless it is a number of steps: an integer from 1 up."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"{name}: expected a number of steps from 1 up, got {value!r}")
