"""Synthetic tasks that only a long memory can solve."""

import numpy as np

from rnncourse.data import one_hot

REBER_SYMBOLS = "BTPSXVE"


def adding_problem(rng, T, B, dtype=float):
    """Add the two marked numbers of a sequence.

    Parameters
    ----------
    rng : numpy.random.Generator
    T, B : int
        Length (at least 2) and batch size.
    dtype : dtype
        float32 or float64.

    Returns
    -------
    x : ndarray (T, B, 2)
        A number from U(0, 1), and a mark that is 1 at one step of each half and 0 elsewhere.
    targets : ndarray (B, 1)
        The sum of the two marked numbers. Always answering 1 errs by 1/6 (mean square).

    Raises
    ------
    ValueError
        If `T` is below 2 or `B` below 1.

    Notes
    -----
    Source: Hochreiter and Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735, section 5.4,
    in the form with marks 0 and 1.
    """
    _require("T", T, 2)
    _require("B", B, 1)
    values = rng.uniform(size=(T, B))
    marks = np.zeros((T, B))
    batch = np.arange(B)
    marks[rng.integers(0, T // 2, B), batch] = 1
    marks[rng.integers(T // 2, T, B), batch] = 1
    targets = (values * marks).sum(axis=0)[:, None]  # eq-adding
    return np.stack([values, marks], axis=-1).astype(dtype), targets.astype(dtype)


def copy_task(rng, blanks, B, symbols=8, length=10, dtype=float):
    """Hold `length` symbols in memory over `blanks` steps, then say them.

    Parameters
    ----------
    rng : numpy.random.Generator
    blanks : int
        Steps between the last symbol and the first to say, at least 1; a go sign stands on
        the last of them.
    B : int
        Batch size.
    symbols, length : int
        Size of the alphabet, and how many symbols there are to hold.
    dtype : dtype
        float32 or float64.

    Returns
    -------
    x : ndarray (length + blanks + length, B, symbols + 2)
        One-hot: class 0 is the blank, classes 1 to `symbols` the symbols, the last the go sign.
    targets : ndarray of int (length + blanks + length, B)
        Blank (0) everywhere but the last `length` steps, which repeat the symbols.

    Raises
    ------
    ValueError
        If a size is below 1.

    Notes
    -----
    Source: Hochreiter and Schmidhuber 1997, in the form of Arjovsky, Shah and Bengio 2016,
    arXiv:1511.06464.
    """
    for name, size in [("blanks", blanks), ("B", B), ("symbols", symbols), ("length", length)]:
        _require(name, size, 1)
    held = rng.integers(1, symbols + 1, (length, B))
    silence = np.zeros((blanks, B), int)
    go = silence.copy()
    go[-1] = symbols + 1
    shown = np.concatenate([held, go, np.zeros((length, B), int)])
    targets = np.concatenate([np.zeros((length, B), int), silence, held])  # eq-copy
    return one_hot(shown, symbols + 2, dtype), targets


def temporal_order(rng, T, B, dtype=float):
    """Say in which order two marked symbols came.

    Parameters
    ----------
    rng : numpy.random.Generator
    T, B : int
        Length (at least 10) and batch size.
    dtype : dtype
        float32 or float64.

    Returns
    -------
    x : ndarray (T, B, 6)
        One-hot: classes 0 and 1 are the symbols X and Y, 2 to 5 distract. One marked symbol
        stands between T/10 and 2T/10, one between 5T/10 and 6T/10.
    targets : ndarray of int (B,)
        0 to 3 for XX, XY, YX, YY.

    Raises
    ------
    ValueError
        If `T` is below 10 or `B` below 1.

    Notes
    -----
    Source: Hochreiter and Schmidhuber 1997, section 5.6, at a fixed length.
    """
    _require("T", T, 10)
    _require("B", B, 1)
    shown = rng.integers(2, 6, (T, B))
    first, second = rng.integers(0, 2, (2, B))
    batch = np.arange(B)
    shown[rng.integers(T // 10, 2 * T // 10, B), batch] = first
    shown[rng.integers(5 * T // 10, 6 * T // 10, B), batch] = second
    return one_hot(shown, 6, dtype), 2 * first + second


def reber_edges():
    """List the embedded Reber grammar's edges: for each state, (symbol, next state) twice.

    Returns
    -------
    list of list of (str, int)
        State 0 comes before the first symbol of a string and after its last. A state with one
        edge lists it twice, so that choosing one of two at random gives every legal string.

    Notes
    -----
    Source: Hochreiter and Schmidhuber 1997, section 5.1, after Reber 1967,
    doi:10.1016/S0022-5371(67)80149-X.
    """
    edges = [[("B", 1)], [("T", 2), ("P", 10)]]
    for first, outer in ((2, "T"), (10, "P")):
        b, c, d, e, f, g, h = range(first + 1, first + 8)
        edges += [
            [("B", b)],
            [("T", c), ("P", d)],
            [("S", c), ("X", e)],
            [("T", d), ("V", f)],
            [("X", d), ("S", g)],
            [("P", e), ("V", g)],
            [("E", h)],
            [(outer, 18)],
        ]
    edges.append([("E", 0)])
    return [choices * (2 // len(choices)) for choices in edges]


def embedded_reber(rng, T, B, loop=0.5, dtype=float):
    """Read strings of the embedded Reber grammar, one after the other, and say what comes next.

    Parameters
    ----------
    rng : numpy.random.Generator
    T, B : int
        Steps and batch size; every sequence starts with the first symbol of a string, and the
        last string may be cut off.
    loop : float
        Probability, at least 0 and below 1, of staying in a state that has an edge to itself:
        above the usual 1/2 the strings are longer.
    dtype : dtype
        float32 or float64.

    Returns
    -------
    x : ndarray (T, B, 7)
        One-hot, classes in the order of ``REBER_SYMBOLS``.
    targets : ndarray of int (T, B)
        The symbol that follows.
    legal : ndarray of bool (T, B, 7)
        All symbols that may follow, one or two. Two are equally likely, but for `loop`.

    Raises
    ------
    ValueError
        If `T` or `B` is below 1, or `loop` is no such probability.

    Notes
    -----
    Source: as `reber_edges`; without a break between strings as in Gers, Schmidhuber and Cummins
    2000, doi:10.1162/089976600300015015. A string is B, T or P, an inner string B ... E, the same
    T or P again, E: its last symbol but one is decided by its second.
    """
    _require("T", T, 1)
    _require("B", B, 1)
    if not 0 <= loop < 1:
        raise ValueError(f"loop: expected a probability below 1, got {loop}")
    edges = reber_edges()
    symbol = np.array([[REBER_SYMBOLS.index(s) for s, _ in choices] for choices in edges])
    goes_to = np.array([[state for _, state in choices] for choices in edges])
    first_choice = np.where(goes_to[:, 0] == np.arange(len(edges)), loop, 0.5)
    may_follow = one_hot(symbol, 7, bool).any(axis=1)  # (states, 7)
    state = np.zeros(B, int)
    shown, legal = np.empty((T + 1, B), int), np.empty((T + 1, B, 7), bool)
    for t in range(T + 1):
        choice = (rng.random(B) >= first_choice[state]).astype(int)
        legal[t] = may_follow[state]
        shown[t], state = symbol[state, choice], goes_to[state, choice]  # eq-reber
    return one_hot(shown[:-1], 7, dtype), shown[1:], legal[1:]


def _require(name, size, least):
    if size < least:
        raise ValueError(f"{name}: expected at least {least}, got {size}")
