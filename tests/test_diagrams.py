"""The diagrams compute what the cells compute: follow their wires with numbers."""

import numpy as np
import pytest

from rnncourse import diagrams, gru, gru_reset_after, lstm, rnn, unroll, unroll_backward
from rnncourse.activations import sigmoid
from rnncourse.diagrams import cells
from rnncourse.diagrams.computation import graph_diagram
from rnncourse.diagrams.draw import KINDS
from rnncourse.diagrams.through_time import CUT, TOTAL, W_H_T, bptt_diagram, unrolled_diagram

B, D, H = 2, 3, 4


def sources(diagram, name):
    return [wire.src for wire in diagram.wires if wire.dst == name and not wire.backward]


def kinds(diagram, *names):
    return sum(node.kind in names for node in diagram.nodes.values())


def symbols(diagram, text):
    return sum(node.text == text for node in diagram.nodes.values())


def evaluate(diagram, inputs, layers, name):
    """The value at a node: `inputs` has the ports', `layers` the functions of the layers."""
    if name in inputs:
        return inputs[name]
    node = diagram.nodes[name]
    values = [evaluate(diagram, inputs, layers, src) for src in sources(diagram, name)]
    assert values, f"nothing arrives at {name}"
    if name in layers:
        (value,) = values
        return layers[name](value)
    match node.kind, node.text:
        case ("join", _):
            return np.concatenate(values, axis=-1)
        case ("op", cells.TIMES):
            assert len(values) == 2
            return values[0] * values[1]
        case ("op", cells.PLUS):
            return sum(values)
        case ("tanh only", _):
            (value,) = values
            return np.tanh(value)
        case ("one minus", _):
            (value,) = values
            return 1 - value
        case (("dot" | "output"), _):
            (value,) = values
            return value
    raise AssertionError(f"{name} needs a function")


def layer(params, k, kind):
    """The layer of gate block k, as a function of [x, h]."""
    block = slice(k * H, (k + 1) * H)
    W = np.concatenate([params.W_x[:, block], params.W_h[:, block]])
    activation = {"sigma": sigmoid, "tanh": np.tanh}[kind]
    return lambda xh: activation(xh @ W + params.b[block])


def layers_of(diagram, params, gates):
    return {
        name: layer(params, k, diagram.nodes[name].kind)
        for k, name in enumerate(gates)
        if name in diagram.nodes and diagram.nodes[name].kind in ("sigma", "tanh")
    }


def test_the_rnn_diagram_computes_the_rnn_step(rng):
    params = rnn.init_params(rng, D, H)
    x, h_prev = rng.normal(size=(B, D)), rng.normal(size=(B, H))
    inputs = {"x": x, "h_prev": h_prev, "b": params.b}
    weights = {"W_x": lambda x: x @ params.W_x, "W_h": lambda h: h @ params.W_h}
    out, *_ = rnn.step(params, x, h_prev)
    np.testing.assert_allclose(evaluate(cells.RNN, inputs, weights, "h"), out, atol=1e-14)


def test_the_lstm_diagram_computes_the_lstm_step(rng):
    params = lstm.init_params(rng, D, H)
    x = rng.normal(size=(B, D))
    prev = lstm.State(rng.normal(size=(B, H)), rng.normal(size=(B, H)))
    inputs = {"x": x, "h_prev": prev.h, "c_prev": prev.c}
    layers = layers_of(cells.LSTM, params, "ifgo")
    _, state, _ = lstm.step(params, x, prev)
    np.testing.assert_allclose(evaluate(cells.LSTM, inputs, layers, "h"), state.h, atol=1e-14)
    np.testing.assert_allclose(evaluate(cells.LSTM, inputs, layers, "c"), state.c, atol=1e-14)


def test_the_gru_diagram_computes_the_gru_step(rng):
    params = gru.init_params(rng, D, H)
    x, h_prev = rng.normal(size=(B, D)), rng.normal(size=(B, H))
    layers = layers_of(cells.GRU, params, "rzn")
    out, *_ = gru.step(params, x, h_prev)
    h = evaluate(cells.GRU, {"x": x, "h_prev": h_prev}, layers, "h")
    np.testing.assert_allclose(h, out, atol=1e-14)


