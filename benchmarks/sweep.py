"""The LSTM in float32 over batch and state sizes, where a framework is at its best."""

from benchmarks.cases import Case
from benchmarks.shapes import time_case

GROUP = "sweep"
BATCHES = (1, 2, 4, 8, 16, 32, 64)
WIDTHS = (32, 64, 128, 256)
STEPS = 50


def run(options, progress):
    """Training steps of fused and torch, on one thread; D equals H."""
    batches, widths, T = ((1, 4), (8, 16), 5) if options.quick else (BATCHES, WIDTHS, STEPS)
    work = [Case("lstm", T, B, H, H, "float32", "training") for H in widths for B in batches]
    names = ("fused", "torch")
    return [time_case(GROUP, case, 1, options, names) for case in progress(work, GROUP)]
