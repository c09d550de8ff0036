"""The diagrams compute what the cells compute, and are drawn with care."""

import io
import itertools

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.patches import Circle
from matplotlib.path import Path

from rnncourse import diagrams, gru, gru_reset_after, lstm, plots, rnn
from rnncourse.activations import sigmoid
from rnncourse.diagrams import cells
from rnncourse.diagrams.draw import KINDS, Diagram, Node, Wire, draw
from rnncourse.diagrams.symbols import LEGEND
from rnncourse.diagrams.through_time import bptt_diagram, unrolled_diagram

B, D, H = 2, 3, 4

DRAWN = {  # name -> (diagram, figure height at a width of 7 inches)
    "rnn": (cells.RNN, 3.5),
    "lstm": (cells.LSTM, 4.5),
    "gru": (cells.GRU, 4.5),
    "gru_reset_after": (cells.GRU_RESET_AFTER, 5.1),
    "legend": (LEGEND, 4.5),
    "unrolled": (unrolled_diagram(4), 3.1),
    "unrolled, T = 1": (unrolled_diagram(1), 5.5),
    "bptt": (bptt_diagram(4), 4.0),
    "bptt, T = 2": (bptt_diagram(2), 6.5),
}


def sources(diagram, name):
    return [wire.src for wire in diagram.wires if wire.dst == name and not wire.backward]


def kinds(diagram, *names):
    return sum(node.kind in names for node in diagram.nodes.values())


def symbols(diagram, text):
    return sum(node.text == text for node in diagram.nodes.values())


# What a diagram says: follow its wires with numbers.


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


@pytest.mark.parametrize("draw_in_time", [diagrams.unrolled, diagrams.bptt])
def test_no_steps_is_refused(draw_in_time):
    with pytest.raises(ValueError, match="T must be at least 1, got 0"):
        draw_in_time(None, T=0)


# How it is drawn: measured on the artists.


@pytest.fixture(scope="module", params=DRAWN)
def drawing(request):
    """A diagram and the axes it is drawn on, laid out as on a page."""
    diagram, height = DRAWN[request.param]
    with matplotlib.rc_context():
        plots.use_style()
        figure, ax = plt.subplots(figsize=(7, height))
        draw(ax, diagram)
        figure.canvas.draw()
    yield diagram, ax
    plt.close(figure)


def patches(ax):
    return {patch.get_label(): patch for patch in ax.patches}


def ends(ax, wire):
    """The drawn ends of a wire: of its line, or the tip of its arrowhead."""
    drawn, name = patches(ax), f"{wire.src} to {wire.dst}"
    vertices = drawn[f"wire {name}"].get_path().vertices
    head = drawn.get(f"head {name}")
    return vertices[0], vertices[-1] if head is None else head.get_xy()[0]


def box_of(ax, name, node):
    """The drawn border of a node as (left, bottom, right, top)."""
    patch = patches(ax).get(name)
    if patch is None:  # text alone
        kind = KINDS[node.kind]
        w, h = kind.half_width, kind.half_height
        return node.x - w, node.y - h, node.x + w, node.y + h
    if isinstance(patch, Circle):
        (x, y), r = patch.center, patch.radius
        return x - r, y - r, x + r, y + r
    x, y = patch.get_x(), patch.get_y()
    return x, y, x + patch.get_width(), y + patch.get_height()


def on_border(point, box, kind):
    (x, y), (left, bottom, right, top) = point, box
    if kind == "dot":
        return np.allclose(point, ((left + right) / 2, (bottom + top) / 2))
    if kind == "op":
        centre = ((left + right) / 2, (bottom + top) / 2)
        return np.isclose(np.hypot(*np.subtract(point, centre)), (right - left) / 2)
    inside = left - 1e-9 <= x <= right + 1e-9 and bottom - 1e-9 <= y <= top + 1e-9
    return inside and (
        np.isclose([x, x], [left, right]).any() or np.isclose([y, y], [bottom, top]).any()
    )


def segments(ax, wire):
    """The straight pieces of a wire, its corners taken as right angles."""
    path = patches(ax)[f"wire {wire.src} to {wire.dst}"].get_path()
    bends = {Path.MOVETO, Path.LINETO, Path.CURVE3}
    points = [v for v, code in zip(path.vertices, path.codes, strict=True) if code in bends]
    return list(itertools.pairwise([*points, ends(ax, wire)[1]]))


def text_boxes(ax):
    to_data = ax.transData.inverted()
    return {text: text.get_window_extent().transformed(to_data).extents for text in ax.texts}


