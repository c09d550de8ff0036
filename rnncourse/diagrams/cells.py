"""One time step of each cell, as a list of placements."""

from rnncourse.diagrams.draw import Diagram, Node, Note, Wire, draw

X, H_PREV, H = "$x_t$", "$h_{t{-}1}$", "$h_t$"
C_PREV, C = "$c_{t{-}1}$", "$c_t$"
SIGMA, TANH = r"$\sigma$", r"$\mathrm{tanh}$"
TIMES, PLUS, ONE_MINUS = r"$\times$", "$+$", "$1{-}$"
LAYER = Note(7.2, 1.65, r"$\mathrm{each\ layer:}\ \ x_t W_x + h_{t{-}1} W_h + b$", size=17)

RNN = Diagram(
    width=14,
    height=7,
    frame=(1.8, 1.6, 12.2, 6.7),
    nodes={
        "x": Node("input", 6.6, 0.7, X),
        "h_prev": Node("input", 0.8, 4.4, H_PREV),
        "b": Node("input", 6.6, 6.1, "$b$"),
        "W_x": Node("linear", 6.6, 2.7, "$W_x$"),
        "W_h": Node("linear", 3.8, 4.4, "$W_h$"),
        "a": Node("op", 6.6, 4.4, PLUS),
        "tanh a": Node("tanh only", 9.8, 4.4, TANH),
        "h": Node("output", 13.3, 4.4, H),
    },
    wires=[
        Wire("x", "W_x"),
        Wire("W_x", "a"),
        Wire("h_prev", "W_h"),
        Wire("W_h", "a"),
        Wire("b", "a"),
        Wire("a", "tanh a"),
        Wire("tanh a", "h"),
    ],
    notes=[Note(7.9, 4.85, "$a_t$")],
)

LSTM = Diagram(
    width=14,
    height=9,
    frame=(1.8, 1.15, 12.2, 8.75),
    nodes={
        "c_prev": Node("input", 0.8, 7.9, C_PREV),
        "h_prev": Node("input", 0.8, 2.4, H_PREV),
        "x": Node("input", 2.5, 0.45, X),
        "[x, h]": Node("join", 2.5, 2.4),
        "to f": Node("dot", 3.8, 2.4),
        "to i": Node("dot", 5.8, 2.4),
        "to g": Node("dot", 7.8, 2.4),
        "f": Node("sigma", 3.8, 4.1, SIGMA),
        "i": Node("sigma", 5.8, 4.1, SIGMA),
        "g": Node("tanh", 7.8, 4.1, TANH),
        "o": Node("sigma", 9.8, 4.1, SIGMA),
        "f * c_prev": Node("op", 3.8, 7.9, TIMES),
        "i * g": Node("op", 7.8, 6.0, TIMES),
        "sum": Node("op", 7.8, 7.9, PLUS),
        "c out": Node("dot", 11.2, 7.9),
        "tanh c": Node("tanh only", 11.2, 6.72, TANH),
        "o * tanh c": Node("op", 11.2, 5.35, TIMES),
        "c": Node("output", 13.3, 7.9, C),
        "h": Node("output", 13.3, 2.4, H),
    },
    wires=[
        Wire("x", "[x, h]"),
        Wire("h_prev", "[x, h]"),
        Wire("[x, h]", "to f"),
        Wire("to f", "f"),
        Wire("to f", "to i"),
        Wire("to i", "i"),
        Wire("to i", "to g"),
        Wire("to g", "g"),
        Wire("to g", "o", via=((9.8, 2.4),)),
        Wire("c_prev", "f * c_prev"),
        Wire("f", "f * c_prev"),
        Wire("i", "i * g", via=((5.8, 6.0),)),
        Wire("g", "i * g"),
        Wire("f * c_prev", "sum"),
        Wire("i * g", "sum"),
        Wire("sum", "c out"),
        Wire("c out", "c"),
        Wire("c out", "tanh c"),
        Wire("tanh c", "o * tanh c"),
        Wire("o", "o * tanh c", via=((9.8, 5.35),)),
        Wire("o * tanh c", "h", via=((11.2, 2.4),)),
    ],
    notes=[
        Note(3.55, 5.12, "$f_t$", align="right"),
        Note(5.55, 5.12, "$i_t$", align="right"),
        Note(7.55, 5.12, "$g_t$", align="right"),
        Note(9.55, 5.12, "$o_t$", align="right"),
        LAYER,
    ],
)

