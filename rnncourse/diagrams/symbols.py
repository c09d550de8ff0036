"""The signs the diagrams are made of, each with its meaning."""

from rnncourse.diagrams.draw import Diagram, Node, Note, Wire, draw

LEFT, RIGHT = 1.4, 8.2  # the two columns of signs
ROWS = (8.2, 6.75, 5.3, 3.85, 2.4, 0.85)

LEGEND = Diagram(
    width=14,
    height=9,
    nodes={
        "sigma": Node("sigma", LEFT, ROWS[0], r"$\sigma$"),
        "tanh": Node("tanh", LEFT, ROWS[1], r"$\mathrm{tanh}$"),
        "tanh only": Node("tanh only", LEFT, ROWS[2], r"$\mathrm{tanh}$"),
        "linear": Node("linear", LEFT, ROWS[3], "$W,b$"),
        "vector from": Node("end", LEFT - 1.0, ROWS[4]),
        "vector to": Node("end", LEFT + 1.0, ROWS[4]),
        "gradient from": Node("end", LEFT + 1.0, ROWS[5]),
        "gradient to": Node("end", LEFT - 1.0, ROWS[5]),
        "product": Node("op", RIGHT, ROWS[0], r"$\times$"),
        "sum": Node("op", RIGHT, ROWS[1], "$+$"),
        "one minus": Node("one minus", RIGHT, ROWS[2], "$1{-}$"),
        "join": Node("join", RIGHT, ROWS[3]),
        "joined 1": Node("end", RIGHT - 0.8, ROWS[3]),
        "joined 2": Node("end", RIGHT, ROWS[3] - 0.7),
        "join to": Node("end", RIGHT + 0.9, ROWS[3]),
        "copy": Node("dot", RIGHT, ROWS[4]),
        "copy from": Node("end", RIGHT - 0.8, ROWS[4]),
        "copy 1": Node("end", RIGHT + 0.9, ROWS[4]),
        "copy 2": Node("end", RIGHT, ROWS[4] + 0.65),
        "over from": Node("end", RIGHT - 0.8, ROWS[5]),
        "over to": Node("end", RIGHT + 0.9, ROWS[5]),
        "under from": Node("end", RIGHT, ROWS[5] - 0.6),
        "under to": Node("end", RIGHT, ROWS[5] + 0.65),
    },
    wires=[
        Wire("vector from", "vector to"),
        Wire("gradient from", "gradient to", backward=True),
        Wire("joined 1", "join"),
        Wire("joined 2", "join"),
        Wire("join", "join to"),
        Wire("copy from", "copy"),
        Wire("copy", "copy 1"),
        Wire("copy", "copy 2"),
        Wire("over from", "over to"),
        Wire("under from", "under to"),
    ],
    notes=[
        Note(LEFT + 1.4, ROWS[0], r"$\sigma(x W_x + h W_h + b)$", 17, "left"),
        Note(LEFT + 1.4, ROWS[1], r"$\tanh(x W_x + h W_h + b)$", 17, "left"),
        Note(LEFT + 1.4, ROWS[2], "tanh of each entry", 15, "left"),
        Note(LEFT + 1.4, ROWS[3], "weights and bias", 15, "left"),
        Note(LEFT + 1.4, ROWS[4], "vector", 15, "left"),
        Note(LEFT + 1.4, ROWS[5], "gradient", 15, "left"),
        Note(RIGHT + 1.2, ROWS[0], "Hadamard product", 15, "left"),
        Note(RIGHT + 1.2, ROWS[1], "addition", 15, "left"),
        Note(RIGHT + 1.2, ROWS[2], "1 minus each entry", 15, "left"),
        Note(RIGHT + 1.2, ROWS[3], "concatenation", 15, "left"),
        Note(RIGHT + 1.2, ROWS[4], "copy", 15, "left"),
        Note(RIGHT + 1.2, ROWS[5], "crossing, no contact", 15, "left"),
    ],
)


def legend(ax):
    """Draw the signs of the diagrams on `ax`, each with its meaning.

    Made for ``figsize=(7, 4.5)``.
    """
    return draw(ax, LEGEND)
