"""A training step of the LSTM against the length T: its time and what it keeps in memory.

Memory is measured in a fresh process for every contender and T (`peak`): the highest resident
size during the step, less what was there before it (x and dout among it) and less the results
out and dx. That counts PyTorch's memory as it counts ours. NumPy also reports to `tracemalloc`,
a second opinion on ours.
"""

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.cases import Case
from benchmarks.shapes import time_case

GROUP = "memory"
LENGTHS = (100, 300, 1000, 3000, 10000)
SIZES = (16, 32, 64)  # B, D, H
TIMED = ("fused", "fused checkpoint", "torch")
WEIGHED = (*TIMED, "readable")


def run(options, progress):
    """Measure every length; `bytes[contender]` holds what `peak` found."""
    lengths, sizes = ((20,), (4, 5, 6)) if options.quick else (LENGTHS, SIZES)
    records = []
    for T in progress(lengths, GROUP):
        case = Case("lstm", T, *sizes, "float32", "training")
        record = time_case(GROUP, case, 1, options, TIMED)
        record["bytes"] = {name: weigh(name, case) for name in WEIGHED}
        records.append(record)
    return records


def weigh(contender, case):
    """Run one training step in a process of its own; return the bytes it needed.

    Returns
    -------
    dict
        ``rss`` by the operating system, and ``tracemalloc`` for those that are NumPy (else None).
    """
    command = [sys.executable, "-m", "benchmarks.peak", contender, json.dumps(case)]
    root = Path(__file__).resolve().parent.parent
    answer = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)
    return json.loads(answer.stdout)
