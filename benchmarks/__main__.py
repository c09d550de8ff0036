"""Measure speed and memory beside PyTorch, ONNX Runtime and the matrix products alone."""

import argparse
import sys
from pathlib import Path

from benchmarks import machine
from benchmarks.cases import CELLS, DTYPES, MODES, SHAPES
from benchmarks.contenders import CONTENDERS

GROUPS = ("shapes", "sweep", "stream", "memory", "training")
RESULTS = Path(__file__).resolve().parent / "results"
SCRATCH = RESULTS.parent.parent / "_build" / "benchmarks"
QUICK_SHAPES = [(3, 2, 4, 5), (4, 1, 3, 8)]


def parse(arguments=None):
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    add = parser.add_argument
    add("--only", nargs="+", choices=GROUPS, default=list(GROUPS), help="groups to measure")
    add("--quick", action="store_true", help="tiny sizes, one round: does it run?")
    add("--rounds", type=int, default=15, help="turns of each contender (default 15)")
    add("--slot", type=float, default=0.03, help="seconds a turn lasts (default 0.03)")
    add("--threads", nargs="+", type=int, default=[1, 2], help="numbers of threads (default 1 2)")
    add("--shapes", nargs="+", type=_shape, metavar="T,B,D,H", help="sizes of the group shapes")
    add("--cells", nargs="+", choices=list(CELLS), default=list(CELLS))
    add("--dtypes", nargs="+", choices=DTYPES, default=list(DTYPES))
    add("--modes", nargs="+", choices=MODES, default=list(MODES))
    add("--contenders", nargs="+", choices=list(CONTENDERS), help="of the group shapes")
    add(
        "--out",
        type=Path,
        help="folder for the results (default: benchmarks/results for whole "
        "groups, _build/benchmarks when --quick or a choice of cases makes them smaller)",
    )
    options = parser.parse_args(arguments)
    whole = parser.parse_args([])
    smaller = any(
        getattr(options, name) != getattr(whole, name)
        for name in ("quick", "threads", "shapes", "cells", "dtypes", "modes", "contenders")
    )
    options.out = options.out or (SCRATCH if smaller or options.rounds < 15 else RESULTS)
    options.shapes = options.shapes or (QUICK_SHAPES if options.quick else list(SHAPES))
    if options.quick:
        options.rounds, options.slot = 1, 0.0
    return options


def _shape(text):
    try:
        T, B, D, H = map(int, text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected T,B,D,H like 50,32,64,64, got {text}") from None
    return T, B, D, H


def main(arguments=None):
    """Measure, print the tables, write the files."""
    options = parse(arguments)
    from tqdm import tqdm

    from benchmarks import memory, report, shapes, stream, summary, sweep, training

    groups = {module.GROUP: module for module in (shapes, sweep, stream, memory, training)}

    def progress(items, label):
        return tqdm(items, label, dynamic_ncols=True)

    for name in options.only:
        records = groups[name].run(options, progress)
        report.write(options.out, name, records, machine.describe())
        print(f"\n{report.table(records)}")
    summary.write(options.out, report.read(options.out))
    print(f"Written to {options.out}", file=sys.stderr)


if __name__ == "__main__":
    machine.in_clean_environment()
    main()
