"""What the package promises of its speed: ratios on one thread; lower is better."""

from collections.abc import Callable
from typing import NamedTuple

TOLERANCE = 1.05  # measuring again gives numbers that differ by this much


class Limit(NamedTuple):
    """A promise about one ratio, over all cases that `holds_for` picks from a group."""

    text: str
    group: str
    ratio: str
    value: float
    holds_for: Callable  # record -> bool


def _is(cells=None, dtype=None, mode=None):
    """Choose records by cell, precision and kind of work."""

    def chosen(record):
        return (
            (cells is None or record["cell"] in cells)
            and (dtype is None or record["dtype"] == dtype)
            and (mode is None or record["mode"] == mode)
        )

    return chosen


def _both(*conditions):
    return lambda record: all(condition(record) for condition in conditions)


def _batched(record):
    return record["B"] > 1


def _batched_or_wide(record):
    """In float32 at B = 1 and H = 32 PyTorch's LSTM is one call for the whole sequence."""
    return record["B"] > 1 or record["H"] >= 100


SIMPLE = ("rnn", "gru_reset_after")
LIMITS = (
    Limit("RNN, GRU: training", "shapes", "fused/torch", 0.72, _is(SIMPLE, mode="training")),
    Limit("RNN, GRU: forward", "shapes", "fused/torch", 0.85, _is(SIMPLE, mode="forward")),
    Limit(
        "LSTM float64: training",
        "shapes",
        "fused/torch",
        0.72,
        _is(["lstm"], "float64", "training"),
    ),
    Limit(
        "LSTM float64: forward", "shapes", "fused/torch", 0.85, _is(["lstm"], "float64", "forward")
    ),
    Limit(
        "LSTM float32: training, batched or H at least 100",
        "shapes",
        "fused/torch",
        1.0,
        _both(_is(["lstm"], "float32", "training"), _batched_or_wide),
    ),
    Limit(
        "LSTM float32: forward, batched or H at least 100",
        "shapes",
        "fused/torch",
        1.1,
        _both(_is(["lstm"], "float32", "forward"), _batched_or_wide),
    ),
    Limit(
        "matrix products alone: training, batched",
        "shapes",
        "fused/products",
        1.45,
        _both(_is(mode="training"), _batched),
    ),
    Limit("gru beside gru_reset_after", "shapes", "fused/fused reset after", 1.15, _is(["gru"])),
    Limit("readable beside naive", "shapes", "readable/naive", 1.0, _is()),
    Limit("one LSTM step", "stream", "fused/torch", 0.4, _is(["lstm"])),
    Limit("one LSTM step", "stream", "fused/onnxruntime", 0.7, _is(["lstm"])),
    Limit("time with checkpoints", "memory", "fused checkpoint/fused", 1.4, _is()),
    Limit("memory at the longest T", "memory", "bytes fused/torch", 0.5, lambda r: r["T"] >= 10000),
    Limit(
        "memory with checkpoints at the longest T",
        "memory",
        "bytes fused checkpoint/torch",
        0.05,
        lambda r: r["T"] >= 10000,
    ),
    Limit("LSTM training run", "training", "fused/torch", 0.95, _is(["lstm"], "float32")),
    Limit("LSTM training run", "training", "fused/torch", 0.7, _is(["lstm"], "float64")),
)


def value(record, ratio):
    """The number that counts for a ratio of this record, or None where it was not measured."""
    if ratio.startswith("bytes "):
        first, second = ratio.removeprefix("bytes ").split("/")
        found = record.get("bytes", {})
        if first not in found or second not in found:
            return None
        return found[first]["rss"] / found[second]["rss"]
    entry = record["ratios"].get(ratio)
    return entry and entry[record["counts"]]["minima"]


def limit(record, ratio):
    """The limit that a ratio of this record must keep, or None; on one thread alone."""
    for one in LIMITS:
        fits = (one.group, one.ratio) == (record["group"], ratio)
        if fits and record["threads"] == 1 and one.holds_for(record):
            return one.value
    return None


def is_over(record, ratio):
    """Whether a ratio exceeds its limit by more than the tolerance."""
    bound, got = limit(record, ratio), value(record, ratio)
    return bound is not None and got is not None and got > bound * TOLERANCE


def verdicts(records):
    """For each limit: how many cases, the range of their ratios, how many are over.

    Returns
    -------
    list of (Limit, list of float, int)
    """
    found = []
    for one in LIMITS:
        chosen = [
            record
            for record in records
            if record["group"] == one.group and record["threads"] == 1 and one.holds_for(record)
        ]
        values = [got for record in chosen if (got := value(record, one.ratio)) is not None]
        found.append((one, values, sum(got > one.value * TOLERANCE for got in values)))
    return found
