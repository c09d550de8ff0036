"""One kernel for each cell: its step and the step back, on feature-first arrays."""

import rnncourse.gru
import rnncourse.gru_reset_after
import rnncourse.lstm
import rnncourse.rnn
from rnncourse.fused.kernels import gru, gru_reset_after, lstm, rnn

KERNELS = {
    rnncourse.rnn: rnn,
    rnncourse.lstm: lstm,
    rnncourse.gru: gru,
    rnncourse.gru_reset_after: gru_reset_after,
}


def kernel_of(cell):
    """The kernel of a cell; a cell of one's own has none."""
    if cell not in KERNELS:
        names = ", ".join(known.__name__.rpartition(".")[2] for known in KERNELS)
        raise ValueError(f"cell: expected one of {names}, got {cell!r:.60}; unroll takes any cell")
    return KERNELS[cell]
