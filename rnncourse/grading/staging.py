"""Reads a submission's folder into memory: regular files of expected names, and no others.

No component of a path may be a link, so that nothing outside the submission is ever read. The
folder itself is only read. What is left out is named, with the reason.
"""

import os
import re
import stat
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

FILE_BYTES = 32 * 2**20
ALL_BYTES = 64 * 2**20
MOST_FILES = 1000
DEEPEST = 8

OWN = "timestamp.txt", "submission_secret.txt"  # nbgrader's exchange puts them there

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_KINDS = {
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a folder",
    stat.S_IFREG: "a file",
}


class Refused(Exception):
    """A file or folder that is not read, and why."""


class Staged(NamedTuple):
    notebooks: dict  # expected name -> bytes
    files: dict  # path -> bytes: the assignment's own files and expected answers
    own: dict  # name -> bytes: nbgrader's notes on the submission
    missing: dict  # expected name -> why there is no such notebook
    notes: list  # what was left out or renamed
    review: list  # what a person should look at

    @property
    def timestamp(self):
        """The time of submission as text, or ""."""
        return self.own.get("timestamp.txt", b"")[:99].decode("utf-8", "replace").strip()


def stage(root, folder, assignment, ignore=()):
    """Read one submission.

    Parameters
    ----------
    root : str
        The course folder, which is trusted.
    folder : str
        The submission's folder, inside root.
    assignment : Assignment
    ignore : iterable of str
        Patterns of names that are passed over in silence.

    Returns
    -------
    Staged
    """
    wanted = {f"{name}.ipynb" for name in assignment.notebooks}
    answers = assignment.answers | set(OWN)
    found, review, notes, left = {}, [], [], ALL_BYTES
    try:
        for path, handle, name in _walk(root, folder, ignore):
            if isinstance(handle, Refused):
                expected = path in wanted | answers or path.endswith(".ipynb")
                (review if expected else notes).append(str(handle))
            elif path in answers or (path.endswith(".ipynb") and "/" not in path):
                try:
                    found[path] = _read(handle, name, path, min(FILE_BYTES, left))
                    left -= len(found[path])
                except Refused as refusal:
                    review.append(str(refusal))
            elif path not in assignment.files:
                notes.append(f"{show(path)} is not part of the assignment and was left out.")
    except Refused as refusal:
        review.append(str(refusal))
    notebooks = {name: found.pop(name) for name in wanted & found.keys()}
    spare = {path: found.pop(path) for path in list(found) if path.endswith(".ipynb")}
    for name in sorted(wanted - notebooks.keys()):
        if match := _renamed(assignment.notebooks[name[:-6]], spare):
            notebooks[name] = spare.pop(match)
            review.append(f"{show(match)} was taken for {name}.")
    notes += [f"{show(name)} is an extra notebook and was left out." for name in sorted(spare)]
    why = " ".join(review) or "The submission has no notebook of this name."
    return Staged(
        notebooks={name[:-6]: data for name, data in notebooks.items()},
        files=assignment.files | {path: found[path] for path in assignment.answers & found.keys()},
        own={name: found[name] for name in OWN if name in found},
        missing={name[:-6]: why for name in sorted(wanted - notebooks.keys())},
        notes=notes,
        review=review,
    )


def show(path):
    """A name that a student chose, fit for a log line or a page."""
    return ascii(path) if len(path) < 100 else ascii(path[:97]) + "..."


def _walk(root, folder, ignore):
    """Yield path, descriptor of its folder (or a refusal), and name, for each file."""
    inside = Path(folder).relative_to(root).parts
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for k, part in enumerate(inside):
            inner = _open_folder(descriptor, part, "/".join(inside[: k + 1]))
            os.close(descriptor)
            descriptor = inner
        yield from _files(descriptor, "", ignore, [0])
    finally:
        os.close(descriptor)


def _files(descriptor, prefix, ignore, count):
    for name in sorted(os.listdir(descriptor)):
        path = prefix + name
        count[0] += 1
        if count[0] > MOST_FILES:
            raise Refused(f"The submission has more than {MOST_FILES} files; the rest is not read.")
        if any(fnmatch(name, pattern) for pattern in ignore):
            continue
        try:
            if not stat.S_ISDIR(os.stat(name, dir_fd=descriptor, follow_symlinks=False).st_mode):
                _only_regular(descriptor, name, path)
                yield path, descriptor, name
                continue
            if prefix.count("/") >= DEEPEST:
                raise Refused(f"{show(path)} lies too deep and was not read.")
            inner = _open_folder(descriptor, name, path)
        except Refused as refusal:
            yield path, refusal, name
            continue
        try:
            yield from _files(inner, path + "/", ignore, count)
        finally:
            os.close(inner)


def _open_folder(descriptor, name, path):
    try:
        return os.open(name, _FOLDER, dir_fd=descriptor)
    except OSError as error:
        raise Refused(f"{show(path)} is {_kind(descriptor, name)} and was not read.") from error


def _kind(descriptor, name):
    try:
        status = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
    except OSError:
        return "not there"
    if stat.S_ISREG(status.st_mode) and status.st_nlink > 1:
        return "a hard link to another file"
    return _KINDS.get(stat.S_IFMT(status.st_mode), "not a file")


def _only_regular(descriptor, name, path):
    kind = _kind(descriptor, name)
    if kind != "a file":
        raise Refused(f"{show(path)} is {kind} and was not read.")


def _read(descriptor, name, path, most):
    try:
        handle = os.open(name, _FILE, dir_fd=descriptor)
    except OSError as error:
        raise Refused(f"{show(path)} cannot be read: {error.strerror}.") from error
    with open(handle, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1:
            raise Refused(f"{show(path)} is not a plain file and was not read.")
        data = file.read(most + 1)
    if len(data) > most:
        raise Refused(f"{show(path)} has more than {most // 2**20} MB and was not read.")
    return data


def _renamed(source, spare):
    """The notebook that holds most of the source's names, by far; else the likeliest name."""
    names = [f'"{cell.name}"'.encode() for cell in source.cells]
    held = {path: sum(name in data for name in names) for path, data in spare.items()}
    best = max(held.values(), default=0)
    likely = [path for path in spare if held[path] == best > 0]
    plain = re.sub(r"\W|_", "", source.name).lower()
    likely.sort(key=lambda path: (plain in re.sub(r"\W|_", "", path).lower(), path))
    return likely[-1] if likely else None
