"""The drawing board: nodes, wires and notes, placed by hand and drawn in one style."""

from typing import NamedTuple

import numpy as np
from matplotlib.patches import Circle, FancyBboxPatch, PathPatch, Polygon
from matplotlib.path import Path

INK = "#1f2328"
BACKWARD = "#c04a00"
CORNER, HOP, HEAD = 0.22, 0.2, 0.3  # radius of a bend, of a bridge; length of an arrowhead


class Kind(NamedTuple):
    """How a node of one kind looks."""

    half_width: float
    half_height: float
    fill: str = "none"
    size: float = 19.0  # of its text, in points
    round: float = 0.12  # radius of its corners
    edge: float = 1.6


KINDS = {
    "sigma": Kind(0.75, 0.62, "#ffe2b5", 23),  # a layer: weights, bias, sigmoid
    "tanh": Kind(0.85, 0.62, "#c6e1f6"),  # a layer: weights, bias, tanh
    "tanh only": Kind(0.85, 0.44, "#ffffff", round=0.44),  # tanh of each entry, no weights
    "linear": Kind(1.05, 0.62, "#e9e9ec", 18),  # weights and bias, no nonlinearity
    "step": Kind(0.68, 0.62, "#c6e1f6", 18),  # a cell at one time step
    "state": Kind(0.85, 0.85, "#c6e1f6", 20),  # a state and its gradient
    "loss": Kind(0.75, 0.55, "#ffffff", 20),
    "op": Kind(0.42, 0.42, "#cdebd8", 19),  # an element-wise operation: a circle
    "one minus": Kind(0.56, 0.4, "#cdebd8", 17, round=0.4),  # one minus each entry
    "join": Kind(0.1, 0.42, INK, edge=0, round=0.08),  # concatenation: a bar
    "dot": Kind(0.12, 0.12, INK, edge=0),  # a copy
    "input": Kind(0.75, 0.42, size=21),  # text alone, where a wire begins
    "output": Kind(0.42, 0.42, size=21),  # text alone, where a wire ends
    "end": Kind(0.0, 0.0, edge=0),  # nothing, the end of a sample wire
}


class Node(NamedTuple):
    """Something a wire can begin or end at."""

    kind: str  # a key of KINDS
    x: float
    y: float
    text: str = ""


class Wire(NamedTuple):
    """An arrow from one node to another: straight, or by way of corners."""

    src: str
    dst: str
    via: tuple = ()  # ((x, y), ...)
    shift: tuple = (0.0, 0.0)  # sideways off the centres, so that two wires can run side by side
    backward: bool = False  # a gradient: dashed, in another colour


class Note(NamedTuple):
    """Text beside the wires."""

    x: float
    y: float
    text: str
    size: float = 18.0
    align: str = "center"
    backward: bool = False


class Diagram(NamedTuple):
    """A drawing of width x height units; 14 units are 7 inches."""

    width: float
    height: float
    nodes: dict  # name -> Node
    wires: list
    notes: list = []
    frame: tuple = ()  # (left, bottom, right, top) of the cell


def draw(ax, diagram):
    """Draw `diagram` on `ax`: frame, wires, nodes, notes, in this order."""
    ax.set(xlim=(0, diagram.width), ylim=(0, diagram.height), aspect="equal")
    ax.set_axis_off()
    if diagram.frame:
        left, bottom, right, top = diagram.frame
        _rounded(ax, left, bottom, right, top, 0.5, "#7f7f7f14", "#8a8f98", 1.2)
    routes = [route(diagram, wire) for wire in diagram.wires]
    for i, wire in enumerate(diagram.wires):
        others = routes[:i] + routes[i + 1 :]
        head = diagram.nodes[wire.dst].kind not in ("dot", "join")
        _wire(ax, routes[i], crossings(routes[i], others), head, wire)
    for name, node in diagram.nodes.items():
        _node(ax, name, node)
    for note in diagram.notes:
        color = BACKWARD if note.backward else INK
        _text(ax, note.x, note.y, note.text, note.size, color, note.align)
    return ax


def route(diagram, wire):
    """Return the (P, 2) corners of a wire, from the border of one node to that of another."""
    src, dst = diagram.nodes[wire.src], diagram.nodes[wire.dst]
    points = np.array([(src.x, src.y), *wire.via, (dst.x, dst.y)], dtype=float)
    first, last = points[1] - points[0], points[-2] - points[-1]
    points[0] += (aside := _sideways(first, wire.shift))
    points[-1] += (aside_at_end := _sideways(last, wire.shift))
    points[0] += _to_border(src, points[1] - points[0], aside)
    points[-1] += _to_border(dst, points[-2] - points[-1], aside_at_end)
    return points


