"""Initialisations, as functions from parameters to parameters: chain them as you like.

The cells' own `init_params` is PyTorch's, which `with_uniform` draws afresh.
"""

import numpy as np

from rnncourse import checks, gru, gru_reset_after, lstm, rnn
from rnncourse.params import uniform
from rnncourse.tree import tree_map

CELLS = (rnn, lstm, gru, gru_reset_after)


def with_uniform(rng, params, bound=None):
    """Return `params` with every entry drawn from U(-bound, bound), biases too.

    Parameters
    ----------
    rng : numpy.random.Generator
    params : NamedTuple
        Of any cell.
    bound : float, optional
        1 / sqrt(H) when None, PyTorch's range for its recurrent layers and what every
        cell's ``init_params`` draws.

    Returns
    -------
    NamedTuple
        The type, shapes and dtype of `params`.

    Raises
    ------
    TypeError, ValueError
        If `params` are not the parameters of a cell.
    """
    _, H, dtype = _require(params, *CELLS)
    shapes = type(params)(*(weights.shape for weights in params))
    return uniform(rng, shapes, H**-0.5 if bound is None else bound, dtype)


def with_glorot(rng, params):
    """Return `params` with weights of Glorot's (Xavier's) range, and biases of 0.

    Parameters
    ----------
    rng : numpy.random.Generator
    params : NamedTuple
        Of any cell.

    Returns
    -------
    NamedTuple
        The type, shapes and dtype of `params`. Each gate's block is a layer of its own, with H
        outputs: W_x is drawn from U(-s, s) with s = sqrt(6 / (D + H)), W_h with sqrt(3 / H).

    Raises
    ------
    TypeError, ValueError
        If `params` are not the parameters of a cell.

    Notes
    -----
    Source: Glorot and Bengio 2010, proceedings.mlr.press/v9/glorot10a. The variance
    2 / (inputs + outputs) is a compromise between keeping the size of the signal on the way
    forward and that of the gradient on the way back.
    """
    D, H, dtype = _require(params, *CELLS)

    def draw(weights, inputs):
        bound = np.sqrt(6 / (inputs + H))
        return rng.uniform(-bound, bound, weights.shape).astype(dtype)

    zeros = tree_map(lambda weights: np.zeros(weights.shape, dtype), params)
    return zeros._replace(W_x=draw(params.W_x, D), W_h=draw(params.W_h, H))


def orthogonal(rng, H, dtype=float):
    """Draw an orthogonal matrix, uniformly over all of them.

    Parameters
    ----------
    rng : numpy.random.Generator
    H : int
    dtype : dtype
        float32 or float64.

    Returns
    -------
    ndarray (H, H)
        Every singular value is 1; the eigenvalues lie anywhere on the unit circle.

    Notes
    -----
    Source: Saxe, McClelland and Ganguli 2014, arXiv:1312.6120. The signs follow Mezzadri 2007,
    arXiv:math-ph/0609050: without them the draw is not uniform.
    """
    q, r = np.linalg.qr(rng.normal(size=(H, H)))
    return (q * np.sign(np.diag(r))).astype(dtype)


def with_orthogonal_recurrence(rng, params):
    """Return `params` with every gate's block of W_h drawn orthogonal.

    Parameters
    ----------
    rng : numpy.random.Generator
    params : NamedTuple
        Of any cell.

    Returns
    -------
    NamedTuple
        The type of `params`; W_h is drawn, the rest copied, so nothing is shared.

    Raises
    ------
    TypeError, ValueError
        If `params` are not the parameters of a cell.
    """
    _, H, dtype = _require(params, *CELLS)
    blocks = [orthogonal(rng, H, dtype) for _ in range(params.W_h.shape[1] // H)]
    return tree_map(np.copy, params)._replace(W_h=np.concatenate(blocks, axis=1))


def with_forget_bias(params, value):
    """Return an LSTM's `params` with the forget gate's bias set to `value`.

    Parameters
    ----------
    params : Params
        Of `lstm`.
    value : float or ndarray (H,)
        1 or 2 opens the gate at the start (Gers, Schmidhuber and Cummins 2000,
        doi:10.1162/089976600300015015; Jozefowicz, Zaremba and Sutskever 2015,
        proceedings.mlr.press/v37/jozefowicz15). An array sets each unit on its own.

    Returns
    -------
    Params
        A new b; W_x and W_h are copies too, so nothing is shared.

    Raises
    ------
    TypeError, ValueError
        If `params` are not those of `lstm`, or `value` is not finite or of another shape.

    Examples
    --------
    >>> params = lstm.init_params(np.random.default_rng(0), D=1, H=2)
    >>> with_forget_bias(params, 1.0).b[2:4]
    array([1., 1.])
    """
    _require(params, lstm)
    return _with_bias(params, 1, value)  # i f g o


def with_update_bias(params, value):
    """Return a GRU's `params` with the update gate's bias set to `value`.

    Parameters
    ----------
    params : NamedTuple
        Of `gru` or `gru_reset_after`.
    value : float or ndarray (H,)
        Above 0 keeps z near 1, and h = (1 - z) * n + z * h_prev is mostly a copy. With the bias
        alone, h fades by the factor z = sigmoid(value) a step and is remembered for about
        1 / (1 - z) = 1 + exp(value) steps: log(T - 1) suits a memory of T steps.

    Returns
    -------
    NamedTuple
        The type of `params`, with a new b; the rest is copied, so nothing is shared.

    Raises
    ------
    TypeError, ValueError
        If `params` are not those of a GRU, or `value` is not finite or of another shape.

    Notes
    -----
    Source: Tallec and Ollivier 2018, arXiv:1804.11188, who derive biases from the time to bridge
    and draw that time at random for each unit ("chrono initialisation").

    Examples
    --------
    >>> params = gru.init_params(np.random.default_rng(0), D=1, H=2)
    >>> with_update_bias(params, 1.0).b[2:4]
    array([1., 1.])
    """
    _require(params, gru, gru_reset_after)
    return _with_bias(params, 1, value)  # r z n


def _with_bias(params, block, value):
    """A copy of `params` with one gate's block of b set."""
    H = len(params.W_h)
    if np.shape(value) not in ((), (H,)):
        raise ValueError(f"value: expected a number or shape ({H},), got {np.shape(value)}")
    if not np.isfinite(value).all():
        raise ValueError(f"value: expected finite numbers, got {value}")
    changed = tree_map(np.copy, params)
    changed.b[block * H : (block + 1) * H] = value
    return changed


def _require(params, *cells):
    """Refuse `params` unless they are those of one of `cells`; return (D, H, dtype)."""
    shape = np.shape(getattr(params, "W_h", None))
    for cell in cells:
        blocks = tuple(cell.N_GATES * H for H in shape[:1])
        if type(params) is type(cell.param_shapes(1, 1)) and shape[1:] == blocks:
            return checks.params(cell, params)
    names = " or ".join(cell.__name__.rpartition(".")[2] for cell in cells)
    kind = f"{type(params).__module__}.{type(params).__name__}"
    raise TypeError(f"params: expected those of {names}, got {kind} with W_h of shape {shape}")
