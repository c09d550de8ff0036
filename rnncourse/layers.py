"""Networks of cells: stacked, in both directions, over sequences of unequal length.

States and their gradients are tuples in the order of PyTorch's ``h_n``. For two layers in two
directions (in one direction, the rows of the other fall away):

===== ===== ========= ========================= =======
index layer direction the state after reading   PyTorch
===== ===== ========= ========================= =======
0     0     forward   the sequence's last step  h_n[0]
1     0     backward  the sequence's first step h_n[1]
2     1     forward   the sequence's last step  h_n[2]
3     1     backward  the sequence's first step h_n[3]
===== ===== ========= ========================= =======

With one H throughout, ``np.stack(state)`` is ``h_n``. For `lstm`,
``np.stack([s.h for s in state])`` is ``h_n`` and ``np.stack([s.c for s in state])`` is ``c_n``.
"""

from typing import NamedTuple

import numpy as np

from rnncourse import padded, stack
from rnncourse.padded import lengths
from rnncourse.stack import Layer

__all__ = [
    "Cache",
    "Layer",
    "backward",
    "forward",
    "init_params",
    "lengths",
    "params",
    "with_params",
]


class Cache(NamedTuple):
    """What `forward` kept for `backward`."""

    caches: list  # layer by layer, a list of what each direction kept
    segments: tuple  # where the steps of each direction stand, see `padded`
    merge: str
    shape: tuple  # (T, B)


def init_params(rng, cell, D, H, n_layers=1, bidirectional=False, merge="concat", dtype=float):
    """Draw the weights of a stack of equal layers, bottom first, forward before backward.

    Parameters
    ----------
    rng : numpy.random.Generator
    cell : module
        `rnn`, `lstm`, `gru` or `gru_reset_after`. A stack of different cells or widths is a sum
        of lists: ``init_params(rng, gru, 3, 8) + init_params(rng, lstm, 8, 5)``.
    D, H : int
        Input width of the first layer; state width of each direction.
    n_layers : int
    bidirectional : bool
    merge : str
        As for `forward`: the width of the next layer's input depends on it.
    dtype : dtype
        float32 or float64.

    Returns
    -------
    list of Layer

    Raises
    ------
    ValueError
        If `n_layers` is below 1 or `merge` is unknown.
    """
    stack.check_merge(merge)
    if n_layers < 1:
        raise ValueError(f"n_layers: expected at least 1, got {n_layers}")
    layers = []
    for _ in range(n_layers):
        ways = [cell.init_params(rng, D, H, dtype) for _ in range(2 if bidirectional else 1)]
        layers.append(Layer(cell, *ways))
        D = stack.width(layers[-1], merge)
    return layers


def params(layers):
    """The weights of every layer and direction as one tuple; works on gradients too.

    Parameters
    ----------
    layers : list of Layer

    Returns
    -------
    tuple of NamedTuple
        In the order of the states: a tree, as `optim` and `gradients.check` take it.
    """
    return tuple(weights for layer in layers for weights in stack.ways(layer))


def with_params(layers, params):
    """The same layers with other weights: the way back from the tuple of `params`.

    Parameters
    ----------
    layers : list of Layer
    params : tuple of NamedTuple
        One for each layer and direction.

    Returns
    -------
    list of Layer

    Raises
    ------
    TypeError
        If `params` is no tuple.
    ValueError
        If it has another number of entries.

    Examples
    --------
    >>> from rnncourse import optim, rnn
    >>> layers = init_params(np.random.default_rng(0), rnn, D=3, H=4, bidirectional=True)
    >>> _, _, cache = forward(layers, np.ones((5, 2, 3)))
    >>> _, _, grads = backward(layers, cache, np.ones((5, 2, 8)))
    >>> new, _ = optim.sgd(params(layers), params(grads), lr=0.1)
    >>> layers = with_params(layers, new)
    """
    pairs = zip(layers, stack.by_layer("params", params, layers), strict=True)
    return [Layer(layer.cell, *ways) for layer, ways in pairs]


