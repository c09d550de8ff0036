"""Diagrams of the cells and of the recurrence through time, drawn by code.

Each function draws on `ax` and returns it. Text has a fixed size, so give each the figure size
its docstring names, in the style of `rnncourse.plots.use_style`. What a diagram says, its nodes
and its wires, is a value to read in `cells`, `computation` and `through_time`.
"""

from rnncourse.diagrams.cells import gru, gru_reset_after, lstm, rnn
from rnncourse.diagrams.computation import graph
from rnncourse.diagrams.symbols import legend
from rnncourse.diagrams.through_time import bptt, unrolled

__all__ = ["bptt", "graph", "gru", "gru_reset_after", "legend", "lstm", "rnn", "unrolled"]
