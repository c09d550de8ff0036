"""Nodes that others wrote: read with the same outputs, or refused by name."""

import numpy as np
import pytest

from rnncourse import gru, gru_reset_after, lstm, rnn
from rnncourse.interop.onnx import from_onnx
from rnncourse.tree import leaves
from tests.parity.onnx_judge import OPERATORS, make_node_model, run_node, runtime

pytestmark = pytest.mark.parity

T, B, D, H = 6, 4, 3, 5
OPS = [("RNN", {}), ("LSTM", {}), ("GRU", {}), ("GRU", {"linear_before_reset": 1})]
DIRECTIONS = ["forward", "reverse", "bidirectional"]


def draw(op, direction="forward"):
    """Constants (W, R, B) and inputs of a node; both biases are nonzero in every block."""
    rng = np.random.default_rng(0)
    G, dirs = OPERATORS[op], 2 if direction == "bidirectional" else 1

    def weights(*shape):
        return rng.uniform(-0.6, 0.6, shape).astype(np.float32)

    constants = {
        "W": weights(dirs, G * H, D),
        "R": weights(dirs, G * H, H),
        "B": weights(dirs, 2 * G * H),
    }
    feeds = {
        "X": rng.normal(size=(T, B, D)).astype(np.float32),
        "sequence_lens": rng.permutation([T, 1, 3, 4]).astype(np.int32),
        "initial_h": rng.normal(size=(dirs, B, H)).astype(np.float32),
    }
    if op == "LSTM":
        feeds["initial_c"] = rng.normal(size=(dirs, B, H)).astype(np.float32)
    return constants, feeds


def one_node(op, changes=(), **attributes):
    """A valid node with some constants changed, or made inputs where the change is None."""
    constants, feeds = draw(op)
    shapes = {"X": list(feeds["X"].shape)}
    for key, value in dict(changes).items():
        if value is None:
            shapes[key] = list(constants.pop(key).shape)
        else:
            constants[key] = value
    return make_node_model(op, constants, shapes, **attributes)


@pytest.mark.parametrize("left_out", [(), ("B",), ("sequence_lens",), ("initial_h", "initial_c")])
@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize(("op", "form"), OPS)
def test_a_node_read_gives_the_outputs_of_onnx_runtime(op, form, direction, left_out):
    constants, feeds = draw(op, direction)
    constants = {key: array for key, array in constants.items() if key not in left_out}
    feeds = {key: array for key, array in feeds.items() if key not in left_out}
    shapes = {key: array.shape for key, array in feeds.items()}
    model = make_node_model(op, constants, shapes, direction=direction, hidden_size=H, **form)
    mine, theirs = run_node(model, feeds), runtime(model)(feeds)
    assert list(mine) == list(theirs)
    for key in mine:
        np.testing.assert_allclose(mine[key], theirs[key], rtol=0, atol=1e-6, strict=True)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_the_wrong_gru_form_is_far_off(direction):
    constants, feeds = draw("GRU", direction)
    shapes = {key: array.shape for key, array in feeds.items()}
    attributes = {"direction": direction, "hidden_size": H}
    before, after = (
        make_node_model("GRU", constants, shapes, linear_before_reset=form, **attributes)
        for form in (0, 1)
    )
    for right, wrong in ((before, after), (after, before)):
        theirs, mine = runtime(right)(feeds), run_node(wrong, feeds)
        assert np.abs(mine["Y"] - theirs["Y"]).max() > 0.1


def test_nodes_are_read_in_the_order_of_the_graph():
    models = [one_node(op, **form) for op, form in OPS]
    model = models[0]
    for k, other in enumerate(models[1:]):
        for tensor in other.graph.initializer:
            tensor.name += f"_{k}"
        node = other.graph.node[0]
        node.input[1:4] = [f"{name}_{k}" for name in node.input[1:4]]
        node.domain = "ai.onnx"
        model.graph.node.append(node)
        model.graph.initializer.extend(other.graph.initializer)
    read = from_onnx(model)
    assert [layer.cell for layer in read] == [rnn, lstm, gru, gru_reset_after]
    apart = [from_onnx(one_node(op, **form))[0] for op, form in OPS]
    for mine, expected in zip(leaves(tuple(read)), leaves(tuple(apart)), strict=True):
        np.testing.assert_array_equal(mine, expected)


