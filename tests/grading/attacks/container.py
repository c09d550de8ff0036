"""A throw-away container around a whole grader: a copy of the course, no network, no home.

Stock nbgrader runs hostile code in its own account, so whatever it may reach has to be
worthless: the system and this checkout are read-only, the home folder and the temporary
folders are empty, and only the two bound folders survive.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
COURSE, REPORT, HOME = "/course", "/report", "/home/grader"
SYSTEM = "/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc", "/sys"


def run(course, report, plan, environment, seconds, nested=False):
    """Run inside.py on a plan in the container -> did it end by itself within the time?

    A grader with a sandbox of its own needs `nested`: the right to make one in here.
    """
    inside = sys.executable, "-m", "tests.grading.attacks.inside"
    log = open(report / "container.log", "wb")
    with (
        log,
        subprocess.Popen(
            [*_bwrap(course, report, nested), *inside, plan],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=_environment() | environment,
        ) as container,
    ):
        try:
            return container.wait(seconds) == 0
        except subprocess.TimeoutExpired:
            container.kill()  # with its init the whole process namespace goes
            return False


def _bwrap(course, report, nested):
    yield from ("bwrap", "--die-with-parent", "--unshare-net", "--unshare-ipc", "--unshare-uts")
    if not nested:
        yield from ("--unshare-user", "--unshare-pid", "--proc", "/proc", "--cap-drop", "ALL")
        yield from ("--ro-bind", "/proc/sys", "/proc/sys")  # root's even without capabilities
    else:  # a sandbox in here can mount a /proc of its own only where ours is whole
        user = () if os.geteuid() == 0 else ("--unshare-user",)
        yield from (*user, "--bind", "/proc", "/proc", "--cap-add", "ALL")
    yield from ("--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", "/var/tmp")
    for folder in SYSTEM:
        yield from ("--ro-bind-try", folder, folder)
    for folder in dict.fromkeys((sys.base_prefix, sys.prefix, str(ROOT))):
        yield from ("--ro-bind", folder, folder)
    yield from ("--tmpfs", HOME)
    yield from ("--bind", str(course), COURSE, "--bind", str(report), REPORT)
    yield from ("--chdir", str(ROOT))
    if nested:
        yield from ("unshare", "--pid", "--fork", "--mount-proc", "--kill-child")
        if os.geteuid() != 0:  # bubblewrap refuses a user who has capabilities
            yield from ("setpriv", "--ambient-caps=-all", "--inh-caps=-all")


def _environment():
    keep = {name: os.environ[name] for name in ("LANG", "TERM") if name in os.environ}
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    path = os.pathsep.join([str(Path(sys.prefix) / "bin"), "/usr/bin", "/bin", "/usr/sbin"])
    return keep | threads | {"HOME": HOME, "PATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
