"""The process that stays behind when a submission enters its sandbox, and ends it."""

import os
import shutil
import signal
import time
from contextlib import suppress

from rnncourse.grading.sandbox import cgroup, kernel, watch

SIGNALS = {signal.SIGCHLD, signal.SIGTERM, signal.SIGALRM}
EVERY = 0.05  # seconds


def keep_until_it_ends(child, limits, report, group=None, remove=None):
    """Watch the child and all below it, then exit with its status; SIGNALS must be blocked.

    Parameters
    ----------
    child : int
        The confined process. When it has ended, the kernel has ended its process namespace.
    limits : Limits
        What it may use.
    report : int or None
        Where the reason goes when a limit ended it.
    group : Path, optional
        Its control group.
    remove : path, optional
        The unsafe submission's folder, removed at the end, when its other processes are ended.
    """
    kernel.close_all_but(() if report is None else [report])  # nobody waits for the keeper's end
    if remove is None:
        kernel.drop_capabilities()
    else:
        with suppress(AttributeError):  # not on other systems
            kernel.prctl(kernel.ADOPT_ORPHANS, 1)
    signal.signal(signal.SIGCHLD, lambda *_: None)  # elsewhere than Linux it would be discarded
    signal.setitimer(signal.ITIMER_REAL, EVERY, EVERY)
    end = time.monotonic() + limits.submission_seconds
    reason = ""
    while not (ended := os.waitpid(child, os.WNOHANG))[0]:
        number = signal.sigwait(SIGNALS)
        if number == signal.SIGALRM and not reason:
            reason = _reason(limits, end)
        if reason or number == signal.SIGTERM:
            os.kill(child, signal.SIGKILL)
    if remove is not None:
        _end_orphans()
        shutil.rmtree(remove, ignore_errors=True)
    if group and cgroup.leave(group) and not reason:
        reason = f"memory: more than {limits.memory / 2**20:.0f} MiB"
    if reason and report is not None:
        with suppress(OSError):
            os.write(report, f"{reason}\n".encode())
    status = os.waitstatus_to_exitcode(ended[1])
    os._exit(status if status >= 0 else 128 - status)


def _end_orphans():
    with suppress(FileNotFoundError, ChildProcessError):  # no /proc; nobody left
        while True:
            for pid in watch.tree(os.getpid()):
                os.kill(pid, signal.SIGKILL)
            os.waitpid(-1, 0)


def _reason(limits, end):
    if time.monotonic() > end:
        return f"wall time: more than {limits.submission_seconds:g} s"
    # The name /proc gives it may differ from getpid() where /proc is a wider namespace's.
    with suppress(OSError):
        return watch.excess(limits, int(os.readlink("/proc/self")))
    return ""
