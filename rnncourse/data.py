"""Sequences to learn from: three synthetic tasks, and two real recordings of text and heart."""

from importlib.resources import files

import numpy as np

ECG_RATE = 360  # samples per second


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
    targets = (values * marks).sum(axis=0)[:, None]
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
    targets = np.concatenate([np.zeros((length, B), int), silence, held])
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


def moby_dick():
    """Chapters 1 to 30 of Moby Dick as one str (public domain; datasets/README.md)."""
    return (files("rnncourse") / "datasets" / "moby_dick.txt").read_text("utf-8")


def ecg(dtype=float):
    """Five minutes of an electrocardiogram (MIT-BIH record 208; datasets/README.md).

    Parameters
    ----------
    dtype : dtype
        float32 or float64.

    Returns
    -------
    ndarray (108000,)
        Millivolts, at `ECG_RATE` = 360 samples per second.
    """
    with (files("rnncourse") / "datasets" / "ecg.npz").open("rb") as file:
        raw = np.load(file)["ecg"]
    return ((raw.astype(float) - 1024) / 200).astype(dtype)


def alphabet(text):
    """The characters of a text, each once, sorted.

    Examples
    --------
    >>> alphabet("whale")
    'aehlw'
    """
    return "".join(sorted(set(text)))


def encode(text, symbols):
    """Turn a text into the numbers of its characters in `symbols`.

    Parameters
    ----------
    text, symbols : str
        `symbols` as `alphabet` returns it.

    Returns
    -------
    ndarray of int (len(text),)

    Raises
    ------
    ValueError
        If `text` is empty or holds a character that is not in `symbols`.

    Examples
    --------
    >>> encode("hall", "aehlw")
    array([2, 0, 3, 3])
    """
    if not text:
        raise ValueError("text: expected at least one character, got an empty text")
    number = {symbol: k for k, symbol in enumerate(symbols)}
    missing = sorted(set(text) - set(number))
    if missing:
        raise ValueError(f"text: expected characters of {symbols!r}, got also {missing}")
    return np.array([number[symbol] for symbol in text])


def decode(numbers, symbols):
    """Turn numbers back into text.

    Examples
    --------
    >>> decode([2, 0, 3, 3], "aehlw")
    'hall'
    """
    return "".join(symbols[k] for k in numbers)


def one_hot(numbers, V, dtype=float):
    """Replace every number by a row with a single 1.

    Parameters
    ----------
    numbers : ndarray of int (...)
        Values 0 to V - 1.
    V : int
        Width of the rows.
    dtype : dtype

    Returns
    -------
    ndarray (..., V)

    Raises
    ------
    ValueError
        If a number lies outside 0 to V - 1.

    Examples
    --------
    >>> one_hot(np.array([2, 0]), 3)
    array([[0., 0., 1.],
           [1., 0., 0.]])
    """
    if numbers.size and (numbers.min() < 0 or numbers.max() >= V):
        raise ValueError(f"numbers: expected 0 to {V - 1}, got {numbers.min()} to {numbers.max()}")
    return np.eye(V, dtype=dtype)[numbers]


def windows(series, T):
    """Cut a series into windows and line them up as a batch.

    Parameters
    ----------
    series : ndarray (N,) or (N, D)
    T : int
        Length of a window; what is left at the end is dropped.

    Returns
    -------
    ndarray (T, N // T) or (T, N // T, D)
        Time first: column b is the b-th window.

    Raises
    ------
    ValueError
        If `T` is below 1 or longer than the series.

    Examples
    --------
    >>> windows(np.arange(7), 3)
    array([[0, 3],
           [1, 4],
           [2, 5]])
    """
    if not 1 <= T <= len(series):
        raise ValueError(f"T: expected 1 to {len(series)}, the length of the series, got {T}")
    B = len(series) // T
    return np.swapaxes(series[: B * T].reshape(B, T, *series.shape[1:]), 0, 1).copy()


def _require(name, size, least):
    if size < least:
        raise ValueError(f"{name}: expected at least {least}, got {size}")