def overlap(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def contains(outer, inner):
    return (
        outer[0] <= inner[0]
        and outer[1] <= inner[1]
        and inner[2] <= outer[2]
        and inner[3] <= outer[3]
    )


def span(a, b):
    return (*np.minimum(a, b), *np.maximum(a, b))


def test_every_wire_begins_and_ends_on_a_border(drawing):
    diagram, ax = drawing
    for wire in diagram.wires:
        for name, end in zip((wire.src, wire.dst), ends(ax, wire), strict=True):
            node = diagram.nodes[name]
            assert on_border(end, box_of(ax, name, node), node.kind), (wire, name, end)


def test_every_wire_runs_level_or_upright(drawing):
    diagram, ax = drawing
    for wire in diagram.wires:
        for a, b in segments(ax, wire):
            bend = np.abs(np.subtract(a, b))
            assert min(bend) < 1e-9, wire


def test_every_node_is_wired(drawing):
    diagram, _ = drawing
    wired = {name for wire in diagram.wires for name in (wire.src, wire.dst)}
    if diagram is not LEGEND:
        assert wired == set(diagram.nodes)


def test_no_wire_touches_text(drawing):
    diagram, ax = drawing
    for wire in diagram.wires:
        for a, b in segments(ax, wire):
            for text, box in text_boxes(ax).items():
                assert not overlap(span(a, b), box), (wire, text.get_text())


def test_no_wire_runs_through_a_node(drawing):
    diagram, ax = drawing
    for wire in diagram.wires:
        for name, node in diagram.nodes.items():
            if name not in (wire.src, wire.dst):
                box = box_of(ax, name, node)
                assert not any(overlap(span(a, b), box) for a, b in segments(ax, wire)), (
                    wire,
                    name,
                )


def test_wires_meet_only_at_nodes_or_pass_over_a_bridge(drawing):
    diagram, ax = drawing
    for one, two in itertools.permutations(diagram.wires, 2):
        for (a, b), (p, q) in itertools.product(segments(ax, one), segments(ax, two)):
            if a[1] == b[1] and p[0] == q[0] and overlap(span(a, b), span(p, q)):
                path = patches(ax)[f"wire {one.src} to {one.dst}"].get_path()
                bridge = path.vertices[path.codes == Path.CURVE4]
                np.testing.assert_allclose(bridge[[0, 2], 0].mean(), p[0], err_msg=str((one, two)))
                assert bridge[:, 1].max() > a[1]
            for axis in (0, 1):
                if a[axis] == b[axis] == p[axis] == q[axis]:  # both on one line
                    along = sorted([a[1 - axis], b[1 - axis]]), sorted([p[1 - axis], q[1 - axis]])
                    shared = min(along[0][1], along[1][1]) - max(along[0][0], along[1][0])
                    assert shared < 1e-9, (one, two)


@pytest.mark.parametrize(
    ("name", "count"), [("rnn", 0), ("lstm", 0), ("gru", 1), ("gru_reset_after", 1), ("legend", 1)]
)
def test_bridges_are_few(name, count):
    figure, ax = plt.subplots()
    draw(ax, DRAWN[name][0])
    wires = [patch for label, patch in patches(ax).items() if label.startswith("wire ")]
    assert sum((wire.get_path().codes == Path.CURVE4).sum() for wire in wires) == 3 * count
    plt.close(figure)


def test_no_text_overlaps_another(drawing):
    _, ax = drawing
    for (one, a), (two, b) in itertools.combinations(text_boxes(ax).items(), 2):
        assert not overlap(a, b), (one.get_text(), two.get_text())


def test_text_is_inside_a_node_or_clear_of_it(drawing):
    diagram, ax = drawing
    for text, box in text_boxes(ax).items():
        for name in patches(ax).keys() & diagram.nodes.keys():
            border = box_of(ax, name, diagram.nodes[name])
            assert contains(border, box) or not overlap(border, box), (text.get_text(), name)


def test_everything_fits_in_the_axes(drawing):
    diagram, ax = drawing
    page = (0, 0, diagram.width, diagram.height)
    assert all(contains(page, box) for box in text_boxes(ax).values())
    for name, node in diagram.nodes.items():
        assert contains(page, box_of(ax, name, node)), name


def test_nodes_keep_their_distance(drawing):
    diagram, ax = drawing
    boxes = {name: box_of(ax, name, node) for name, node in diagram.nodes.items()}
    for (one, a), (two, b) in itertools.combinations(boxes.items(), 2):
        assert not overlap(a, b), (one, two)


@pytest.mark.parametrize("name", diagrams.__all__)
def test_a_diagram_returns_its_axes_and_the_same_svg_each_time(name):
    texts = []
    with matplotlib.rc_context():
        plots.use_style()
        for _ in range(2):
            figure, ax = plt.subplots(figsize=(7, 4.5))
            assert getattr(diagrams, name)(ax) is ax
            text = io.StringIO()
            figure.savefig(text, format="svg", metadata=plots.SVG_METADATA)
            plt.close(figure)
            texts.append(text.getvalue())
    assert texts[0] == texts[1]


def test_a_wire_from_right_to_left_bridges_too():
    nodes = {
        "a": Node("end", 3, 1),
        "b": Node("end", 0, 1),
        "c": Node("end", 1, 0),
        "d": Node("end", 1, 2),
        "e": Node("end", 2, 0),
        "f": Node("end", 2, 2),
    }
    wires = [Wire("a", "b"), Wire("c", "d"), Wire("e", "f")]
    figure, ax = plt.subplots()
    draw(ax, Diagram(3, 2, nodes, wires))
    path = patches(ax)["wire a to b"].get_path()
    bridges = path.vertices[path.codes == Path.CURVE4][2::3, 0]
    assert bridges[0] > bridges[1] > 0.5  # in the order of the wire, right to left
    plt.close(figure)
