"""What the converters do without any framework: order of the gates, biases, refusals."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from rnncourse import gru, gru_reset_after, interop, lstm, rnn
from rnncourse.interop.layout import LAYOUTS, read, reorder, write
from rnncourse.layers import Layer
from tests.networks import assert_own_arrays, bits, network

PLACES = [(framework, cell) for framework, cells in LAYOUTS.items() for cell in cells]
every_place = pytest.mark.parametrize(
    "framework, cell", PLACES, ids=[f"{name}-{LAYOUTS[name][cell].name}" for name, cell in PLACES]
)


def numbered(cell):
    """Weights with H = 1, so that a gate is one number: 10 for our first gate, 20, ..."""
    gates = 10.0 * np.arange(1, cell.N_GATES + 1)
    kind = type(cell.param_shapes(1, 1))
    fields = gates[None], gates[None] + 1, gates + 2, np.array([7.0])
    return kind(*fields[: len(kind._fields)])


@pytest.mark.parametrize(
    "framework, cell, order",
    [
        ("PyTorch", lstm, [10, 20, 30, 40]),  # i f g o
        ("Keras", lstm, [10, 20, 30, 40]),  # i f c o
        ("ONNX", lstm, [10, 40, 20, 30]),  # i o f c
        ("PyTorch", gru_reset_after, [10, 20, 30]),  # r z n
        ("Keras", gru_reset_after, [20, 10, 30]),  # z r h
        ("ONNX", gru_reset_after, [20, 10, 30]),
        ("Keras", gru, [20, 10, 30]),
        ("ONNX", gru, [20, 10, 30]),
    ],
)
def test_gates_go_where_the_framework_documents_them(framework, cell, order):
    W_x, W_h, biases = write(framework, cell, numbered(cell))
    assert W_x.ravel().tolist() == order
    assert W_h.ravel().tolist() == [weight + 1 for weight in order]
    assert biases[0].tolist() == [weight + 2 for weight in order]


@pytest.mark.parametrize("framework, transposed", [("PyTorch", 1), ("Keras", 0), ("ONNX", 1)])
def test_weights_are_transposed_where_the_framework_does(framework, transposed):
    params = rnn.init_params(np.random.default_rng(0), D=3, H=4)
    W_x, W_h, _ = write(framework, rnn, params)
    expected = [w.T if transposed else w for w in params[:2]]
    np.testing.assert_array_equal(W_x, expected[0])
    np.testing.assert_array_equal(W_h, expected[1])  # square: its shape would not tell


@every_place
def test_there_and_back_is_exact(framework, cell):
    (layer,) = network(cell)
    layer.forward.b[0] = -0.0  # a sum with 0 would lose the sign
    back = read(framework, cell, *write(framework, cell, layer.forward))
    assert bits([Layer(cell, back)]) == bits([layer])


@every_place
def test_the_bias_of_the_state_is_zero_except_b_hn(framework, cell):
    params = numbered(cell)
    biases = write(framework, cell, params)[2]
    assert biases.shape == (LAYOUTS[framework][cell].bias_rows, cell.N_GATES)
    states = biases[1:].ravel().tolist()
    if cell is gru_reset_after:
        assert states == [0, 0, 7]  # n is last in every framework
    else:
        assert not any(states)


@pytest.mark.parametrize("cell", [rnn, lstm, gru, gru_reset_after])
def test_two_biases_are_added_but_for_the_one_that_the_reset_gate_scales(cell):
    W_x, W_h, b = numbered(cell)[:3]
    states = np.arange(1, cell.N_GATES + 1) / 8
    params = read("rnncourse", cell, W_x, W_h, np.stack([b, states]))
    expected = b + states
    if cell is gru_reset_after:
        expected[2] = b[2]
        assert params.b_hn.tolist() == [states[2]]
    np.testing.assert_array_equal(params.b, expected)


@every_place
def test_without_bias_it_is_zero(framework, cell):
    (layer,) = network(cell, dtype=np.float32)
    W_x, W_h, _ = write(framework, cell, layer.forward)
    params = read(framework, cell, W_x, W_h)
    np.testing.assert_array_equal(params.W_x, layer.forward.W_x)
    for bias, like in zip(params[2:], layer.forward[2:], strict=True):
        np.testing.assert_array_equal(bias, np.zeros_like(like), strict=True)


@every_place
def test_both_ways_copy(framework, cell):
    (layer,) = network(cell)
    written = write(framework, cell, layer.forward)
    assert_own_arrays(written, *layer.forward)
    assert_own_arrays(read(framework, cell, *written), *written)


def test_reorder_moves_blocks_along_any_axis():
    array = np.arange(12).reshape(6, 2)
    np.testing.assert_array_equal(reorder(array, "abc", "cab", 0), array[[4, 5, 0, 1, 2, 3]])
    np.testing.assert_array_equal(reorder(array, "ab", "ba"), array[:, ::-1])


# Refusals


@pytest.mark.parametrize(
    "convert, name", [(interop.from_torch, "torch"), (interop.from_keras, "keras")]
)
def test_from_without_the_framework_says_what_to_install(convert, name, monkeypatch):
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match=rf"from_{name} needs .*pip install {name}"):
        convert(object())


@pytest.mark.parametrize(
    "convert, name", [(interop.to_torch, "torch"), (interop.to_keras, "keras")]
)
def test_to_without_the_framework_says_what_to_install(convert, name, monkeypatch):
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match=rf"to_{name} needs .*pip install {name}"):
        convert(network(rnn))


def test_to_torch_refuses_gru_and_names_what_fits():
    with pytest.raises(ValueError, match=r"layers\[1\].cell: .* gru, .*gru_reset_after"):
        interop.to_torch(network(gru_reset_after, H=3) + network(gru))


def other_cell():
    return network(rnn) + network(lstm, D=4)


def other_width():
    return network(rnn) + network(rnn, D=4, H=5)


def other_directions():
    return network(rnn, bidirectional=True) + network(rnn, D=8)


def one_direction_first():
    return network(rnn) + network(rnn, D=4, bidirectional=True)


def summed():
    return network(rnn, 2, bidirectional=True, merge="sum")


@pytest.mark.parametrize(
    "make, message",
    [
        (other_cell, r"layers\[1\].cell: expected rnn, .* got lstm"),
        (other_width, r"layers\[1\]: expected H = 4, .* got 5"),
        (other_directions, r"layers\[1\]: expected two directions"),
        (one_direction_first, r"layers\[1\]: expected one direction"),
        (summed, r"layers\[1\]: expected D = 8"),
    ],
)
def test_to_torch_refuses_what_no_module_holds(make, message):
    with pytest.raises(ValueError, match=message):
        interop.to_torch(make())


@pytest.mark.parametrize("convert", [interop.to_torch, interop.to_keras])
def test_layers_are_checked(convert):
    (layer,) = network(rnn)
    with pytest.raises(TypeError, match="expected a list of Layer, got Layer"):
        convert(layer)
    with pytest.raises(ValueError, match="at least one Layer"):
        convert([])
    with pytest.raises(TypeError, match="dtype|float32"):
        convert([layer, *network(rnn, D=4, dtype=np.float32)])
    with pytest.raises(ValueError, match="finite"):
        convert([layer._replace(forward=layer.forward._replace(b=np.full(4, np.nan)))])


@pytest.mark.parametrize("convert", [interop.to_torch, interop.to_keras])
def test_a_cell_of_ones_own_is_refused(convert):
    (layer,) = network(rnn)
    mine = SimpleNamespace(**vars(rnn))
    with pytest.raises(ValueError, match=r"layers\[0\].cell: expected one of rnn, lstm, gru, "):
        convert([layer._replace(cell=mine)])


def test_to_keras_refuses_another_merge():
    with pytest.raises(ValueError, match="merge: expected 'concat' or 'sum', got 'mul'"):
        interop.to_keras(network(rnn, bidirectional=True), merge="mul")