def test_weights_in_constant_nodes_are_read():
    from onnx import helper

    model = one_node("LSTM")
    (expected,) = from_onnx(model)
    constants = [
        helper.make_node("Constant", [], [tensor.name], value=tensor)
        for tensor in model.graph.initializer
    ]
    constants.append(helper.make_node("Constant", [], ["unused"], value_float=1.0))
    model.graph.ClearField("initializer")
    nodes = [*constants, *model.graph.node]
    model.graph.ClearField("node")
    model.graph.node.extend(nodes)
    (layer,) = from_onnx(model)
    for mine, theirs in zip(layer.forward, expected.forward, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_attributes_that_say_the_default_are_read():
    (plain,) = from_onnx(one_node("LSTM"))
    spelled = one_node(
        "LSTM",
        direction="forward",
        layout=0,
        input_forget=0,
        activations=["sigmoid", "TANH", "Tanh"],
    )
    np.testing.assert_array_equal(from_onnx(spelled)[0].forward.W_x, plain.forward.W_x)


def test_an_initial_state_of_zeros_may_be_fixed():
    model = one_node("GRU", {"initial_h": np.zeros((1, B, H), np.float32)})
    assert from_onnx(model)[0].cell is gru


W_half = draw("LSTM")[0]["W"].astype(np.float16)
W_nan = draw("LSTM")[0]["W"] * np.float32(np.nan)
W_double = draw("LSTM")[0]["W"].astype(float)
REFUSED = [  # operator, changed constants, attributes, error, words of the message
    ("LSTM", {"P": np.ones((1, 3 * H), np.float32)}, {}, ValueError, "peepholes"),
    ("LSTM", {}, {"clip": 3.0}, ValueError, r"clip, got 3\.0"),
    ("RNN", {}, {"activation_alpha": [0.5]}, ValueError, "activation_alpha"),
    ("RNN", {}, {"activation_beta": [0.5]}, ValueError, "activation_beta"),
    ("LSTM", {}, {"input_forget": 1}, ValueError, "input_forget, got 1"),
    ("RNN", {}, {"activations": ["Relu"]}, ValueError, "activations.*Tanh.*Relu"),
    ("GRU", {}, {"activations": ["HardSigmoid", "Tanh"]}, ValueError, "activations.*HardSigmoid"),
    ("GRU", {}, {"direction": "reverse"}, ValueError, "direction.*reverse"),
    ("GRU", {"initial_h": np.ones((1, B, H), np.float32)}, {}, ValueError, "initial_h is fixed"),
    ("LSTM", {"initial_c": np.ones((1, B, H), np.float32)}, {}, ValueError, "initial_c is fixed"),
    ("RNN", {"sequence_lens": np.full(B, 2, np.int32)}, {}, ValueError, "sequence_lens is fixed"),
    ("RNN", {"W": None}, {}, ValueError, "W to be a constant"),
    ("GRU", {"R": None}, {}, ValueError, "R to be a constant"),
    ("LSTM", {"B": None}, {}, ValueError, "B to be a constant"),
    ("LSTM", {"W": W_half}, {}, TypeError, "W: expected float32 or float64, got float16"),
    ("LSTM", {"W": W_double}, {}, TypeError, "W: expected dtype float32"),
    ("LSTM", {"W": W_nan}, {}, ValueError, "W: expected finite"),
    ("LSTM", {"W": np.ones((1, 3, D), np.float32)}, {}, ValueError, "W: expected shape"),
    ("LSTM", {"R": np.ones((4 * H, H), np.float32)}, {}, ValueError, "R: expected shape"),
    ("LSTM", {"R": np.ones((1, 3, H), np.float32)}, {}, ValueError, "R: expected shape"),
    ("LSTM", {"B": np.ones((1, 4 * H), np.float32)}, {}, ValueError, "B: expected shape"),
    ("GRU", {}, {"direction": "bidirectional"}, ValueError, r"R: expected shape \(2, "),
]


@pytest.mark.parametrize(("op", "changes", "attributes", "error", "words"), REFUSED)
def test_what_no_cell_computes_is_refused_by_name(op, changes, attributes, error, words):
    with pytest.raises(error, match=f"^{op} node '(the_node)': .*{words}"):
        from_onnx(one_node(op, changes, name="the_node", **attributes))


def test_a_node_without_a_name_is_called_by_its_outputs():
    with pytest.raises(ValueError, match="^LSTM node 'Y Y_h Y_c': "):
        from_onnx(one_node("LSTM", input_forget=1))


def test_a_model_without_recurrent_nodes_is_refused():
    model = one_node("RNN")
    model.graph.node[0].domain = "elsewhere"
    with pytest.raises(ValueError, match="expected an RNN, LSTM or GRU node"):
        from_onnx(model)


@pytest.mark.parametrize("model", [None, b"bytes", 3])
def test_what_is_no_model_is_refused(model):
    with pytest.raises(TypeError, match=f"ModelProto or a path, got {type(model).__name__}"):
        from_onnx(model)
