"""Stacks of layers for the converters to carry, and their exact bits to compare."""

import numpy as np

from rnncourse import layers
from rnncourse.tree import named_leaves


def network(cell, n_layers=1, bidirectional=False, merge="concat", dtype=float, D=3, H=4):
    """Layers whose every weight and bias is drawn, none 0."""
    rng = np.random.default_rng(7)
    return layers.init_params(rng, cell, D, H, n_layers, bidirectional, merge, dtype)


def bits(net):
    """All that makes two networks equal: cells, directions, and every array to the last bit."""
    return [
        (layer.cell, way, name, array.dtype, array.shape, array.tobytes())
        for layer in net
        for way in ("forward", "backward")
        if getattr(layer, way) is not None
        for name, array in named_leaves(getattr(layer, way))
    ]


def assert_own_arrays(tree, *others):
    """Every array is C-contiguous and its own, so that it shares memory with none of the others."""
    for _, array in named_leaves(tree):
        assert array.flags.c_contiguous and array.flags.owndata and array.flags.writeable
        assert not any(np.shares_memory(array, other) for other in others)
