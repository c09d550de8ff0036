"""Whether this machine can confine submissions, and if not, what to do: `make doctor`.

Checks one thing after the other, stops at the first that fails, and prints the remedy. The exit
status is 0 when submissions can be confined, else 1.
"""

import importlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from rnncourse.grading import remedies
from rnncourse.grading.remedies import Machine

try:
    from rnncourse.grading.sandbox import NoSandbox, cgroup, start, syscalls
except ImportError:  # on Windows; `check_system` comes first and says so
    start = None

CONTAINER_MARKS = "/.dockerenv", "/run/.containerenv"
TIMES = 20
INSIDE = f"""
import gc, os, statistics, time
import numpy, matplotlib.pyplot
from rnncourse.grading.limits import Limits
from rnncourse.grading.sandbox import confine
gc.freeze()
def confined():
    end, out = os.pipe()
    begin = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        confine(Limits(), keep=[out], report=2)
        os.write(out, b"seen" if os.path.exists("/proc/self") else b"hidden")
        os._exit(0)
    os.close(out)
    proc = os.read(end, 9)
    seconds = time.perf_counter() - begin
    os.close(end)
    assert os.waitpid(pid, 0)[1] == 0
    return seconds, proc
seconds, proc = zip(*[confined() for _ in range({TIMES})])
os.write(OUT, b"%.0f %s" % (1000 * statistics.median(seconds), proc[0]))
"""


class Ill(Exception):
    """What is wrong, and the remedy."""


def main():
    """Run the checks and print what they find -> exit status."""
    machine = this_machine()
    for check in (check_system, check_programs, check_filter, check_sandbox, check_libraries):
        try:
            print(f"ok    {check(machine)}")
        except Ill as error:
            complaint, remedy = error.args
            print(f"NO    {complaint}\n\n{remedy}\n\nThen run `make doctor` again.")
            return 1
    print("\nThis machine can confine submissions.")
    return 0


def this_machine():
    """The facts about the machine that runs this."""
    paths = {name: Path("/proc/sys", name) for name in remedies.SWITCHES}
    switches = {name: path.read_text().strip() for name, path in paths.items() if path.exists()}
    container = "container" in os.environ or any(map(os.path.exists, CONTAINER_MARKS))
    return Machine(platform.system(), platform.release(), switches, container)


def check_system(machine):
    """A Linux that is new enough."""
    name = f"{machine.system} {machine.release}"
    if remedy := remedies.for_system(machine):
        raise Ill(name, remedy)
    return name


def check_programs(machine):
    """Bubblewrap and setpriv."""
    needed = {"bwrap": "bubblewrap", "setpriv": "util-linux"}
    for program, package in needed.items():
        if not shutil.which(program):
            raise Ill(f"the program {program} is not installed", remedies.packages(package))
    version = subprocess.run(["bwrap", "--version"], capture_output=True, text=True).stdout
    return f"{version.strip()}, {shutil.which('bwrap')}"


def check_filter(machine):
    """The library for system calls and its Python side."""
    try:
        importlib.import_module("pyseccomp")
    except ImportError:
        remedy = remedies.PYSECCOMP.format(python=sys.executable)
        raise Ill("the Python package pyseccomp is not installed", remedy) from None
    except RuntimeError:
        remedy = remedies.packages("libseccomp2")
        raise Ill("the library libseccomp is not installed", remedy) from None
    syscalls.compiled()
    return f"system calls: {len(syscalls.ALLOWED)} allowed, all others refused"


def check_sandbox(machine):
    """A process confined for real."""
    try:
        with start([sys.executable, "-c", ""]):
            pass
    except NoSandbox as error:
        raise Ill(str(error), remedies.for_refusal(machine)) from None
    user = "root" if os.geteuid() == 0 else "an ordinary user"
    memory = "a control group" if cgroup.base() else "looking at /proc"
    return f"a sandbox, started by {user}; memory is counted by {memory}"


def check_libraries(machine):
    """NumPy and matplotlib inside, and what a submission costs."""
    reading, writing = os.pipe()
    with start([sys.executable, "-c", INSIDE.replace("OUT", str(writing))], [writing]) as process:
        os.close(writing)
        with open(reading) as answer:
            found = answer.read()
    if process.returncode:
        remedy = f"See the message above. Install: {sys.executable} -m pip install numpy matplotlib"
        raise Ill("NumPy and matplotlib do not load in the sandbox", remedy)
    milliseconds, proc = found.split()
    return f"NumPy and matplotlib inside; {milliseconds} ms to confine a process; /proc is {proc}"


if __name__ == "__main__":
    sys.exit(main())