GRU = Diagram(
    width=14,
    height=9,
    frame=(1.8, 1.05, 12.2, 8.75),
    nodes={
        "h_prev": Node("input", 0.8, 7.9, H_PREV),
        "x": Node("input", 2.5, 0.45, X),
        "h": Node("output", 13.3, 7.9, H),
        "h top": Node("dot", 2.5, 7.9),
        "h mid": Node("dot", 2.5, 5.4),
        "x low": Node("dot", 2.5, 1.5),
        "[x, h]": Node("join", 2.5, 2.4),
        "to r": Node("dot", 4.0, 2.4),
        "r": Node("sigma", 4.0, 3.8, SIGMA),
        "z": Node("sigma", 6.4, 3.8, SIGMA),
        "r * h_prev": Node("op", 4.0, 5.4, TIMES),
        "[x, r * h]": Node("join", 8.6, 2.4),
        "n": Node("tanh", 10.7, 3.8, TANH),
        "z out": Node("dot", 6.4, 6.6),
        "1 - z": Node("one minus", 8.6, 6.6, ONE_MINUS),
        "z * h_prev": Node("op", 6.4, 7.9, TIMES),
        "(1 - z) * n": Node("op", 10.7, 6.6, TIMES),
        "sum": Node("op", 10.7, 7.9, PLUS),
    },
    wires=[
        Wire("x", "x low"),
        Wire("x low", "[x, h]"),
        Wire("h_prev", "h top"),
        Wire("h top", "h mid"),
        Wire("h mid", "[x, h]"),
        Wire("[x, h]", "to r"),
        Wire("to r", "r"),
        Wire("to r", "z", via=((6.4, 2.4),)),
        Wire("h mid", "r * h_prev"),
        Wire("r", "r * h_prev"),
        Wire("x low", "[x, r * h]", via=((8.6, 1.5),)),
        Wire("r * h_prev", "[x, r * h]", via=((8.6, 5.4),)),
        Wire("[x, r * h]", "n", via=((10.7, 2.4),)),
        Wire("z", "z out"),
        Wire("z out", "1 - z"),
        Wire("1 - z", "(1 - z) * n"),
        Wire("n", "(1 - z) * n"),
        Wire("z out", "z * h_prev"),
        Wire("h top", "z * h_prev"),
        Wire("(1 - z) * n", "sum"),
        Wire("z * h_prev", "sum"),
        Wire("sum", "h"),
    ],
    notes=[
        Note(3.75, 4.7, "$r_t$", align="right"),
        Note(6.15, 4.75, "$z_t$", align="right"),
        Note(10.95, 4.75, "$n_t$", align="left"),
        Note(8.8, 5.1, r"$r_t \odot h_{t{-}1}$", size=16, align="left"),
    ],
)

GRU_RESET_AFTER = Diagram(
    width=14,
    height=10.2,
    frame=(1.8, 1.05, 12.35, 10.0),
    nodes={
        "h_prev": Node("input", 0.8, 9.3, H_PREV),
        "x": Node("input", 2.5, 0.45, X),
        "h": Node("output", 13.4, 9.3, H),
        "h top": Node("dot", 2.5, 9.3),
        "h mid": Node("dot", 2.5, 5.25),
        "x low": Node("dot", 2.5, 1.5),
        "[x, h]": Node("join", 2.5, 2.4),
        "to r": Node("dot", 6.1, 2.4),
        "r": Node("sigma", 6.1, 3.5, SIGMA),
        "z": Node("sigma", 8.0, 3.5, SIGMA),
        "h part": Node("linear", 4.2, 5.25, "$W_{hn},b_{hn}$"),
        "x part": Node("linear", 11.0, 3.5, "$W_{xn},b_n$"),
        "r * h part": Node("op", 6.1, 5.25, TIMES),
        "a_n": Node("op", 11.0, 5.25, PLUS),
        "n": Node("tanh only", 11.0, 6.5, TANH),
        "z out": Node("dot", 8.0, 8.0),
        "1 - z": Node("one minus", 9.5, 8.0, ONE_MINUS),
        "z * h_prev": Node("op", 8.0, 9.3, TIMES),
        "(1 - z) * n": Node("op", 11.0, 8.0, TIMES),
        "sum": Node("op", 11.0, 9.3, PLUS),
    },
    wires=[
        Wire("x", "x low"),
        Wire("x low", "[x, h]"),
        Wire("h_prev", "h top"),
        Wire("h top", "h mid"),
        Wire("h mid", "[x, h]"),
        Wire("[x, h]", "to r"),
        Wire("to r", "r"),
        Wire("to r", "z", via=((8.0, 2.4),)),
        Wire("h mid", "h part"),
        Wire("h part", "r * h part"),
        Wire("r", "r * h part"),
        Wire("x low", "x part", via=((11.0, 1.5),)),
        Wire("x part", "a_n"),
        Wire("r * h part", "a_n"),
        Wire("a_n", "n"),
        Wire("z", "z out"),
        Wire("z out", "1 - z"),
        Wire("1 - z", "(1 - z) * n"),
        Wire("n", "(1 - z) * n"),
        Wire("z out", "z * h_prev"),
        Wire("h top", "z * h_prev"),
        Wire("(1 - z) * n", "sum"),
        Wire("z * h_prev", "sum"),
        Wire("sum", "h"),
    ],
    notes=[
        Note(5.85, 4.45, "$r_t$", align="right"),
        Note(7.75, 4.45, "$z_t$", align="right"),
        Note(11.25, 7.22, "$n_t$", align="left"),
    ],
)


def rnn(ax):
    """Draw the simple RNN's step on `ax`: h = tanh(x W_x + h_prev W_h + b).

    Made for ``figsize=(7, 3.5)``.
    """
    return draw(ax, RNN)


def lstm(ax):
    """Draw the LSTM's step on `ax`: c = f * c_prev + i * g and h = o * tanh(c).

    Made for ``figsize=(7, 4.5)``.
    """
    return draw(ax, LSTM)


def gru(ax):
    """Draw the GRU's step on `ax`: n from x and r * h_prev, then h = (1 - z) * n + z * h_prev.

    Made for ``figsize=(7, 4.5)``.
    """
    return draw(ax, GRU)


def gru_reset_after(ax):
    """Draw the frameworks' GRU on `ax`: r multiplies h_prev W_hn + b_hn, after the product.

    Made for ``figsize=(7, 5.1)``.
    """
    return draw(ax, GRU_RESET_AFTER)
