"""What needs no onnx: the arrays of a node, and what is refused before onnx is imported."""

import sys

import numpy as np
import pytest

from rnncourse import gru, gru_reset_after, head, layers, lstm, rnn
from rnncourse.interop.onnx import from_onnx, to_onnx
from rnncourse.interop.onnx_nodes import arrays
from rnncourse.layers import Layer

D, H = 3, 5
BLOCKS = {rnn: [0], lstm: [0, 3, 1, 2], gru: [1, 0, 2], gru_reset_after: [1, 0, 2]}


def test_every_weight_stands_where_onnx_wants_it(cell):
    """Entry by entry: ONNX has i o f c and z r h in rows, both biases side by side."""
    (layer,) = layers.init_params(np.random.default_rng(0), cell, D, H, bidirectional=True)
    W, R, B = arrays(layer)
    G = cell.N_GATES
    assert (W.shape, R.shape, B.shape) == ((2, G * H, D), (2, G * H, H), (2, 2 * G * H))
    for direction, params in enumerate(layer[1:]):
        for row, block in enumerate(BLOCKS[cell]):
            for unit in range(H):
                there, here = row * H + unit, block * H + unit
                for d in range(D):
                    assert W[direction, there, d] == params.W_x[d, here]
                for h in range(H):
                    assert R[direction, there, h] == params.W_h[h, here]
                assert B[direction, there] == params.b[here]
                last = cell is gru_reset_after and block == 2
                assert B[direction, G * H + there] == (params.b_hn[unit] if last else 0)


@pytest.fixture
def network():
    rng = np.random.default_rng(0)
    return layers.init_params(rng, gru, D, H, n_layers=2, bidirectional=True)


def test_layers_that_do_not_fit_are_refused(network):
    with pytest.raises(ValueError, match=r"layers\[1\]: expected D = 5.*got D = 10"):
        to_onnx(network, merge="sum")
    with pytest.raises(ValueError, match="merge: expected"):
        to_onnx(network, merge="mean")
    with pytest.raises(TypeError, match="layers: expected a list of Layer, got Layer"):
        to_onnx(network[0])
    with pytest.raises(ValueError, match="at least one Layer"):
        to_onnx([])
    with pytest.raises(TypeError, match="expected rnncourse.params.Params for gru"):
        to_onnx([Layer(gru, (1, 2, 3))])


def test_a_head_that_does_not_fit_is_refused(network, rng):
    with pytest.raises(ValueError, match=r"head.W_y: expected shape \(10, V\), got \(5, 7\)"):
        to_onnx(network, head.init_params(rng, H, 7))
    fits = head.init_params(rng, 2 * H, 7)
    with pytest.raises(ValueError, match=r"head.b_y: expected shape \(7,\), got \(2,\)"):
        to_onnx(network, fits._replace(b_y=np.zeros(2)))
    with pytest.raises(TypeError, match="head.W_y: expected dtype float64"):
        to_onnx(network, head.init_params(rng, 2 * H, 7, np.float32))
    with pytest.raises(TypeError, match="expected rnncourse.head.Params, got tuple"):
        to_onnx(network, tuple(fits))


def test_without_onnx_the_message_says_what_to_install(network, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ImportError, match="to_onnx needs ONNX: pip install onnx"):
        to_onnx(network)
    with pytest.raises(ImportError, match="from_onnx needs ONNX: pip install onnx"):
        from_onnx("model.onnx")
