"""The recurrence through time: unrolled forwards, and with its gradients."""

from rnncourse.diagrams.draw import Diagram, Node, Note, Wire, draw

TANH, W_X, W_H, W_H_T = r"$\mathrm{tanh}$", "$W_x$", "$W_h$", r"$W_h^{\top}$"
CUT = r"$\mathrm{no\ gradient\ crosses\ here}$"
TOTAL = r"$\mathrm{d}h_t \,=\, \mathrm{dout}_t \,+\, \mathrm{d}a_{t+1}\,W_h^{\top}$"


def unrolled(ax, T=4):
    """Draw the recurrence on `ax` as a loop and, beside it, the loop unrolled over T steps.

    Made for ``figsize=(7, 3.1)`` and T = 4.
    """
    return draw(ax, unrolled_diagram(T))


def bptt(ax, T=4, cut=None):
    """Draw on `ax` T steps with a loss at each, and the gradients which flow back.

    With `cut`, no gradient flows back into the state after step `cut`: truncation.
    Made for ``figsize=(7, 4.0)`` and T = 4.
    """
    return draw(ax, bptt_diagram(T, cut))


def unrolled_diagram(T):
    """Return the nodes and wires of `unrolled`."""
    _check(T)
    nodes = {
        "x": Node("input", 2.0, 1.4, "$x_t$"),
        "loop": Node("step", 2.0, 3.6, TANH),
        "copy": Node("dot", 2.0, 4.9),
        "h": Node("output", 2.0, 6.2, "$h_t$"),
        "h_0": Node("output", 4.5, 3.6, "$h_0$"),
    }
    wires = [
        Wire("x", "loop"),
        Wire("loop", "copy"),
        Wire("copy", "loop", via=((0.5, 4.9), (0.5, 3.6))),
        Wire("copy", "h"),
    ]
    notes = [
        Note(2.2, 2.3, W_X, align="left"),
        Note(0.8, 3.15, W_H),
        Note(3.55, 3.6, "$=$", size=24),
    ]
    for t in range(1, T + 1):
        x = 4.5 + 2.4 * t
        nodes[f"x_{t}"] = Node("input", x, 1.4, f"$x_{{{t}}}$")
        nodes[f"step {t}"] = Node("step", x, 3.6, TANH)
        nodes[f"h_{t}"] = Node("output", x, 6.2, f"$h_{{{t}}}$")
        wires += [
            Wire(f"x_{t}", f"step {t}"),
            Wire(f"step {t - 1}" if t > 1 else "h_0", f"step {t}"),
            Wire(f"step {t}", f"h_{t}"),
        ]
        notes += [Note(x + 0.2, 2.3, W_X, align="left"), Note(x - 1.2, 4.05, W_H)]
    width = 5.7 + 2.4 * T
    same = r"$\mathrm{the\ same}\ \ W_x,\ W_h,\ b\ \ \mathrm{at\ every\ step}$"
    notes.append(Note(0.5 * width, 0.4, same))
    return Diagram(width, 6.8, nodes, wires, notes)


def bptt_diagram(T, cut=None):
    """Return the nodes and wires of `bptt`."""
    _check(T)
    if cut is not None and not 0 <= cut < T:
        raise ValueError(f"cut: expected a step from 0 to {T - 1}, got {cut}")
    pitch, first = 3.0, 1.0
    nodes = {"h_0": Node("input", first, 4.4)}
    wires = []
    notes = [
        Note(first, 4.8, "$h_0$", size=20),
        Note(first, 4.0, r"$\mathrm{d}h_0$", size=20, backward=True),
    ]
    for t in range(1, T + 1):
        x = first + pitch * t
        here, before = f"h_{t}", f"h_{t - 1}"
        nodes[f"x_{t}"] = Node("input", x, 1.7, f"$x_{{{t}}}$")
        nodes[here] = Node("state", x, 4.4)
        nodes[f"loss {t}"] = Node("loss", x, 7.7, f"$L_{{{t}}}$")
        wires += [
            Wire(f"x_{t}", here),
            Wire(before, here, shift=(0, 0.4)),
            Wire(here, before, shift=(0, -0.4), backward=True),
            Wire(here, f"loss {t}", shift=(-0.4, 0)),
            Wire(f"loss {t}", here, shift=(0.4, 0), backward=True),
        ]
        notes += [
            Note(x, 4.8, f"$h_{{{t}}}$", size=20),
            Note(x, 4.0, rf"$\mathrm{{d}}h_{{{t}}}$", size=20, backward=True),
            Note(x + 0.2, 2.8, W_X, align="left"),
            Note(x - 0.5 * pitch, 5.25, W_H),
            Note(x - 0.5 * pitch, 3.5, W_H_T, backward=True),
            Note(x + 0.6, 6.2, rf"$\mathrm{{dout}}_{{{t}}}$", align="left", backward=True),
        ]
    width = first + pitch * T + 1.9
    notes.append(Note(0.5 * width, 0.5, TOTAL, size=20, backward=True))
    if cut is not None:
        x = first + pitch * (cut + 0.5)
        wires.remove(Wire(f"h_{cut + 1}", f"h_{cut}", shift=(0, -0.4), backward=True))
        notes.remove(Note(x, 3.5, W_H_T, backward=True))
        notes[-1] = Note(x, 0.5, CUT, size=17, backward=True)
    return Diagram(width, 8.5, nodes, wires, notes)


def _check(T):
    if T < 1:
        raise ValueError(f"T must be at least 1, got {T}")