def forward(layers, x, lengths=None, state=None, merge="concat"):
    """Run a stack of layers over a batch of sequences.

    Parameters
    ----------
    layers : list of Layer
        Bottom first. Cells and widths may differ.
    x : ndarray (T, B, D)
        Time first, float32 or float64, the dtype of the weights. A shorter sequence is padded
        behind its end with anything, NaN too: padding is never read.
    lengths : sequence of int (B,), optional
        Steps of each sequence, 1 to T; all T when None.
    state : tuple, optional
        Where to start, one state for each layer and direction; zeros for an entry that is None,
        or for all. The backward direction starts at each sequence's own last step.
    merge : str
        How two directions become one output: ``"concat"``, forward first, or ``"sum"``.

    Returns
    -------
    out : ndarray (T, B, H), or (T, B, 2H) for two directions side by side
        Of the last layer; 0 at padding.
    state : tuple
        Where each layer and direction ended, in the order of the table above.
    cache : Cache
        For `backward`.

    Raises
    ------
    TypeError
        If something is not of the type named above, or if dtypes differ.
    ValueError
        If shapes do not fit, a length is not in 1 to T, or an array holds NaN or infinity.

    Notes
    -----
    Source: two directions, Schuster and Paliwal 1997, doi:10.1109/78.650093; equations
    eq-layers-back to eq-layers-stack.

    Examples
    --------
    >>> from rnncourse import rnn
    >>> rng = np.random.default_rng(0)
    >>> layers = init_params(rng, rnn, D=3, H=4, n_layers=2, bidirectional=True)
    >>> out, state, cache = forward(layers, rng.normal(size=(5, 2, 3)), lengths=[5, 2])
    >>> out.shape, np.stack(state).shape
    ((5, 2, 8), (4, 2, 4))
    >>> bool(out[2:, 1].any())  # padding
    False
    """
    D, dtype = stack.check_layers(layers, merge)
    padded.check_form("x", x, ("T", "B", D), dtype)
    T, B, _ = x.shape
    segments = padded.segments(padded.check_lengths(lengths, T, B))
    starts = stack.check_states("state", state, layers, B, dtype)
    ends, caches, out = [], [], x
    for layer, start in zip(layers, starts, strict=True):
        parts = zip(stack.ways(layer), segments, start, strict=False)
        runs = [padded.run(layer.cell, w, out, where, first) for w, where, first in parts]
        outs, last, kept = zip(*runs, strict=True)
        out = stack.merged(outs, merge)  # eq-layers-stack: what the next layer reads
        ends.extend(last)
        caches.append(kept)
    return out, tuple(ends), Cache(caches, segments, merge, (T, B))


def backward(layers, cache, dout, dstate=None):
    """Backpropagation through time and through the stack, from the last layer to the first.

    Parameters
    ----------
    layers : list of Layer
        As given to `forward`.
    cache : Cache
        From `forward`; not changed, may be used again.
    dout : ndarray, shape of `out`
        Gradient of every output; not read at padding.
    dstate : tuple, optional
        Gradients of the final states; zeros for an entry that is None, or for all.

    Returns
    -------
    dx : ndarray (T, B, D)
        0 at padding.
    dstate : tuple
        Gradients of the initial states, also when these were None.
    grads : list of Layer
        Gradients in the places of the weights; summed over T and B, never averaged.

    Raises
    ------
    TypeError
        If something is not of the type named above, or if dtypes differ.
    ValueError
        If shapes do not fit, `layers` are not those of the cache, or an array holds NaN or
        infinity.
    """
    if not isinstance(cache, Cache):
        raise TypeError(f"cache: expected the Cache of forward, got {type(cache).__name__}")
    _, dtype = stack.check_layers(layers, cache.merge)
    if [len(kept) for kept in cache.caches] != [len(stack.ways(layer)) for layer in layers]:
        raise ValueError("cache: expected one of these layers; it has other layers or directions")
    T, B = cache.shape
    padded.check_form("dout", dout, (T, B, stack.width(layers[-1], cache.merge)), dtype)
    ends = stack.check_states("dstate", dstate, layers, B, dtype)
    starts, grads = [], []
    for layer, kept, end in zip(layers[::-1], cache.caches[::-1], ends[::-1], strict=True):
        ways = stack.ways(layer)
        n = len(ways)
        douts = np.split(dout, n, axis=-1) if cache.merge == "concat" else [dout] * n
        parts = zip(ways, cache.segments, kept, douts, end, strict=False)
        dxs, first, shares = zip(*(padded.run_backward(layer.cell, *p) for p in parts), strict=True)
        dout = np.sum(dxs, axis=0)  # eq-layers-dx: both read x, which is the output below
        starts = [*first, *starts]
        grads = [Layer(layer.cell, *shares), *grads]
    return dout, tuple(starts), grads
