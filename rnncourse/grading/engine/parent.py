"""The warmed parent as the runner sees it: started once, asked to fork and to end processes."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time

from rnncourse.grading.engine.errors import Gone, TimeIsUp
from rnncourse.grading.engine.link import Link
from rnncourse.grading.sandbox import start

SECONDS_TO_WARM, SECONDS_TO_ANSWER = 180.0, 30.0
GRACE = 2.0  # seconds that a process has to stop by itself what took too long
# Small matrices are faster on one thread, and a process that has threads must not fork. NumPy
# reads this when it is imported first.
BOOT = """
import os, tempfile
for name in "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS":
    os.environ[name] = "1"
os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
os.environ["IPYTHONDIR"] = tempfile.mkdtemp()
from rnncourse.grading.engine.zygote import main
main(*{arguments})
"""


class Parent:
    """A process that has imported the libraries, in the sandbox."""

    def __init__(self, warm, unsafe):
        self.unsafe = unsafe
        control, far_control = socket.socketpair()
        self.descriptors, far_descriptors = socket.socketpair()
        with far_control, far_descriptors:
            numbers = far_control.fileno(), far_descriptors.fileno()
            code = BOOT.format(arguments=(*numbers, warm))
            self.process = start([sys.executable, "-c", code], pass_fds=numbers, unsafe=unsafe)
        self.link = Link(control, {})
        self._ask("ready", SECONDS_TO_WARM)

    def is_there(self):
        """Whether it still runs."""
        return self.process.poll() is None and not self.link.gone

    def fork(self, role, limits, files, sockets):
        """Start a process that has these sockets -> a Child; the first socket is ours to keep."""
        ours, theirs = socket.socketpair()
        report, far_report = os.pipe()
        given = [far_report, theirs.fileno(), *(sock.fileno() for sock in sockets)]
        try:
            socket.send_fds(self.descriptors, [b"."], given)
            pid = self._ask("fork", SECONDS_TO_ANSWER, role, tuple(limits), files, self.unsafe)
        finally:
            theirs.close()
            os.close(far_report)
        return Child(self, pid, ours, report)

    def end(self, pid):
        """End a process and all that it started -> its exit status."""
        return self._ask("end", SECONDS_TO_ANSWER, pid)

    def close(self):
        """End the parent itself; what it forked ends with it."""
        self.link.frames.sock.close()
        self.descriptors.close()
        try:
            self.process.wait(SECONDS_TO_ANSWER)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _ask(self, operation, seconds, *args):
        self.link.frames.deadline = time.monotonic() + seconds
        try:
            return self.link.request(operation, *args)
        except (Gone, OSError) as error:
            self.process.kill()
            status = self.process.wait()
            raise RuntimeError(
                f"The grader's parent process is gone ({error}; exit status {status})."
            ) from None


class Child:
    """One process of a submission. `gone` is "", or what became of it: "timeout" or "died"."""

    def __init__(self, parent, pid, sock, report):
        self.parent, self.pid, self.report = parent, pid, report
        self.link, self.gone, self.why = Link(sock, {}), "", ""

    def ask(self, seconds, operation, *args):
        """Its answer, a tuple, or None when none comes within the seconds; it is ended then."""
        if self.gone:
            return None
        self.link.frames.deadline = time.monotonic() + seconds + GRACE
        try:
            return self.link.request(operation, *args)
        except TimeoutError:
            self.end("timeout", f"it did not stop within {seconds + GRACE:.0f} s")
        except (Exception, Gone, TimeIsUp) as error:
            self.end("died", str(error))
        return None

    def end(self, gone="ended", why=""):
        """End it, unless that is done already."""
        if self.gone:
            return
        self.gone = gone
        self.link.frames.sock.close()
        status = self.parent.end(self.pid)
        with open(self.report, "rb") as file:
            said = file.read(1000).decode("utf-8", "replace").strip()
        self.why = said or (why if gone == "timeout" else _what_ended(status, why))


def _what_ended(status, why):
    for base in 0, 128:  # a signal as Python tells it, or as a keeper passes it on
        with contextlib.suppress(ValueError):
            return f"it was ended by {signal.Signals(status - base if base else -status).name}"
    return f"it ended with the exit status {status}" if status else f"it ended by itself; {why}"
