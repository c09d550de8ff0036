"""The frameworks themselves say whether the table of conventions is right."""

import re

import numpy as np
import pytest

from rnncourse import gru, gru_reset_after, layers, lstm, rnn, unroll
from rnncourse.interop.layout import LAYOUTS
from tests.networks import network
from tests.parity.keras_layers import KINDS, OLD_ARRAY, call, layer_of
from tests.test_interop_table import rows

pytestmark = [pytest.mark.parity, pytest.mark.filterwarnings(OLD_ARRAY)]

MODULES = {rnn: "RNN", lstm: "LSTM", gru_reset_after: "GRU"}
SIZES = {"T": 5, "B": 6, "D": 3, "H": 4, "dirs": 2, "layers": 1}  # all differ
X = np.random.default_rng(0).normal(size=(5, 6, 3)).astype(np.float32)
PLACES = [
    (framework, cell)
    for framework, cells in LAYOUTS.items()
    for cell in cells
    if framework != "rnncourse"
]
every_place = pytest.mark.parametrize(
    "framework, cell", PLACES, ids=[f"{name}-{LAYOUTS[name][cell].name}" for name, cell in PLACES]
)


def arrays_of(framework, cell, two):
    """{name: array} of one layer's weights in the framework's own memory, and how to run it."""
    return {"PyTorch": _pytorch, "Keras": _keras, "ONNX": _onnx}[framework](cell, two)


def _pytorch(cell, two):
    import torch

    module = getattr(torch.nn, MODULES[cell])(3, 4, bidirectional=two)
    arrays = {name: weights.detach().numpy() for name, weights in module.named_parameters()}

    def run():
        with torch.no_grad():
            out, last = module(torch.from_numpy(X))
        return out.numpy(), *(part.numpy() for part in (last if cell is lstm else [last]))

    return arrays, run


def _keras(cell, two):
    kind = next(kind for kind, (ours, _) in KINDS.items() if ours is cell)
    layer = layer_of(kind, "concat" if two else None, "float32", return_state=True)
    layer.build((None, None, 3))
    one = layer.forward_layer if two else layer
    arrays = {v.name: v.value.detach().numpy() for v in one.cell.weights}  # memory is shared

    def run():
        out, *states = call(layer, X)
        return np.swapaxes(out, 0, 1), *states

    return arrays, run


def _onnx(cell, two):
    import onnx
    import onnxruntime

    D, H, dirs, G = 3, 4, 1 + two, cell.N_GATES
    shapes = {"W": (dirs, G * H, D), "R": (dirs, G * H, H), "B": (dirs, 2 * G * H)}
    arrays = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
    operator, *options = LAYOUTS["ONNX"][cell].name.split(", ")
    options = {name: int(value) for name, value in (option.split("=") for option in options)}
    options["direction"] = "bidirectional" if two else "forward"
    outputs = ["Y", "Y_h", "Y_c"][: 2 + (cell is lstm)]

    def run():
        graph = onnx.helper.make_graph(
            [onnx.helper.make_node(operator, ["X", *arrays], outputs, hidden_size=H, **options)],
            "one",
            [onnx.helper.make_tensor_value_info("X", 1, X.shape)],
            [onnx.helper.make_tensor_value_info(name, 1, None) for name in outputs],
            [onnx.numpy_helper.from_array(array, name) for name, array in arrays.items()],
        )
        opset = [onnx.helper.make_opsetid("", 17)]
        model = onnx.helper.make_model(graph, opset_imports=opset, ir_version=8)
        session = onnxruntime.InferenceSession(model.SerializeToString())
        return tuple(session.run(outputs, {"X": X}))

    return arrays, run


def shapes_in(text):
    """[(name, shape)] of a cell of the table, its symbols replaced by sizes."""
    symbols = "|".join(SIZES)
    found = []
    for name, shape in re.findall(r"`(\w*) ?(\([^`()]+\))`", text):
        spelled = re.sub(rf"(\d)(?={symbols})", r"\1*", shape)
        found.append((name, eval(spelled, {}, SIZES)))
    return found


