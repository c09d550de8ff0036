"""Memory that the kernel counts, where a control group (version 2) may be made.

One group for each warmed parent, with one below it for each process that is confined. Elsewhere
the keeper looks at /proc instead.
"""

import contextlib
import os
import tempfile
import time
from pathlib import Path

TOP = Path("/sys/fs/cgroup")
INSIDE = Path("/run/cgroup")  # where the parent's group is in the sandbox; covered for submissions
NAME = "rnncourse-"


def base():
    """The nearest group in which this user may make others -> Path or None."""
    with contextlib.suppress(OSError):
        return next(filter(_allows, _own_and_above()), None)
    return None


def make(owner):
    """A group for a parent that belongs to a user -> Path, or None where that is not allowed."""
    if (above := base()) is None:
        return None
    _remove_those_left_in(above)
    group = Path(tempfile.mkdtemp(prefix=f"{NAME}{os.getpid()}-", dir=above))
    parent = group / "parent"
    parent.mkdir()
    try:
        (group / "cgroup.subtree_control").write_text("+memory")
        for path in (group, parent):
            os.chown(path, owner, -1)
            os.chown(path / "cgroup.procs", owner, -1)
    except OSError:
        return None
    return group


def entering(group):
    """What a command is prefixed with to run in the parent's group -> list of str."""
    return ["sh", "-c", 'echo 0 > "$0/parent/cgroup.procs" && exec "$@"', str(group)]


def make_for_submission(limits):
    """A group for the process that asks -> Path, or None where there is none for the parent."""
    group = INSIDE / str(os.getpid())
    try:
        group.mkdir()
        (group / "memory.max").write_text(str(limits.memory + limits.disk))
        (group / "memory.oom.group").write_text("1")
    except OSError:
        return None
    with contextlib.suppress(OSError):  # a kernel without swap
        (group / "memory.swap.max").write_text("0")
    return group


def enter(group):
    """Move the process that asks into a group."""
    (group / "cgroup.procs").write_text("0")


def leave(group):
    """Remove the group of a submission that has ended -> how often it ran out of memory."""
    events = dict(line.split() for line in (group / "memory.events").read_text().splitlines())
    for _ in range(100):  # the kernel needs a moment to count the last process out
        with contextlib.suppress(OSError):
            group.rmdir()
            break
        time.sleep(0.001)
    return int(events["oom_kill"])


def _own_and_above():
    lines = Path("/proc/self/cgroup").read_text().splitlines()
    for own in [TOP / line.removeprefix("0::/") for line in lines if line.startswith("0::/")]:
        yield from (folder for folder in (own, *own.parents) if folder.is_relative_to(TOP))


def _allows(folder):
    controllers = (folder / "cgroup.subtree_control").read_text().split()
    writable = os.access(folder, os.W_OK) and os.access(folder / "cgroup.procs", os.W_OK)
    return writable and "memory" in controllers


def _remove_those_left_in(above):
    for group in above.glob(f"{NAME}*-*"):
        if not os.path.exists(f"/proc/{group.name.split('-')[1]}"):
            with contextlib.suppress(OSError):
                for folder in [*group.glob("*/"), group]:
                    folder.rmdir()
