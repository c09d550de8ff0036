"""Forward pass and training step of every contender, for each cell and size."""

from benchmarks.cases import Case, make_problem
from benchmarks.contenders import CONTENDERS, build
from benchmarks.machine import limit_threads
from benchmarks.measure import measure
from benchmarks.record import make_record

GROUP = "shapes"
PAUSE = 0.01  # seconds until idle threads stop spinning


def run(options, progress):
    """Measure all cases that the options ask for; return their records."""
    work = [
        (Case(cell, *shape, dtype, mode), threads)
        for threads in options.threads
        for dtype in options.dtypes
        for mode in options.modes
        for cell in options.cells
        for shape in options.shapes
    ]
    names = options.contenders or tuple(CONTENDERS)
    return [
        time_case(GROUP, case, threads, options, names) for case, threads in progress(work, GROUP)
    ]


def time_case(group, case, threads, options, names):
    """Time the contenders of one case against each other.

    Parameters
    ----------
    group : str
        Name of the table the record belongs to.
    case : Case
    threads : int
    options : argparse.Namespace
        `rounds` and `slot` count.
    names : sequence of str
        Keys of `CONTENDERS`.

    Returns
    -------
    dict
        As `make_record` makes it.
    """
    with limit_threads(threads):
        runs = build(make_problem(case), case.mode, threads, names)
        timings = measure(runs, options.rounds, options.slot, PAUSE if threads > 1 else 0.0)
    return make_record(group, case, threads, timings)
