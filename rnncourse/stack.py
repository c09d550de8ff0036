"""A stack of layers: what it is made of, and what must fit together."""

from typing import Any, NamedTuple

import numpy as np

from rnncourse import checks
from rnncourse.params import sizes


class Layer(NamedTuple):
    """One layer of a network: a cell and its weights, for one direction or two."""

    cell: Any  # the module: rnn, lstm, gru or gru_reset_after
    forward: Any  # the cell's Params, read from the first step to the last
    backward: Any = None  # the same type, read from the last step to the first; None: one direction


def ways(layer):
    """The weights of a layer's one or two directions."""
    return layer[1:2] if layer.backward is None else layer[1:]


def width(layer, merge):
    """Width of a layer's output."""
    return sizes(layer.forward)[1] * (len(ways(layer)) if merge == "concat" else 1)


def merged(outs, merge):
    """One output of the outputs of a layer's one or two directions."""
    if merge == "sum":
        return np.sum(outs, axis=0)
    return np.concatenate(outs, axis=-1)  # eq-layers-out


def by_layer(name, values, layers):
    """Refuse all but a tuple with one entry for each layer and direction; group it by layer."""
    n = sum(len(ways(layer)) for layer in layers)
    expected = f"{name}: expected a tuple of {n}, one for each layer and direction"
    if type(values) is not tuple:
        raise TypeError(f"{expected}, got {type(values).__name__}")
    if len(values) != n:
        raise ValueError(f"{expected}, got {len(values)}")
    rest = iter(values)
    return [[next(rest) for _ in ways(layer)] for layer in layers]


def check_merge(merge):
    """Refuse all but the two ways to make one output of two directions."""
    if merge not in ("concat", "sum"):
        raise ValueError(f"merge: expected 'concat' or 'sum', got {merge!r}")


def check_layers(layers, merge):
    """Refuse all but a list of layers that fit on each other; return the first D, and the dtype."""
    check_merge(merge)
    if not isinstance(layers, list):
        raise TypeError(f"layers: expected a list of Layer, got {type(layers).__name__}")
    if not layers:
        raise ValueError("layers: expected at least one Layer, got an empty list")
    first = None
    for k, layer in enumerate(layers):
        if not isinstance(layer, Layer):
            raise TypeError(f"layers[{k}]: expected a Layer, got {type(layer).__name__}")
        D, H, dtype = _check_weights(f"layers[{k}].forward", layer.cell, layer.forward)
        if layer.backward is not None:
            other = _check_weights(f"layers[{k}].backward", layer.cell, layer.backward)
            _same(f"layers[{k}].backward", (D, H, dtype), other, "as forward")
        first = first or (D, dtype)
        if k > 0:
            want = width(layers[k - 1], merge), H, first[1]
            _same(f"layers[{k}]", want, (D, H, dtype), f"to stand on layers[{k - 1}] ({merge})")
    return first


def _check_weights(name, cell, weights):
    """`checks.params`, naming the layer; return (D, H, dtype)."""
    if not hasattr(cell, "step_backward"):
        raise TypeError(f"{name}: expected a cell such as rnn or lstm, got {cell!r:.60}")
    try:
        return checks.params(cell, weights)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{name}: {error}") from None


def _same(name, want, got, why):
    """Refuse other sizes (ValueError) or another dtype (TypeError)."""
    if got != want:
        kind = ValueError if got[:2] != want[:2] else TypeError
        expected, came = ("D = {}, H = {}, {}".format(*sizes) for sizes in (want, got))
        raise kind(f"{name}: expected {expected}, {why}; got {came}")


def check_states(name, value, layers, B, dtype):
    """Refuse all but one state for each layer and direction; None gives zeros; group by layer."""
    n = sum(len(ways(layer)) for layer in layers)
    groups = by_layer(name, (None,) * n if value is None else value, layers)
    k = 0
    for layer, group in zip(layers, groups, strict=True):
        H = sizes(layer.forward)[1]
        for d, state in enumerate(group):
            group[d] = checks.state(f"{name}[{k}]", layer.cell, state, B, H, dtype)
            k += 1
    return groups
