"""The graph of a computation: two steps of one unit, forward, and back with local derivatives."""

from rnncourse.diagrams.draw import Diagram, Node, Note, Wire, draw

TIMES, PLUS, TANH = r"$\times$", "$+$", r"$\mathrm{tanh}$"
SIDE = 0.16  # a wire and the gradient on it run this far from their middle


def graph(ax):
    """Draw on `ax` two steps of one unit without bias, and the gradients which flow back.

    Made for ``figsize=(7, 4.5)``.
    """
    return draw(ax, graph_diagram())


def graph_diagram():
    """Return the nodes and wires of `graph`."""
    nodes = {
        "w_h": Node("input", 5.7, 8.2, "$w_h$"),
        "w_x": Node("input", 7.05, 0.7, "$w_x$"),
        "h_0": Node("input", 0.75, 5.2, "$h_0$"),
    }
    wires, notes = [], []
    for t, x in ((1, 2.4), (2, 9.0)):
        weigh, read, add, squash = f"w_h h_{t - 1}", f"w_x x_{t}", f"a_{t}", f"tanh a_{t}"
        nodes |= {
            weigh: Node("op", x, 5.2, TIMES),
            read: Node("op", x + 1.35, 2.5, TIMES),
            f"x_{t}": Node("input", x - 0.45, 2.5, f"$x_{t}$"),
            add: Node("op", x + 1.35, 5.2, PLUS),
            squash: Node("tanh only", x + 3.07, 5.2, TANH),
            f"h_{t}": Node("step", x + 5.05, 5.2, f"$h_{t}$"),
            f"L_{t}": Node("loss", x + 5.05, 7.2, f"$L_{t}$"),
        }
        outward = -1 if t == 1 else 1
        wires += [
            *_pair("w_h", weigh, (outward * SIDE, SIDE), corner=(x, 8.2)),
            *_pair(f"h_{t - 1}", weigh, (0, SIDE)),
            *_pair("w_x", read, (outward * SIDE, -SIDE), corner=(x + 1.35, 0.7)),
            Wire(f"x_{t}", read),
            *_pair(weigh, add, (0, SIDE)),
            *_pair(read, add, (-SIDE, 0)),
            *_pair(add, squash, (0, SIDE)),
            *_pair(squash, f"h_{t}", (0, SIDE)),
            *_pair(f"h_{t}", f"L_{t}", (SIDE, 0)),
        ]
        notes += [
            _factor(x - 0.55 * outward, 6.05, f"h_{t - 1}"),
            _factor(x - 0.7, 4.3, "w_h"),
            _factor(x + 1.35 - 0.65 * outward, 1.5, f"x_{t}"),
            _factor(x + 3.07, 4.25, rf"1 - h_{t}^2"),
            _factor(x + 4.7, 6.2, rf"\mathrm{{dout}}_{t}", align="right"),
        ]
    return Diagram(14.9, 8.8, nodes, wires, notes)


def _pair(src, dst, side, corner=None):
    """A wire and, beside it, the gradient that comes back along it."""
    (dx, dy), pair = side, []
    for sign in (1, -1):
        shift = (sign * dx, sign * dy)
        via = () if corner is None else ((corner[0] + shift[0], corner[1] + shift[1]),)
        pair.append(Wire(src, dst, via, shift))
    there, back = pair
    return there, Wire(dst, src, back.via, back.shift, backward=True)


def _factor(x, y, text, align="center"):
    """The local derivative that multiplies a gradient on its way back."""
    return Note(x, y, f"${text}$", size=17, align=align, backward=True)
