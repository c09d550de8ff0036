"""Forward pass and training step of every contender, for each cell and size."""

from benchmarks.cases import Case, make_problem
from benchmarks.contenders import CONTENDERS, build
from benchmarks.machine import limit_threads
from benchmarks.measure import measure, spread

PAUSE = 0.01  # seconds until idle threads stop spinning


def cases(options):
    """Every case that the options ask for, with its number of threads."""
    return [
        (Case(cell, *shape, dtype, mode), threads)
        for threads in options.threads
        for dtype in options.dtypes
        for mode in options.modes
        for cell in options.cells
        for shape in options.shapes
    ]


def run(options, progress, group="shapes", names=tuple(CONTENDERS), work=None):
    """Measure; return one record for each case and contender.

    Parameters
    ----------
    options : argparse.Namespace
    progress : callable
        Takes an iterable and a label; shows how far the loop is.
    group : str
        Name of the records' group.
    names : sequence of str
        Contenders to measure.
    work : list of (Case, int), optional
        Cases and threads; by default those of the options.

    Returns
    -------
    list of dict
    """
    records = []
    for case, threads in progress(cases(options) if work is None else work, group):
        with limit_threads(threads):
            runs = build(make_problem(case), case.mode, threads, names)
            pause = PAUSE if threads > 1 else 0.0
            timings = measure(runs, options.rounds, options.slot, pause)
        records += [record(group, case, threads, *item) for item in timings.items()]
    return records


def record(group, case, threads, contender, timing):
    """One flat dict: what was run, and minimum and quartiles of both times in seconds."""
    times = {
        f"{kind}_{name}": value
        for kind in ("cpu", "wall")
        for name, value in spread(getattr(timing, kind))._asdict().items()
    }
    return {
        "group": group,
        **case._asdict(),
        "threads": threads,
        "contender": contender,
        "rounds": len(timing.cpu),
        "repetitions": timing.repetitions,
        **times,
    }
