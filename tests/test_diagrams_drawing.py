"""The diagrams are drawn with care: measured on the artists."""

import io
import itertools

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.patches import Circle
from matplotlib.path import Path

from rnncourse import diagrams, plots
from rnncourse.diagrams import cells
from rnncourse.diagrams.computation import graph_diagram
from rnncourse.diagrams.draw import KINDS, Diagram, Node, Wire, draw
from rnncourse.diagrams.symbols import LEGEND
from rnncourse.diagrams.through_time import bptt_diagram, unrolled_diagram

DRAWN = {  # name -> (diagram, figure height at a width of 7 inches)
    "rnn": (cells.RNN, 3.5),
    "lstm": (cells.LSTM, 4.5),
    "gru": (cells.GRU, 4.5),
    "gru_reset_after": (cells.GRU_RESET_AFTER, 5.1),
    "legend": (LEGEND, 4.5),
    "graph": (graph_diagram(), 4.5),
    "unrolled": (unrolled_diagram(4), 3.1),
    "unrolled, T = 1": (unrolled_diagram(1), 5.5),
    "bptt": (bptt_diagram(4), 4.0),
    "bptt, T = 2": (bptt_diagram(2), 6.5),
    "bptt, cut": (bptt_diagram(4, cut=2), 4.0),
}


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


def bridges(via=(), **ends):
    """Where the wire from a to b passes over others, from c to d and from e to f: x, in order."""
    nodes = {name: Node("end", *place) for name, place in ends.items()}
    wires = [Wire("a", "b", via), Wire("c", "d"), Wire("e", "f")]
    figure, ax = plt.subplots()
    draw(ax, Diagram(6, 4, nodes, wires))
    path = patches(ax)["wire a to b"].get_path()
    plt.close(figure)
    curves = path.vertices[path.codes == Path.CURVE4].reshape(-1, 3, 2)
    return curves[:, [0, 2], 0].mean(axis=1)


def test_a_wire_from_right_to_left_bridges_too():
    over = bridges(a=(3, 1), b=(0, 1), c=(1, 0), d=(1, 2), e=(2, 0), f=(2, 2))
    np.testing.assert_allclose(over, [2, 1])


def test_a_wire_which_comes_back_to_its_height_bridges_each_crossing_once():
    detour = ((2, 1), (2, 3), (4, 3), (4, 1))
    over = bridges(detour, a=(0, 1), b=(6, 1), c=(1, 0), d=(1, 2), e=(5, 0), f=(5, 2))
    np.testing.assert_allclose(over, [1, 5])
