"""Networks of cells: stacked, in both directions, over sequences of unequal length."""

from typing import Any, NamedTuple


class Layer(NamedTuple):
    """One layer of a network: a cell and its weights, for one direction or two."""

    cell: Any  # the module: rnn, lstm, gru or gru_reset_after
    forward: Any  # the cell's Params, read from the first step to the last
    backward: Any = None  # the same type, read from the last step to the first; None: one direction
