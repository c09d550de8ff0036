"""Runs pieces of code in real sandboxes: as the person who runs the tests, and as nobody.

`Sandbox` is the grader's side. It starts this file as a program, which calls `start`, which runs
`PARENT` inside; that forks and confines one process for each piece of code.
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import NamedTuple

from rnncourse.grading.sandbox import launch, start, view

CHECKOUT = Path(__file__).resolve().parents[3]

PARENT = """
import json, os, socket, sys, traceback
import numpy
from rnncourse.grading.limits import Limits
from rnncourse.grading.sandbox import confine

wire = socket.socket(fileno=int(sys.argv[1])).makefile("rw")
unsafe = sys.argv[2] == "unsafe"
names = os.listdir("/proc/self/ns")
os.environ["NAMESPACES"] = repr({name: os.readlink(f"/proc/self/ns/{name}") for name in names})


def run(code, limits, files, signal):
    (printed, printing), (reason, reporting) = os.pipe(), os.pipe()
    pid = os.fork()
    if pid == 0:
        confine(Limits(**limits), files, keep=[printing], report=reporting, unsafe=unsafe)
        sys.stdout = os.fdopen(printing, "w", 1)
        try:
            exec(code, {"__name__": "__main__"})
        except BaseException:
            traceback.print_exc(file=sys.stdout)
        sys.stdout.flush()
        os._exit(0)
    os.close(printing)
    os.close(reporting)
    first = os.read(printed, 1).decode() if signal else ""
    if signal:
        os.kill(pid, signal)
    with os.fdopen(printed, errors="replace") as out, os.fdopen(reason) as why:
        text = first + out.read()
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        return text, why.read(), status


for line in wire:
    request = json.loads(line)
    request["files"] = {name: text.encode() for name, text in request["files"].items()}
    print(json.dumps(run(**request)), file=wire, flush=True)
"""


class Outcome(NamedTuple):
    text: str  # what the code printed
    reason: str  # why the keeper ended it, or ""
    status: int


class Sandbox:
    """One warmed parent; `run` forks from it.

    The command that starts it runs `through` another one.
    """

    def __init__(self, through=(), unsafe=False, hidden=()):
        ours, theirs = socket.socketpair()
        words = [str(theirs.fileno()), "unsafe" if unsafe else "", *map(str, hidden)]
        command = [*through, sys.executable, "-m", __name__, *words]
        self.process = subprocess.Popen(command, pass_fds=[theirs.fileno()], cwd=CHECKOUT)
        theirs.close()
        self.wire = ours.makefile("rw")
        ours.close()

    def send(self, code, files=None, signal=0, **limits):
        request = {"code": textwrap.dedent(code), "limits": limits, "files": files or {}}
        print(json.dumps(request | {"signal": signal}), file=self.wire, flush=True)

    def run(self, code, files=None, signal=0, **limits):
        """Run code; with `signal`, send that to the keeper as soon as the code has printed."""
        self.send(code, files, signal, **limits)
        answer = self.wire.readline()
        assert answer, "the parent in the sandbox is gone"
        return Outcome(*json.loads(answer))

    def close(self):
        with contextlib.suppress(BrokenPipeError):
            self.wire.close()
        self.process.wait()


def nobody():
    """What makes root's command nobody's, with the interpreter and this checkout in reach."""
    word = "--ro-bind"
    view_of_nobody = [*view.reachable(), word, CHECKOUT, CHECKOUT, "--dev-bind", "/dev", "/dev"]
    furniture = ["--bind", "/proc", "/proc", "--dir", "/tmp", "--"]
    return ["bwrap", *map(str, view_of_nobody), *furniture, *launch.BECOME_NOBODY]


def main(number, unsafe, *hidden):
    argv = [sys.executable, "-c", PARENT, number, unsafe]
    with start(argv, [int(number)], unsafe=bool(unsafe), hidden=hidden) as process:
        os.close(int(number))
        sys.exit(process.wait())


if __name__ == "__main__":
    main(*sys.argv[1:])
