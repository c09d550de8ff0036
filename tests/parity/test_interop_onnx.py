"""Exported networks run by ONNX Runtime, and the way back, bit for bit."""

import numpy as np
import pytest

from rnncourse import gru, gru_reset_after, head, layers, losses, lstm, model, optim, rnn
from rnncourse.interop.onnx import from_onnx, to_onnx
from rnncourse.layers import Layer
from rnncourse.stack import ways
from rnncourse.tree import leaves, tree_map
from tests.parity.onnx_judge import evaluator, runtime

pytestmark = pytest.mark.parity

D, H, V = 3, 5, 7
NETWORKS = {  # n_layers, bidirectional, merge
    "single": (1, False, "concat"),
    "stacked": (3, False, "concat"),
    "both ways": (1, True, "concat"),
    "both ways, summed": (1, True, "sum"),
    "stacked both ways": (2, True, "concat"),
    "stacked both ways, summed": (3, True, "sum"),
}


def make(cell, kind, dtype=np.float32, seed=0):
    n_layers, both, merge = NETWORKS[kind]
    rng = np.random.default_rng(seed)
    return layers.init_params(rng, cell, D, H, n_layers, both, merge, dtype), merge


def draw(network, T, B, dtype=np.float32, seed=1):
    """x, lengths and initial states of moderate size."""
    rng = np.random.default_rng(seed)
    states = [layer.cell.init_state(B, H) for layer in network for _ in ways(layer)]
    x = rng.normal(size=(T, B, D)).astype(dtype)
    state = tree_map(lambda zeros: rng.normal(size=zeros.shape).astype(dtype), tuple(states))
    return x, rng.integers(1, T + 1, B).astype(np.int32), state


def state_arrays(network, state, end):
    """A state in our order under the names of the model's inputs ("0") or outputs ("n")."""
    rest, named = iter(state), {}
    for k, layer in enumerate(network):
        group = [next(rest) for _ in ways(layer)]
        parts = zip(*group, strict=True) if layer.cell is lstm else [group]
        for letter, part in zip("hc", parts, strict=False):
            named[f"{letter}_{end}_l{k}"] = np.stack(part)
    return named


def worst(mine, theirs):
    """The largest difference between two dicts of arrays of the same names and shapes."""
    assert list(mine) == list(theirs)
    for key in mine:
        assert mine[key].shape == theirs[key].shape
        assert mine[key].dtype == theirs[key].dtype
    return max(np.abs(mine[key] - theirs[key]).max() for key in mine)


def answer(network, x, lengths=None, state=None, merge="concat"):
    out, last, _ = layers.forward(network, x, lengths, state, merge)
    return {"out": out, **state_arrays(network, last, "n")}


@pytest.mark.parametrize("given", ["x alone", "lengths", "state", "lengths and state"])
@pytest.mark.parametrize("kind", NETWORKS)
def test_onnx_runtime_computes_the_same_numbers(cell, kind, given):
    network, merge = make(cell, kind)
    with_lengths, with_state = "lengths" in given, "state" in given
    run = runtime(to_onnx(network, merge=merge, lengths=with_lengths, state=with_state))
    for T, B in ((6, 4), (1, 1), (2, 9)):  # one model for all sizes
        x, lengths, state = draw(network, T, B)
        feeds = {"x": x}
        if with_lengths:
            feeds["lengths"] = lengths
        if with_state:
            feeds |= state_arrays(network, state, "0")
        mine = answer(
            network, x, lengths if with_lengths else None, state if with_state else None, merge
        )
        assert worst(mine, run(feeds)) < 1e-6


@pytest.mark.parametrize("kind", NETWORKS)
def test_in_float64_the_reference_evaluator_computes_the_same_numbers(cell, kind):
    network, merge = make(cell, kind, float)
    run = evaluator(to_onnx(network, merge=merge, state=True))
    x, _, state = draw(network, 6, 4, float)
    mine = answer(network, x, None, state, merge)
    assert worst(mine, run({"x": x, **state_arrays(network, state, "0")})) < 1e-12


@pytest.mark.parametrize("kind", NETWORKS)
@pytest.mark.parametrize("cells", [(gru, gru_reset_after), (gru_reset_after, gru)])
def test_the_wrong_gru_form_is_far_off(cells, kind):
    """So the tests above tell the two forms apart, which the conformance cases hardly do."""
    right, wrong = cells
    network, merge = make(right, kind)
    zero = np.zeros(H, np.float32)  # as b_hn: the place of the reset gate is all that differs

    def with_form(cell, layer):
        kind, extra = type(cell.param_shapes(D, H)), (zero,) if cell is gru_reset_after else ()
        return Layer(cell, *(kind(*w[:3], *extra) for w in ways(layer)))

    network, other = ([with_form(cell, layer) for layer in network] for cell in (right, wrong))
    x, _, _ = draw(network, 6, 4)
    theirs = runtime(to_onnx(network, merge=merge))({"x": x})
    assert worst(answer(network, x, merge=merge), theirs) < 1e-6
    assert worst(answer(other, x, merge=merge), theirs) > 1e-2


