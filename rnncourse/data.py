"""Real sequences, text and heart, and what turns them into batches."""

from importlib.resources import files
from typing import NamedTuple

import numpy as np

ECG_RATE = 360  # samples per second


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


class Utterances(NamedTuple):
    """Spoken digits, N of them."""

    frames: list  # N arrays (L, 13): cepstral coefficients, L from 7 to 51
    digit: np.ndarray  # (N,) what was said, 0 to 9
    voice: np.ndarray  # (N,) who spoke, 0 to 4; found by grouping, and voice 4 is two speakers


def spoken_digits(dtype=float):
    """1,800 spoken digits as cepstral coefficients (CC BY-SA 4.0; datasets/README.md).

    Parameters
    ----------
    dtype : dtype
        float32 or float64.

    Returns
    -------
    Utterances
        30 of each digit for each of the voices 0 to 3, and 60 for voice 4; in random order.
    """
    path = files("rnncourse") / "datasets" / "spoken_digits" / "spoken_digits.npz"
    with path.open("rb") as file:
        raw = dict(np.load(file))
    frames = (raw["low"] + raw["step"] * raw["frames"]).astype(dtype)
    cuts = np.cumsum(raw["lengths"], dtype=int)[:-1]
    return Utterances(np.split(frames, cuts), raw["digit"].astype(int), raw["voice"].astype(int))


def sunspots(dtype=float):
    """The yearly number of sunspots, 1700 to 2008 (public domain; datasets/README.md).

    Parameters
    ----------
    dtype : dtype
        float32 or float64.

    Returns
    -------
    ndarray (309,)
    """
    return _columns("sunspots.csv")[:, 1].astype(dtype)


def co2(dtype=float):
    """Monthly carbon dioxide at Mauna Loa, March 1958 to December 2001 (datasets/README.md).

    Parameters
    ----------
    dtype : dtype
        float32 or float64.

    Returns
    -------
    ndarray (526,)
        Parts per million: the mean of a month's weeks; on a straight line between its neighbours
        for the five months that have no measurement.
    """
    date, weekly = _columns("co2.csv").T
    measured = np.isfinite(weekly)
    month = date // 10000 * 12 + date // 100 % 100  # months since the year 0
    month = (month - month[0]).astype(int)[measured]
    sums, counts = np.bincount(month, weekly[measured]), np.bincount(month)
    known = np.flatnonzero(counts)
    return np.interp(np.arange(len(counts)), known, sums[known] / counts[known]).astype(dtype)


def _columns(name):
    """The numbers of a table with one line of headings; NaN where one is missing."""
    with (files("rnncourse") / "datasets" / name).open("rb") as file:
        return np.genfromtxt(file, delimiter=",", skip_header=1)


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
    """Turn numbers back into text, the inverse of `encode` with the same `symbols`.

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