@every_place
def test_names_and_shapes_of_the_weights(framework, cell):
    table = rows(cell)
    arrays, _ = arrays_of(framework, cell, two=True)
    printed = [
        pair
        for row in ("from the input", "from the state", "biases")
        for pair in shapes_in(table[row][framework])
    ]
    assert len(printed) == len(LAYOUTS[framework][cell].names)
    for name, shape in printed:
        assert arrays[name].shape == shape, name
    if framework == "PyTorch":
        assert all(f"{name}_reverse" in arrays for name, _ in printed)


@every_place
def test_shapes_of_outputs_and_states(framework, cell):
    table = rows(cell)
    _, run = arrays_of(framework, cell, two=True)
    out, *states = run()
    assert shapes_in(table["output"][framework])[-1][1] == out.shape
    finals = [shapes_in(table["final h"][framework])[-1][1]]
    if cell is lstm:
        finals.append(shapes_in(table["final c"][framework])[-1][1])
    if framework == "Keras":
        finals *= 2  # forward's, then backward's
    assert [state.shape for state in states] == finals


@every_place
def test_our_own_outputs_and_states_have_the_shapes_of_the_table(framework, cell):
    table = rows(cell)
    out, states, _ = layers.forward(network(cell, bidirectional=True, dtype=np.float32), X)
    assert shapes_in(table["output"]["rnncourse"]) == [("out", out.shape)]
    assert shapes_in(table["input"]["rnncourse"]) == [("x", X.shape)]
    parts = [states[0].h, states[0].c] if cell is lstm else [states[0]]
    for part in parts:
        assert part.shape == shapes_in(table["final h"]["rnncourse"])[0][1]
    assert len(states) == SIZES["layers"] * SIZES["dirs"]


@every_place
def test_order_of_the_gates_told_by_the_framework(framework, cell):
    """All weights are one number, but for one unit's bias in one block: which gate is it?"""
    letters = LAYOUTS["rnncourse"][cell].gates
    answers = {}
    for k, letter in enumerate(letters):
        params = type(cell.param_shapes(3, 4))(
            *(np.full(shape, 0.3, np.float32) for shape in cell.param_shapes(3, 4))
        )
        params.b[4 * k] += 1
        if cell is gru_reset_after:
            params.b_hn[:] = 0
        answers[letter] = unroll(cell, params, X)[0]
    arrays, run = arrays_of(framework, cell, two=False)
    found = ""
    for k in range(cell.N_GATES):
        _fill(arrays, cell, 4 * k)
        out = run()[0]
        theirs = np.swapaxes(out, 0, 1) if framework == "Keras" else out.reshape(5, 6, 4)
        found += "".join(
            letter for letter, ours in answers.items() if np.allclose(theirs, ours, atol=1e-5)
        )
    assert found == LAYOUTS[framework][cell].gates


def _fill(arrays, cell, unit):
    """0.3 everywhere; the state's bias 0; one entry of the input's bias 1 more."""
    for name, array in arrays.items():
        array[...] = 0 if name == "bias_hh_l0" else 0.3
        if name.startswith(("bias_ih", "bias", "B")) and name != "bias_hh_l0":
            flat = array.reshape(-1)
            flat[cell.N_GATES * 4 :] = 0
            flat[unit] += 1


@pytest.mark.parametrize("framework", ["Keras", "ONNX"])
def test_the_two_forms_of_the_gru_differ_in_the_frameworks(framework):
    outs = []
    for cell in (gru, gru_reset_after):
        arrays, run = arrays_of(framework, cell, two=False)
        _fill(arrays, cell, unit=4 * LAYOUTS[framework][cell].gates.index("r"))
        outs.append(run()[0])
    assert np.abs(outs[0] - outs[1]).max() > 1e-3
