"""What every contender gives: the work to time, and a way to check that it did that work."""

from collections.abc import Callable
from typing import Any, NamedTuple


class Contender(NamedTuple):
    """`run` is timed. `read` turns its result into an `Answer`; None if it has no answer."""

    run: Callable[[], Any]
    read: Callable[[Any], "Answer"] | None


class Answer(NamedTuple):
    """Results in the package's layout; after a forward pass alone only `out`."""

    out: Any  # (T, B, H)
    dx: Any = ()  # (T, B, D)
    dstate: Any = ()  # (B, H), or a tuple of them
    grads: Any = ()  # in the order of the cell's parameters