def crossings(points, others):
    """Return the points where a wire's horizontal parts cross vertical parts of `others`."""
    found = []
    for (x0, y0), (x1, y1) in zip(points[:-1], points[1:], strict=True):
        for other in others if y0 == y1 else []:
            for (u0, v0), (u1, v1) in zip(other[:-1], other[1:], strict=True):
                if u0 == u1 and min(x0, x1) < u0 < max(x0, x1) and min(v0, v1) < y0 < max(v0, v1):
                    found.append((float(u0), float(y0)))
    return found


def _sideways(direction, shift):
    """The part of a shift that is across a direction, which is nearly level or upright."""
    return np.where(np.arange(2) == np.abs(direction).argmax(), 0.0, shift)


def _to_border(node, direction, aside):
    """The way to a node's border from beside its centre; a dot's border is its centre."""
    kind = KINDS[node.kind]
    if node.kind == "dot":
        return np.zeros(2)
    if node.kind == "op":  # a circle is less wide beside its centre
        return np.sign(direction) * np.sqrt(kind.half_width**2 - np.square(aside).sum())
    return np.sign(direction) * (kind.half_width, kind.half_height)


def _wire(ax, points, bridges, head, wire):
    color = BACKWARD if wire.backward else INK
    step = np.sign(points[-1] - points[-2])
    end = points[-1] - 0.8 * HEAD * step if head else points[-1]
    path = _path([*points[:-1], end], bridges)
    dashes = (0, (4, 1.6)) if wire.backward else "-"
    name = f"{wire.src} to {wire.dst}"
    patch = PathPatch(path, fill=False, edgecolor=color, linewidth=2, linestyle=dashes)
    patch.set(label=f"wire {name}", zorder=2, capstyle="butt")
    ax.add_patch(patch)
    if head:
        base, side = points[-1] - HEAD * step, 0.45 * HEAD * step[::-1]
        tip = Polygon([points[-1], base + side, base - side], facecolor=color, linewidth=0)
        tip.set(label=f"head {name}", zorder=2)
        ax.add_patch(tip)


def _path(points, bridges):
    """Straight lines with round bends, and a bridge over each wire crossed."""
    vertices, codes = [points[0]], [Path.MOVETO]
    for k, (a, b) in enumerate(zip(points[:-1], points[1:], strict=True)):
        step = np.sign(b - a)
        on_the_way = [p for p in bridges if a[1] == b[1] == p[1] and (p[0] - a[0]) * step[0] > 0]
        for x, y in sorted(on_the_way, key=lambda p: (p[0] - a[0]) * step[0]):
            if (b[0] - x) * step[0] > 0:
                left, right, top = x - HOP * step[0], x + HOP * step[0], y + 1.33 * HOP
                vertices += [(left, y), (left, top), (right, top), (right, y)]
                codes += [Path.LINETO] + 3 * [Path.CURVE4]
        if k + 2 < len(points):
            bend = np.sign(points[k + 2] - b)
            vertices += [b - CORNER * step, b, b + CORNER * bend]
            codes += [Path.LINETO, Path.CURVE3, Path.CURVE3]
    return Path([*vertices, points[-1]], [*codes, Path.LINETO])


def _node(ax, name, node):
    kind = KINDS[node.kind]
    if node.kind in ("op", "dot"):
        patch = Circle((node.x, node.y), kind.half_width, facecolor=kind.fill, edgecolor=INK)
        patch.set(linewidth=kind.edge, zorder=3, label=name)
        ax.add_patch(patch)
    elif node.kind not in ("input", "output", "end"):
        left, right = node.x - kind.half_width, node.x + kind.half_width
        bottom, top = node.y - kind.half_height, node.y + kind.half_height
        patch = _rounded(ax, left, bottom, right, top, kind.round, kind.fill, INK, kind.edge)
        patch.set(zorder=3, label=name)
    if node.text:
        _text(ax, node.x, node.y, node.text, kind.size)


def _rounded(ax, left, bottom, right, top, radius, fill, edge, width):
    style = f"round,pad=0,rounding_size={radius}"
    patch = FancyBboxPatch((left, bottom), right - left, top - bottom, boxstyle=style)
    patch.set(facecolor=fill, edgecolor=edge, linewidth=width, zorder=1)
    return ax.add_patch(patch)


def _text(ax, x, y, text, size, color=INK, align="center"):
    return ax.text(
        x,
        y,
        text,
        fontsize=size,
        color=color,
        horizontalalignment=align,
        verticalalignment="center",
        math_fontfamily="stix",
        zorder=4,
    )
