"""What a process does before it runs a stranger's code."""

import os
import resource
import signal
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from rnncourse.grading.sandbox import cgroup, kernel, syscalls
from rnncourse.grading.sandbox.keeper import SIGNALS, keep_until_it_ends
from rnncourse.grading.sandbox.view import STUDENT

RULE = "assignments need NumPy and matplotlib alone: `import rnncourse` is not part of a submission"
NOT_CONFINED = 125  # exit status

APART = (
    kernel.NEW_USER
    | kernel.NEW_PIDS
    | kernel.NEW_NET
    | kernel.NEW_IPC
    | kernel.NEW_UTS
    | kernel.NEW_CGROUP
)

with suppress(OSError):  # where it cannot be had, `start` says so
    syscalls.compiled()  # here, in the parent, once for all its forks


def confine(limits, files=None, keep=(), report=None, unsafe=False):
    """Enter a sandbox of one's own; called by a process just forked from the warmed parent.

    Returns in a *new* process, the first of its own process namespace: no capabilities, no
    network, system calls filtered, an empty home as the current folder but for `files`, and no
    way to `import rnncourse` (import what you need of it before). The process that called stays
    behind as the keeper and never returns: it watches memory, processor time and wall time,
    waits, and ends with the status of the confined process (128 + n after signal n). Never is
    anything returned unconfined: where a step is refused both processes end, with status 125.
    So the parent does ::

        pid = os.fork()
        if pid == 0:
            confine(limits, keep=[fd], report=report)
            ...             # a stranger's code
            os._exit(0)
        os.kill(pid, signal.SIGTERM)   # ends it early; not SIGKILL, the keeper tidies up
        os.waitpid(pid, 0)             # now every process of the submission is gone

    Parameters
    ----------
    limits : Limits
        What the submission may use. Output and the seconds per cell are the engine's to keep.
    files : dict of str to bytes, optional
        Files of the home folder; plain names.
    keep : iterable of int
        File descriptors that stay open in the confined process. All others are closed in it;
        0, 1 and 2 are /dev/null unless kept.
    report : int, optional
        A file descriptor (of a pipe) on which the keeper writes one line when it has ended the
        submission, such as "memory: 1300 MiB of 1024 MiB"; closed in the confined process.
    unsafe : bool
        Without a sandbox: a process of its own, a folder of its own and rlimits only.
    """
    try:
        folder = tempfile.mkdtemp(prefix="submission-") if unsafe else STUDENT
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        group = None if unsafe else cgroup.make_for_submission(limits)
        if not unsafe:
            _leave()
        child = os.fork()
        if child:
            keep_until_it_ends(child, limits, report, group, remove=folder if unsafe else None)
        if group:
            cgroup.enter(group)
        _settle(limits, folder, files or {}, unsafe)
        _let_go({*keep} if report is None else {*keep, report})
        _limit(limits, unsafe)
        if not unsafe:
            kernel.drop_capabilities()
            kernel.prctl(kernel.NO_NEW_PRIVILEGES, 1)
            syscalls.compiled().load()
        _forbid_course()
        if report is not None and report not in keep:
            os.close(report)
    except BaseException as error:
        with suppress(Exception):
            os.write(report, f"not confined: {error!r}\n".encode())
        os._exit(NOT_CONFINED)


def _leave():
    """Make namespaces of one's own; the process namespace is for the children."""
    user, group = os.geteuid(), os.getegid()
    kernel.unshare(APART)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def _settle(limits, folder, files, unsafe):
    """Start with an empty home, the default signals and nothing of the parent's environment."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    os.setsid()
    if not unsafe:
        kernel.prctl(kernel.DIE_WITH_PARENT, signal.SIGKILL)
        kernel.unshare(kernel.NEW_MOUNTS)
        _mount(limits.disk)
    home, temporary = Path(folder, "home"), Path(folder, "tmp")
    home.mkdir()
    temporary.mkdir()
    for name, content in files.items():
        if Path(name).name != name:
            raise ValueError(f"a file's name without folders expected, got {name!r}")
        (home / name).write_bytes(content)
    os.chdir(home)
    os.environ |= {"HOME": str(home), "TMPDIR": str(temporary), "MPLCONFIGDIR": str(temporary)}
    tempfile.tempdir = None


def _mount(disk):
    quiet = kernel.NO_SETUID | kernel.NO_DEVICES
    kernel.mount("tmpfs", STUDENT, "tmpfs", quiet, f"size={disk},nr_inodes=4096,mode=755")
    Path(STUDENT, "shm").mkdir()
    kernel.mount(f"{STUDENT}/shm", "/dev/shm", flags=kernel.BIND)
    if cgroup.INSIDE.exists():  # its limits could be changed there
        kernel.mount("tmpfs", str(cgroup.INSIDE), "tmpfs", quiet | kernel.READ_ONLY, "size=4096")
    try:
        kernel.mount("proc", "/proc", "proc", quiet)
    except OSError:  # a container that hides parts of /proc: go without
        kernel.mount("tmpfs", "/proc", "tmpfs", quiet | kernel.READ_ONLY, "size=4096")


def _let_go(keep):
    """Close every file descriptor but these; 0, 1 and 2 become /dev/null."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in {0, 1, 2}.difference(keep):
        os.dup2(nothing, standard)
    kernel.close_all_but(keep)


def _limit(limits, unsafe):
    mapped, private = _mapped()
    bounds = {
        resource.RLIMIT_DATA: private + limits.memory,
        resource.RLIMIT_AS: mapped + 8 * limits.memory,  # a thread reserves what it never uses
        resource.RLIMIT_CPU: limits.cpu_seconds + 1,
        resource.RLIMIT_FSIZE: limits.file_size,
        resource.RLIMIT_NOFILE: 64,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
    }
    if not unsafe:  # there it would count the other processes of the person who grades
        bounds[resource.RLIMIT_NPROC] = limits.processes
    absent = (ValueError, OSError) if unsafe else ()  # on another system
    for kind, bound in bounds.items():
        with suppress(*absent):
            resource.setrlimit(kind, (bound, bound))


def _mapped():
    """Bytes mapped so far, and those of them that are data: what the libraries take."""
    with suppress(OSError):
        pages = Path("/proc/self/statm").read_text().split()
        return int(pages[0]) * resource.getpagesize(), int(pages[5]) * resource.getpagesize()
    return 2**30, 2**29


class _Rule:
    """Answers `import rnncourse` with the rule."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] == "rnncourse":
            raise ModuleNotFoundError(RULE, name=name)


def _forbid_course():
    for name in [name for name in sys.modules if name.partition(".")[0] == "rnncourse"]:
        del sys.modules[name]
    os.environ.pop("PYTHONPATH", None)
    sys.meta_path.insert(0, _Rule)