def test_cells_widths_and_directions_may_differ_from_layer_to_layer(rng):
    def weights(cell, D, H):
        return cell.init_params(rng, D, H, np.float32)

    network = [
        Layer(lstm, weights(lstm, 3, 4), weights(lstm, 3, 4)),
        Layer(gru, weights(gru, 8, 2)),
        Layer(gru_reset_after, weights(gru_reset_after, 2, 6), weights(gru_reset_after, 2, 6)),
        Layer(rnn, weights(rnn, 12, 5)),
    ]
    model = to_onnx(network, lengths=True)
    x, lengths, _ = draw([], 6, 4)
    assert worst(answer(network, x, lengths), runtime(model)({"x": x, "lengths": lengths})) < 1e-6
    assert_same_bits(network, from_onnx(model))


def test_head_reads_every_output(cell, rng):
    network, merge = make(cell, "both ways")
    readout = head.init_params(rng, 2 * H, V, np.float32)
    run = runtime(to_onnx(network, readout, lengths=True))
    x, lengths, _ = draw(network, 6, 4)
    mine = answer(network, x, lengths)
    y, _ = head.forward(readout, mine.pop("out"))
    assert worst({"y": y, **mine}, run({"x": x, "lengths": lengths})) < 1e-6


def test_a_network_trained_here_runs_there(cell, rng):
    params = model.init_params(rng, cell, D, H, V, np.float32)
    x, _, _ = draw([], 6, 4)
    targets = rng.integers(0, V, (6, 4))
    state, first = None, None
    for _ in range(30):
        loss, grads, _ = model.loss_and_grads(cell, params, x, targets, losses.cross_entropy)
        first = first or loss
        params, state = optim.adam(params, grads, state, lr=0.05)
    assert loss < 0.5 * first
    y, _ = model.predict(cell, params, x)
    theirs = runtime(to_onnx([Layer(cell, params.cell)], params.head))({"x": x})["y"]
    np.testing.assert_allclose(y, theirs, rtol=0, atol=1e-5, strict=True)  # logits of about 5


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", NETWORKS)
def test_the_model_is_valid(cell, kind, dtype, rng):
    import onnx

    network, merge = make(cell, kind, dtype)
    width = H * (2 if NETWORKS[kind][1] and merge == "concat" else 1)
    readout = head.init_params(rng, width, V, dtype)
    for options in ({}, {"head": readout}, {"lengths": True, "state": True, "name": "net"}):
        model = to_onnx(network, merge=merge, **options)
        onnx.checker.check_model(model, full_check=True)
        onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
        assert model.graph.name == options.get("name", "rnncourse")
        assert (model.opset_import[0].version, model.ir_version) == (17, 8)


def test_inferred_shapes_are_those_declared():
    """T and B stay free from end to end, and every width is known."""
    import onnx

    network, _ = make(lstm, "stacked both ways")
    model = to_onnx(network, lengths=True, state=True)
    declared = [str(output) for output in model.graph.output]
    for output in model.graph.output:
        output.type.tensor_type.ClearField("shape")
    inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
    assert [str(output) for output in inferred.graph.output] == declared


def assert_same_bits(network, back):
    assert [layer.cell for layer in back] == [layer.cell for layer in network]
    assert [w is None for layer in back for w in layer] == [
        w is None for layer in network for w in layer
    ]
    ours, theirs = layers.params(network), layers.params(back)
    assert [type(w) for w in ours] == [type(w) for w in theirs]
    for mine, copy in zip(leaves(ours), leaves(theirs), strict=True):
        assert (mine.dtype, mine.shape) == (copy.dtype, copy.shape)
        assert mine.tobytes() == copy.tobytes()
        assert copy.flags.c_contiguous and copy.flags.writeable and copy.flags.owndata


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", NETWORKS)
def test_ours_to_onnx_to_ours_bit_for_bit(cell, kind, dtype, tmp_path):
    import onnx

    network, merge = make(cell, kind, dtype)
    for w in layers.params(network):
        w.b[0], w.W_x[0, 0] = -0.0, np.finfo(dtype).tiny  # a sum of biases would lose this sign
    model = to_onnx(network, merge=merge)
    assert_same_bits(network, from_onnx(model))
    assert_same_bits(network, from_onnx(onnx.load_from_string(model.SerializeToString())))
    path = tmp_path / "model.onnx"
    onnx.save(model, path)
    assert_same_bits(network, from_onnx(path))
    assert_same_bits(network, from_onnx(str(path)))


def test_onnx_runtime_has_nothing_to_say(cell, capfd):
    """No unused weights, no inputs it must warn of: loading and running log nothing."""
    for kind in NETWORKS:
        network, merge = make(cell, kind)
        x, lengths, state = draw(network, 6, 4)
        run = runtime(to_onnx(network, merge=merge, lengths=True, state=True))
        run({"x": x, "lengths": lengths, **state_arrays(network, state, "0")})
    assert capfd.readouterr() == ("", "")


def test_export_leaves_the_weights_alone_and_repeats_itself(cell):
    network, _ = make(cell, "stacked both ways")
    before = [w.tobytes() for w in leaves(layers.params(network))]
    first, second = (to_onnx(network).SerializeToString(deterministic=True) for _ in range(2))
    assert first == second
    assert before == [w.tobytes() for w in leaves(layers.params(network))]
