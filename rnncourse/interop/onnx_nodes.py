"""One layer as one RNN, LSTM or GRU node of ONNX, and back.

Source: https://onnx.ai/onnx/operators/ (RNN, LSTM, GRU). `onnx`, the first argument, is the
imported package: this module does not import it.
"""

import numpy as np

from rnncourse import checks, gru, gru_reset_after, lstm, rnn
from rnncourse.interop.layout import read, write
from rnncourse.layers import Layer
from rnncourse.params import sizes
from rnncourse.stack import ways

OPERATORS = {rnn: "RNN", lstm: "LSTM", gru: "GRU", gru_reset_after: "GRU"}
CELLS = {"RNN": (rnn,), "LSTM": (lstm,), "GRU": (gru, gru_reset_after)}  # [linear_before_reset]
INPUTS = ("X", "W", "R", "B", "sequence_lens", "initial_h", "initial_c", "P")
ACTIVATIONS = {"RNN": ["Tanh"], "LSTM": ["Sigmoid", "Tanh", "Tanh"], "GRU": ["Sigmoid", "Tanh"]}
OFF = {"clip": None, "activation_alpha": [], "activation_beta": [], "input_forget": 0}


def arrays(layer):
    """W (dirs, G*H, D), R (dirs, G*H, H) and B (dirs, 2*G*H) of a layer's node."""
    written = [write("ONNX", layer.cell, params) for params in ways(layer)]
    W, R, biases = (np.stack(parts) for parts in zip(*written, strict=True))
    return W, R, biases.reshape(len(W), -1)  # the input's G*H, then the state's


def write_node(onnx, layer, inputs, outputs, name):
    """The node that computes a layer: RNN, LSTM or GRU, in one direction or two."""
    attributes = {
        "hidden_size": sizes(layer.forward)[1],
        "direction": "forward" if layer.backward is None else "bidirectional",
    }
    if OPERATORS[layer.cell] == "GRU":
        attributes["linear_before_reset"] = int(layer.cell is gru_reset_after)
    return onnx.helper.make_node(OPERATORS[layer.cell], inputs, outputs, name=name, **attributes)


def read_node(onnx, node, constants):
    """The layer that a node computes."""
    op = node.op_type
    label = f"{op} node {node.name or ' '.join(filter(None, node.output))!r}"
    attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    dirs = _check_node(label, op, attributes)
    given = {key: name for key, name in zip(INPUTS, node.input, strict=False) if name}
    if "P" in given:
        raise ValueError(f"{label}: no cell has peepholes (input P), which let gates see c")
    for key in ("sequence_lens", "initial_h", "initial_c"):
        if given.get(key) in constants and onnx.numpy_helper.to_array(constants[given[key]]).any():
            raise ValueError(
                f"{label}: {key} is fixed in the model; make it an input of the graph, and give "
                "it to layers.forward as lengths or state"
            )
    W, R, B = (_weights(onnx, label, key, given, constants) for key in "WRB")
    G = CELLS[op][0].N_GATES
    checks.array(f"{label}: R", R, (dirs, "G*H", "H"), R.dtype)
    H = R.shape[2]
    checks.array(f"{label}: R", R, (dirs, G * H, H), R.dtype)
    checks.array(f"{label}: W", W, (dirs, G * H, "D"), R.dtype)
    if B is None:
        B = np.zeros((dirs, 2 * G * H), R.dtype)
    checks.array(f"{label}: B", B, (dirs, 2 * G * H), R.dtype)
    cell = CELLS[op][bool(attributes.get("linear_before_reset"))]
    biases = B.reshape(dirs, 2, G * H)
    return Layer(cell, *(read("ONNX", cell, *way) for way in zip(W, R, biases, strict=True)))


def _check_node(label, op, attributes):
    """Refuse attributes that ask for what no cell computes; return the number of directions."""
    direction = attributes.get("direction", b"forward").decode()
    if direction not in ("forward", "bidirectional"):
        raise ValueError(
            f"{label}: expected direction forward or bidirectional, got {direction}; no Layer "
            "reads backward alone"
        )
    dirs = 2 if direction == "bidirectional" else 1
    for key, off in OFF.items():
        if attributes.get(key, off) != off:
            raise ValueError(f"{label}: no cell has {key}, got {attributes[key]}")
    expected = ACTIVATIONS[op] * dirs
    got = [name.decode() for name in attributes.get("activations", [])] or expected
    if [name.lower() for name in got] != [name.lower() for name in expected]:
        raise ValueError(f"{label}: expected activations {expected}, got {got}")
    return dirs


def _weights(onnx, label, key, given, constants):
    """The array that the model keeps for this input; None where B is not given."""
    if key == "B" and key not in given:
        return None
    if given[key] not in constants:
        raise ValueError(
            f"{label}: expected {key} to be a constant of the model, got {given[key]!r}, which "
            "is an input or is computed; fold the model's constants first"
        )
    array = onnx.numpy_helper.to_array(constants[given[key]])
    if array.dtype not in checks.DTYPES:
        raise TypeError(f"{label}: {key}: expected float32 or float64, got {array.dtype}")
    return array
