"""Starts a process inside bubblewrap."""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from rnncourse.grading.sandbox import cgroup
from rnncourse.grading.sandbox.view import OURS, STUDENT, inside, interpreter, private, reachable

ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "HOME": f"{STUDENT}/home",
    "TMPDIR": f"{STUDENT}/tmp",
    "MPLCONFIGDIR": f"{STUDENT}/tmp",
    "MPLBACKEND": "Agg",
    "LANG": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "1",
    # One thread per process: submissions run beside one another, and a fork wants no threads.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
ALONE = """
--die-with-parent --new-session --unshare-user --unshare-pid --unshare-net --unshare-ipc
--unshare-uts --unshare-cgroup-try --hostname sandbox --uid 1000 --gid 1000
""".split()
FURNITURE = f"""
--tmpfs {STUDENT} --dir {STUDENT}/home --dir {STUDENT}/tmp --chdir {STUDENT}/home
--remount-ro /dev --remount-ro /
""".split()
NOBODY = 65534
BECOME_NOBODY = f"setpriv --reuid={NOBODY} --regid={NOBODY} --clear-groups --inh-caps=-all".split()
# Bubblewrap's own process gives up root's right to end nobody's processes when it dies.
STAY_ROOT = ["sh", "-c", '"$@"; exit $?', "sh"]
PROBE = """
import os
from rnncourse.grading.limits import Limits
from rnncourse.grading.sandbox import confine
pid = os.fork()
if pid == 0:
    confine(Limits(), report=2)
    os._exit(0)
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""
REMEDY = "`python -m rnncourse.grading.doctor` names the remedy"


class NoSandbox(Exception):
    """This machine cannot confine a submission; the message is one line and names the remedy."""


def start(argv, pass_fds=(), unsafe=False, hidden=()):
    """Run a command in the sandbox -> subprocess.Popen.

    Inside there is no network, no home, no writable file but a temporary folder; the interpreter
    and its libraries are readable at their own paths. Of `rnncourse` only
    `rnncourse.grading.limits`, `.sandbox` and `.engine` are there, and neither `rnncourse` nor
    `rnncourse.grading` has an `__init__.py`: `[sys.executable, "-m",
    "rnncourse.grading.engine.zygote"]` works, the reference cells are absent. The environment is
    cleared but for what NumPy and matplotlib need. Everything inside ends with the command, and
    the command with the *thread* that started it.

    Parameters
    ----------
    argv : list of str
        The command; `sys.executable` names the interpreter inside as well.
    pass_fds : iterable of int
        File descriptors that stay open, under the same numbers, such as a connected socket.
        Standard input is empty; standard output and error are inherited.
    unsafe : bool
        Run without a sandbox. The command must then call `confine(..., unsafe=True)`.
    hidden : iterable of path
        Folders that must not be seen inside, should they lie within the interpreter's folders:
        the course, the gradebook. The installed `rnncourse` and its checkout always are hidden.

    Raises
    ------
    NoSandbox
        When the machine cannot give a sandbox; `make doctor` explains.
    """
    if unsafe:
        command, environment = list(argv), ENVIRONMENT
    else:
        number = way_that_works()
        group = cgroup.make(NOBODY if os.geteuid() == 0 else os.geteuid())
        command, environment = [*ways(hidden, group)[number], *argv], {}
    return subprocess.Popen(
        command, pass_fds=tuple(pass_fds), stdin=subprocess.DEVNULL, env=environment
    )


def ways(hidden=(), group=None):
    """The ways into a sandbox that a machine may allow, best first -> list of command prefixes.

    `group` is the parent's control group, where there is one.
    """
    home, program = Path(os.path.expanduser("~")), shutil.which("bwrap")
    if program is None:
        raise NoSandbox(f"No sandbox: the program bwrap is not installed; {REMEDY}.")
    for folder in interpreter():
        if home.is_relative_to(folder) or folder in private(hidden):
            raise NoSandbox(
                f"No sandbox: Python's own folder {folder} must be visible inside, and it is your "
                "home or the course. Make an environment in a folder of its own, such as .venv."
            )
    view = inside(hidden)
    # Where the interpreter lies below /tmp, only TMPDIR can be written to.
    temporary = [] if "/tmp" in view else ["--symlink", f"{STUDENT}/tmp", "/tmp"]
    counted = ["--bind", str(group), str(cgroup.INSIDE)] if group else []
    furniture = [*temporary, *counted, *FURNITURE]
    inner = [
        [program, *ALONE, *_environment(), *view, "--dev", "/dev", *proc, *furniture, "--"]
        for proc in (["--proc", "/proc"], ["--bind", "/proc", "/proc"])
    ]
    entering = cgroup.entering(group) if group else []
    if os.geteuid() != 0:
        return [[*entering, *then] for then in inner]
    # Root becomes nobody; where nobody may not reach the interpreter's folders, in a view of the
    # system in which they can be reached.
    outer = [program, "--die-with-parent", *reachable(), "--dev-bind", "/dev", "/dev"]
    outer += ["--bind", "/proc", "/proc", "--dir", "/tmp"]
    outer += [*_bound_at_home(group), "--", *STAY_ROOT]
    firsts = [*entering], [*entering, *outer]
    return [[*first, *BECOME_NOBODY, *then] for first in firsts for then in inner]


@cache
def way_that_works():
    """The first of the ways in which a process can be confined, tried once -> its index."""
    complaints = []
    for index, way in enumerate(ways()):
        command = [*way, sys.executable, "-c", PROBE]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, env={})
        if done.returncode == 0:
            return index
        complaints += done.stderr.decode(errors="replace").splitlines()[-1:]
    raise NoSandbox(f"No sandbox: {'; '.join(dict.fromkeys(complaints))}; {REMEDY}.")


def _bound_at_home(group):
    """In the outer view the parent's control group has its own path, which nobody can follow."""
    if group is None:
        return []
    above = [word for folder in reversed(group.parents[:-1]) for word in ("--dir", str(folder))]
    return [*above, "--bind", str(group), str(group)]


def _environment():
    inside = {**ENVIRONMENT, "PYTHONPATH": OURS}
    return [word for name, value in inside.items() for word in ("--setenv", name, value)]