def test_the_gru_reset_after_diagram_computes_its_step(rng):
    params = gru_reset_after.init_params(rng, D, H)
    x, h_prev = rng.normal(size=(B, D)), rng.normal(size=(B, H))
    n = slice(2 * H, 3 * H)
    layers = layers_of(cells.GRU_RESET_AFTER, params, "rzn")
    layers["h part"] = lambda h: h @ params.W_h[:, n] + params.b_hn
    layers["x part"] = lambda x: x @ params.W_x[:, n] + params.b[n]
    out, *_ = gru_reset_after.step(params, x, h_prev)
    h = evaluate(cells.GRU_RESET_AFTER, {"x": x, "h_prev": h_prev}, layers, "h")
    np.testing.assert_allclose(h, out, atol=1e-14)


def test_the_lstm_has_four_layers_three_products_one_sum():
    assert kinds(cells.LSTM, "sigma") == 3
    assert kinds(cells.LSTM, "tanh", "tanh only") == 2
    assert symbols(cells.LSTM, cells.TIMES) == 3
    assert symbols(cells.LSTM, cells.PLUS) == 1


def test_the_gru_has_three_layers_three_products_one_sum_one_minus():
    assert kinds(cells.GRU, "sigma") == 2
    assert kinds(cells.GRU, "tanh", "tanh only") == 1
    assert symbols(cells.GRU, cells.TIMES) == 3
    assert symbols(cells.GRU, cells.PLUS) == 1
    assert symbols(cells.GRU, cells.ONE_MINUS) == 1


@pytest.mark.parametrize(
    ("diagram", "labels"),
    [
        (cells.RNN, ["x_t", "h_{t{-}1}", "W_x", "W_h", "b", "a_t", "h_t"]),
        (cells.LSTM, ["x_t", "h_{t{-}1}", "c_{t{-}1}", "f_t", "i_t", "g_t", "o_t", "c_t", "h_t"]),
        (cells.GRU, ["x_t", "h_{t{-}1}", "r_t", "z_t", "n_t", "h_t"]),
        (cells.GRU_RESET_AFTER, ["x_t", "h_{t{-}1}", "r_t", "z_t", "n_t", "h_t"]),
    ],
)
def test_each_operand_of_the_equations_is_named_once(diagram, labels):
    texts = [item.text for item in (*diagram.nodes.values(), *diagram.notes)]
    assert [texts.count(f"${label}$") for label in labels] == [1] * len(labels)


@pytest.mark.parametrize(
    ("diagram", "letters"),
    [(cells.LSTM, "figo"), (cells.GRU, "rzn"), (cells.GRU_RESET_AFTER, "rzn")],
)
def test_each_gate_is_labelled_just_above_its_own_box(diagram, letters):
    for letter in letters:
        (note,) = [note for note in diagram.notes if note.text == f"${letter}_t$"]
        box = diagram.nodes[letter]
        assert abs(note.x - box.x) < 0.5
        assert 0 < note.y - box.y - KINDS[box.kind].half_height < 0.6


@pytest.mark.parametrize("T", [1, 4])
def test_unrolled_hands_each_state_to_the_next_step(T):
    diagram = unrolled_diagram(T)
    assert sources(diagram, "step 1") == ["x_1", "h_0"]
    for t in range(2, T + 1):
        assert sources(diagram, f"step {t}") == [f"x_{t}", f"step {t - 1}"]
        assert sources(diagram, f"h_{t}") == [f"step {t}"]
    texts = [note.text for note in diagram.notes]
    assert texts.count("$W_x$") == texts.count("$W_h$") == T + 1  # and once on the loop


