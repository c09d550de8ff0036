"""Fair timing: contenders take turns, and the fastest turn of each counts.

Other work on the machine only ever adds time, so the minimum over the rounds is the steadiest
estimate; medians and quartiles show how unsteady the machine was. CPU time counts what all
threads of the process used; with two threads the wall clock is what a user waits for.
"""

import gc
import math
import time
from typing import NamedTuple

import numpy as np


class Spread(NamedTuple):
    """Seconds for one repetition, over the rounds."""

    minimum: float
    quarter: float
    median: float
    three_quarters: float


class Timing(NamedTuple):
    """What was measured of one contender; one entry a round."""

    cpu: tuple  # seconds a repetition
    wall: tuple
    repetitions: int  # in every round


class Clock(NamedTuple):
    """Where time comes from; a test puts its own here."""

    cpu: object = time.process_time
    wall: object = time.perf_counter
    sleep: object = time.sleep


def measure(runs, rounds, slot=0.03, pause=0.0, clock=None, tick=None):
    """Time several pieces of work against each other.

    Parameters
    ----------
    runs : dict of callable
        By name; each does its work once.
    rounds : int
        In each round every contender has one turn; the order moves on by one each round.
    slot : float
        Seconds a turn lasts, at least: the work is repeated to fill it.
    pause : float
        Seconds to wait before a turn, until idle threads of the contender before stop spinning.
    clock : Clock, optional
    tick : callable, optional
        Called after every round.

    Returns
    -------
    dict of Timing
    """
    clock = clock or Clock()
    names = list(runs)
    repetitions = {name: _repetitions(runs[name], slot, clock) for name in names}
    gc.collect()
    gc.freeze()  # the collector need not walk through the frameworks' objects
    cpu, wall = {name: [] for name in names}, {name: [] for name in names}
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            clock.sleep(pause)
            run, n = runs[name], repetitions[name]
            run()  # its data back into the caches
            wall_start, cpu_start = clock.wall(), clock.cpu()
            for _ in range(n):
                run()
            cpu[name].append((clock.cpu() - cpu_start) / n)
            wall[name].append((clock.wall() - wall_start) / n)
        if tick:
            tick()
    gc.unfreeze()
    return {name: Timing(tuple(cpu[name]), tuple(wall[name]), repetitions[name]) for name in names}


def _repetitions(run, slot, clock):
    """Warm up, and find how many repetitions fill a turn."""
    run()
    best = math.inf
    for _ in range(3):
        start = clock.wall()
        run()
        best = min(best, clock.wall() - start)
        if best > slot:
            break
    return max(1, math.ceil(slot / max(best, 1e-9)))


def spread(seconds):
    """Minimum and quartiles."""
    return Spread(*(float(q) for q in np.quantile(seconds, [0, 0.25, 0.5, 0.75])))


def counted(timing, threads):
    """The times that count: of all threads on one thread, of the wall clock on more."""
    return timing.cpu if threads == 1 else timing.wall
