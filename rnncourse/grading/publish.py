"""Puts a graded submission into nbgrader's folder, whole or not at all.

The folder is nbgrader's sign that a submission is done. So it is written beside its place, after
the gradebook, and then renamed: a grader that is killed leaves either a done submission or one
that the next run grades again, with the same result.
"""

import fcntl
import shutil
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbgrader.converters.base import NbGraderException


@contextmanager
def alone(root):
    """Hold the course while it is graded; the lock ends with the process, however that ends."""
    with open(Path(root) / ".grading.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise NbGraderException(f"Another grader is at work in {root}.") from error
        yield


def publish(judged, folder, permissions, groupshared=False):
    """Write the folder of a judged submission; notebooks that were not judged stay."""
    folder = Path(folder)
    part = folder.with_name(f".{folder.name}.part")
    remove(part)
    part.mkdir(parents=True)
    files = {f"{book.name}.ipynb": _text(book, judged.made_from) for book in judged.notebooks}
    files |= judged.files
    for path in folder.glob("*.ipynb"):
        files.setdefault(path.name, path.read_bytes())
    for path, data in files.items():
        (part / path).parent.mkdir(parents=True, exist_ok=True)
        (part / path).write_bytes(data)
        (part / path).chmod(permissions)
    if groupshared:
        for inner in part, *(path for path in part.rglob("*") if path.is_dir()):
            inner.chmod(0o2775)
    remove(folder)
    part.rename(folder)


def remove(folder):
    """Remove a folder if it is there; a half removed one loses its name first."""
    if folder.exists():
        gone = folder.with_name(f".{folder.name.strip('.')}.gone")
        shutil.rmtree(gone, ignore_errors=True)
        folder.rename(gone)
        shutil.rmtree(gone)


def _text(book, made_from):
    """The notebook file, with what a report, a feedback page or the next run wants to know."""
    book.notebook.metadata["grading"] = {
        "notes": book.notes,
        "review": book.review,
        "seconds": round(book.seconds, 3),
    } | ({"made_from": made_from._asdict()} if made_from else {})
    return nbformat.v4.writes(book.notebook).encode()
