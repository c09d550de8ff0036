"""Gates forced open or shut through their biases, and other small changes to parameters."""

import numpy as np

from rnncourse import gru, gru_reset_after, lstm
from rnncourse.tree import tree_map

ORDER = {lstm: "ifgo", gru: "rzn", gru_reset_after: "rzn"}
OPEN, SHUT = 1000.0, -1000.0  # the sigmoid of these is exactly 1 and 0 in floating point


def block(cell, array, gate):
    """The columns of a weight matrix, or the entries of a bias, that belong to a gate."""
    H = array.shape[-1] // cell.N_GATES
    k = ORDER[cell].index(gate)
    return array[..., k * H : (k + 1) * H]


def with_gates(cell, params, **biases):
    """A copy of params in which each named gate has this bias."""
    params = tree_map(np.copy, params)
    for gate, value in biases.items():
        block(cell, params.b, gate)[:] = value
    return params


def moved_values(cell, params, x, state, field, gate):
    """Names of the values of one step that change when a gate's block of a field changes."""
    _, _, before = cell.step(params, x, state)
    changed = tree_map(np.copy, params)
    block(cell, getattr(changed, field), gate)[:] += 0.1
    _, _, after = cell.step(changed, x, state)
    return {
        name
        for name, old, new in zip(before._fields, before, after, strict=True)
        if not np.array_equal(old, new)
    }
