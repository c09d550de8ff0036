"""The warmed parent: imports the libraries once, then forks the processes of each submission.

It lives in the sandbox and never sees a submission, a test or a result.
"""

import gc
import importlib
import os
import signal
import socket
import sys
import threading
import time

from rnncourse.grading.engine import process, student, tester
from rnncourse.grading.engine.link import Link
from rnncourse.grading.engine.shell import make_shell
from rnncourse.grading.limits import Limits
from rnncourse.grading.sandbox import confine

ROLES = {"student": student.serve, "tester": tester.serve}
SECONDS_TO_END = 5.0


class Zygote:
    """Forks processes when the runner asks for them, and ends them when it asks for that.

    Parameters
    ----------
    shell : Shell
        What every fork begins with.
    descriptors : socket
        On which the file descriptors for the next fork arrive.
    """

    def __init__(self, shell, descriptors):
        self.shell, self.descriptors, self.keepers = shell, descriptors, set()

    def fork(self, _, role, limits, files, unsafe):
        """Start a process -> the number of its keeper.

        The descriptors that came for it are the pipe of the keeper's report and its sockets.
        """
        _, given, _, _ = socket.recv_fds(self.descriptors, 1, 8)
        pid = os.fork()
        if pid == 0:
            self._be(role, Limits(*limits), files, unsafe, *given)
        for descriptor in given:
            os.close(descriptor)
        self.keepers.add(pid)
        return pid

    def _be(self, role, limits, files, unsafe, report, *given):
        try:
            confine(limits, files, keep=(2, *given), report=report, unsafe=unsafe)
            sockets = [socket.socket(fileno=descriptor) for descriptor in given]
            ROLES[role](self.shell, limits.output, *sockets)
        except BaseException as error:
            os.write(2, f"{role}: {type(error).__name__}: {error}\n".encode())
            os._exit(1)
        os._exit(0)

    def end(self, _, pid):
        """End a process that was forked, and all that it started -> its exit status."""
        os.kill(pid, signal.SIGTERM)
        patience = time.monotonic() + SECONDS_TO_END
        while (ended := os.waitpid(pid, os.WNOHANG)) == (0, 0):
            if time.monotonic() > patience:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.001)
        self.keepers.discard(pid)
        return os.waitstatus_to_exitcode(ended[1])


def main(control, descriptors, warm):
    """Serve the runner at the other ends of two sockets, given by their numbers."""
    for name in warm:
        importlib.import_module(name)
    zygote = Zygote(make_shell(), socket.socket(fileno=descriptors))
    patience = time.monotonic() + SECONDS_TO_END
    while threading.active_count() > 1 and time.monotonic() < patience:
        time.sleep(0.01)  # such as matplotlib's, which ends after it has looked for fonts
    if threading.active_count() > 1:
        sys.exit(
            "A module that is imported beforehand starts a thread; such a process cannot fork."
        )
    gc.collect()
    gc.freeze()
    operations = {"ready": lambda _: (), "fork": zygote.fork, "end": zygote.end}
    process.serve([Link(socket.socket(fileno=control), operations)])
    for pid in zygote.keepers.copy():
        zygote.end(None, pid)