@pytest.mark.parametrize("T", [1, 4])
def test_each_gradient_flows_against_one_wire_of_the_forward_pass(T):
    diagram = bptt_diagram(T)
    forward = {(w.src, w.dst) for w in diagram.wires if not w.backward}
    backward = {(w.dst, w.src) for w in diagram.wires if w.backward}
    assert backward == {(src, dst) for src, dst in forward if not src.startswith("x")}
    assert len(backward) == 2 * T
    texts = [note.text for note in diagram.notes]
    assert all(rf"$\mathrm{{d}}h_{{{t}}}$" in texts for t in range(1, T + 1))


@pytest.mark.parametrize("cut", range(4))
def test_a_cut_lets_the_state_pass_and_stops_the_gradient(cut):
    whole, parts = bptt_diagram(4), bptt_diagram(4, cut)
    (missing,) = set(whole.wires) - set(parts.wires)
    assert (missing.src, missing.dst, missing.backward) == (f"h_{cut + 1}", f"h_{cut}", True)
    assert set(parts.wires) < set(whole.wires) and parts.nodes == whole.nodes
    texts = [note.text for note in parts.notes]
    assert texts.count(W_H_T) == 3 and CUT in texts and TOTAL not in texts


@pytest.mark.parametrize("cut", [-1, 4])
def test_a_cut_lies_between_two_steps(cut):
    with pytest.raises(ValueError, match=f"cut: expected a step from 0 to 3, got {cut}"):
        bptt_diagram(4, cut)


@pytest.mark.parametrize("draw_in_time", [diagrams.unrolled, diagrams.bptt])
def test_no_steps_is_refused(draw_in_time):
    with pytest.raises(ValueError, match="T must be at least 1, got 0"):
        draw_in_time(None, T=0)


# The graph of a computation


def local_derivative(diagram, value, name, src):
    """d value at `name` / d value at `src`, for one of the graph's operations."""
    node = diagram.nodes[name]
    match node.kind, node.text:
        case ("op", cells.TIMES):
            (other,) = set(sources(diagram, name)) - {src}
            return value(other)
        case ("tanh only", _):
            return 1 - value(name) ** 2
        case (("op" | "step"), _):
            return 1.0
    raise AssertionError(f"{name} has no derivative")


def gradient(diagram, value, dout, name):
    """The gradient at a node: all the dashed wires that arrive there, each from its own node."""
    if name in dout:
        return dout[name]
    arriving = [wire.src for wire in diagram.wires if wire.dst == name and wire.backward]
    return sum(
        gradient(diagram, value, dout, src)
        * (1.0 if src in dout else local_derivative(diagram, value, src, name))
        for src in arriving
    )


def test_the_graph_computes_two_steps_and_their_gradients(rng):
    diagram = graph_diagram()
    w_x, w_h, h_0 = rng.normal(size=3)
    x, dout = rng.normal(size=(2, 1, 1)), rng.normal(size=(2, 1, 1))
    inputs = {"w_x": w_x, "w_h": w_h, "h_0": h_0, "x_1": x[0, 0, 0], "x_2": x[1, 0, 0]}

    states = {"h_1": lambda same: same, "h_2": lambda same: same}

    def value(name):
        return evaluate(diagram, inputs, states, name)

    params = rnn.Params(np.array([[w_x]]), np.array([[w_h]]), np.zeros(1))
    out, _, caches = unroll(rnn, params, x, np.array([[h_0]]))
    assert [value("h_1"), value("h_2")] == pytest.approx(out.ravel())
    _, dh_0, grads = unroll_backward(rnn, params, caches, dout)
    losses = {"L_1": dout[0, 0, 0], "L_2": dout[1, 0, 0]}
    for name, expected in (("w_x", grads.W_x), ("w_h", grads.W_h), ("h_0", dh_0)):
        assert gradient(diagram, value, losses, name) == pytest.approx(expected.item()), name


def test_the_graph_names_each_local_derivative_that_is_not_one():
    texts = sorted(note.text for note in graph_diagram().notes)
    per_step = ["$w_h$", "$h_{}$", "$x_{}$", "$1 - h_{}^2$", r"$\mathrm{{dout}}_{}$"]
    wanted = [text.format(t - 1 if text == "$h_{}$" else t) for t in (1, 2) for text in per_step]
    assert texts == sorted(wanted)
