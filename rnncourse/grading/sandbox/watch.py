"""What a tree of processes uses, read from /proc."""

import os
from pathlib import Path
from typing import NamedTuple

PAGE = os.sysconf("SC_PAGE_SIZE")
TICK = os.sysconf("SC_CLK_TCK")


class Process(NamedTuple):
    """One line of /proc/<pid>/stat."""

    parent: int
    seconds: float  # of processor time, with that of its children that were waited for
    resident: int  # bytes, those shared with other processes included


def excess(limits, keeper):
    """What the processes below the keeper use too much of -> a sentence, or "" """
    below = tree(keeper)
    seconds = sum(process.seconds for process in below.values())
    if seconds > limits.cpu_seconds:
        return f"processor time: {seconds:.0f} s of {limits.cpu_seconds} s"
    if sum(process.resident for process in below.values()) > limits.memory:
        memory = sum(map(_share, below))
        if memory > limits.memory:
            return f"memory: {memory / 2**20:.0f} MiB of {limits.memory / 2**20:.0f} MiB"
    return ""


def tree(root, proc="/proc"):
    """The processes below a process -> dict of pid to Process."""
    everyone = {pid: process for pid in _pids(proc) if (process := _read(pid, proc))}
    children = {}
    for pid, process in everyone.items():
        children.setdefault(process.parent, []).append(pid)
    found, todo = {}, [root]
    while todo:
        for child in children.get(todo.pop(), ()):
            found[child] = everyone[child]
            todo.append(child)
    return found


def _pids(proc):
    return [int(name) for name in os.listdir(proc) if name.isdigit()]


def _read(pid, proc):
    try:
        with open(f"{proc}/{pid}/stat", "rb", 0) as file:
            fields = file.read(4096).rpartition(b")")[2].split()
    except OSError:  # it has ended
        return None
    return Process(int(fields[1]), sum(map(int, fields[11:15])) / TICK, int(fields[21]) * PAGE)


def _share(pid):
    """Resident bytes with those shared by n processes counted as one n-th, where readable."""
    try:
        lines = Path("/proc", str(pid), "smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    except (OSError, StopIteration):  # not readable, or it has ended meanwhile and holds nothing
        process = _read(pid, "/proc")
        return process.resident if process else 0
