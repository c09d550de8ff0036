"""Fair timing: contenders take turns, and the fastest turn of each counts.

Other work on the machine only ever adds time, so the minimum over the rounds is the steadiest
estimate; medians and quartiles show how unsteady the machine was. CPU time counts what all
threads of the process used; with two threads the wall clock is what a user waits for.
"""

import gc
import math
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np


class Timing(NamedTuple):
    """What was measured of one contender."""

    cpu: tuple  # seconds a repetition, one entry a round
    wall: tuple
    repetitions: int  # in every round


class Spread(NamedTuple):
    """Over the rounds: seconds, or ratios."""

    minimum: float
    quarter: float
    median: float
    three_quarters: float


class Ratio(NamedTuple):
    """Of two contenders; what counts is `minima`."""

    minima: float  # the one's minimum over the other's
    quarter: float  # quartiles of the ratios of each round
    median: float
    three_quarters: float


class Clock(NamedTuple):
    """Where time comes from; a test puts its own here."""

    cpu: Callable = time.process_time
    wall: Callable = time.perf_counter
    sleep: Callable = time.sleep


def measure(runs, rounds, slot=0.03, pause=0.0, clock=None):
    """Time several pieces of work against each other.

    Parameters
    ----------
    runs : dict of callable
        By name; each does its work once.
    rounds : int
        In each round every contender has one turn; the order moves on by one each round.
    slot : float
        Seconds a turn lasts, about: short work is repeated to fill it. 0: no repetition, and no
        warming up either.
    pause : float
        Seconds to wait before a turn, until idle threads of the contender before stop spinning.
    clock : Clock, optional

    Returns
    -------
    dict of Timing
    """
    clock = clock or Clock()
    names = list(runs)
    repetitions = {name: _repetitions(runs[name], slot, clock) for name in names}
    cpu, wall = {name: [] for name in names}, {name: [] for name in names}
    gc.collect()
    gc.freeze()  # the collector need not walk through the frameworks' objects
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            run, n = runs[name], repetitions[name]
            clock.sleep(pause)
            if n > 1:
                run()  # brings its data back into the caches
            wall_start, cpu_start = clock.wall(), clock.cpu()
            for _ in range(n):
                run()
            cpu[name].append((clock.cpu() - cpu_start) / n)
            wall[name].append((clock.wall() - wall_start) / n)
    gc.unfreeze()
    return {name: Timing(tuple(cpu[name]), tuple(wall[name]), repetitions[name]) for name in names}


def _repetitions(run, slot, clock):
    """Warm up, and find how many repetitions fill a turn."""
    if slot == 0:
        return 1
    best = math.inf
    for _ in range(4):  # the first is slow: memory, thread pools, a framework's choice of kernel
        start = clock.wall()
        run()
        best = min(best, clock.wall() - start)
        if best > slot:
            break
    return max(1, round(slot / max(best, 1e-9)))


def spread(seconds):
    """Minimum and quartiles."""
    return Spread(*(float(q) for q in np.quantile(seconds, [0, 0.25, 0.5, 0.75])))


def ratio(ours, theirs):
    """How the seconds of one contender relate to those of another, round by round measured."""
    quartiles = np.quantile(np.divide(ours, theirs), [0.25, 0.5, 0.75])
    return Ratio(min(ours) / min(theirs), *(float(q) for q in quartiles))
