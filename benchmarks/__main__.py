"""Measure speed and memory: ``python -m benchmarks --help``."""

import argparse

from benchmarks.cases import CELLS, DTYPES, MODES, SHAPES


def parse(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=["shapes"], default=["shapes"])
    parser.add_argument("--shapes", nargs="+", type=_shape, default=list(SHAPES), metavar="T,B,D,H")
    parser.add_argument("--cells", nargs="+", choices=list(CELLS), default=list(CELLS))
    parser.add_argument("--dtypes", nargs="+", choices=DTYPES, default=list(DTYPES))
    parser.add_argument("--modes", nargs="+", choices=MODES, default=list(MODES))
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--slot", type=float, default=0.03, help="seconds a turn lasts")
    parser.add_argument("--contenders", nargs="+", default=None)
    return parser.parse_args(arguments)


def _shape(text):
    T, B, D, H = map(int, text.split(","))
    return T, B, D, H


def main(arguments=None):
    from benchmarks import contenders, machine, report, shapes

    options = parse(arguments)
    machine.without_coretype()
    from tqdm import tqdm

    progress = lambda items, label: tqdm(items, label, disable=None)  # noqa: E731
    names = options.contenders or tuple(contenders.CONTENDERS)
    records = shapes.run(options, progress, names=names)
    print(report.table(records))
    print(machine.describe()["blas"])


if __name__ == "__main__":
    main()
