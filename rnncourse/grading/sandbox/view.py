"""What can be seen from inside: the interpreter, its libraries, nothing of the person who grades.

Each mount belongs to one path, and parents come before what lies below them, so a folder can be
hidden within a visible one, and another made visible within the hidden one.
"""

import os
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2]  # rnncourse/
OURS = "/run/rnncourse"  # the parent of the one `rnncourse` that is inside
STUDENT = "/student"  # home, temporary files and shared memory of a submission

SYSTEM = "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"
SETTINGS = "/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts", "/etc/localtime"
PARTS = "rnncourse/grading/limits.py", "rnncourse/grading/sandbox", "rnncourse/grading/engine"


def inside(hidden=()):
    """What a submission can read -> list of bubblewrap's arguments.

    Parameters
    ----------
    hidden : iterable of path
        Folders to cover, besides this package and its checkout.
    """
    seen = _seen()
    covered = {folder: ["--tmpfs", folder] for folder in private(hidden) if _within(folder, seen)}
    ours = {f"{OURS}/{part}": _read_only(PACKAGE.parent / part, f"{OURS}/{part}") for part in PARTS}
    frozen = [word for folder in covered for word in ("--remount-ro", folder)]
    return _in_order(seen | covered | ours, covered) + frozen


def reachable():
    """The same folders under their own names -> list of bubblewrap's arguments."""
    ours = {str(PACKAGE.parent / part): _read_only(PACKAGE.parent / part) for part in PARTS}
    return _in_order(_seen() | ours)


def interpreter():
    """The folders of the running interpreter and its environment -> set of str."""
    return {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}


def private(hidden=()):
    """The folders nobody may see inside -> set of str: this package, its checkout, the hidden."""
    checkout = [PACKAGE.parent] if (PACKAGE.parent / "pyproject.toml").exists() else []
    folders = [Path(folder) for folder in (PACKAGE, *checkout, *hidden)]
    return {str(path) for folder in folders for path in (folder.absolute(), folder.resolve())}


def _seen():
    plan = {path: _system(path) for path in (*SYSTEM, *SETTINGS)}
    plan |= {path: _read_only(path) for path in interpreter()}
    program = sys.executable
    while os.path.islink(program):  # a chain from the environment's Python to the program
        goal = os.readlink(program)
        if not _within(program, plan):
            plan[program] = ["--symlink", goal, program]
        program = os.path.join(os.path.dirname(program), goal)
    return plan


def _in_order(plan, covered=()):
    # A parent that bubblewrap has to make by itself would be readable by its maker alone.
    above = {str(above) for path in plan for above in Path(path).parents} - {"/"}
    missing = [path for path in above if not _within(path, plan) or _within(path, covered)]
    plan = {path: ["--dir", path] for path in missing} | plan
    return [word for path in sorted(plan, key=lambda path: Path(path).parts) for word in plan[path]]


def _system(path):
    if os.path.islink(path) and path in SYSTEM:
        return ["--symlink", os.readlink(path), path]
    return ["--ro-bind-try", path, path]


def _read_only(path, name=None):
    return ["--ro-bind", str(path), str(name or path)]


def _within(path, folders):
    return any(path != folder and Path(path).is_relative_to(folder) for folder in folders)
