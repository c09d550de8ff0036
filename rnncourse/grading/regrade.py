"""Marks before and after, for a person to look at before anything is written."""

import pickle
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

ASK = "Write these marks? [y/N] "
NOT_ASKED = "Nothing was written. Add --yes to write these marks."


class Change(NamedTuple):
    """The marks of one submission, by notebook and cell: (score or None, most)."""

    student: str
    before: dict
    after: dict


class Kept:
    """Verdicts that wait on disk until somebody decides; a context manager.

    A class does not fit into memory. The files are this process's own.
    """

    def __enter__(self):
        self.folder = TemporaryDirectory(prefix="regrade-")
        self.paths = []
        return self

    def __exit__(self, *exception):
        self.folder.cleanup()

    def add(self, verdict):
        """Put one away."""
        path = Path(self.folder.name, str(len(self.paths)))
        path.write_bytes(pickle.dumps(verdict))
        self.paths.append(path)

    def __iter__(self):
        for path in self.paths:
            yield pickle.loads(path.read_bytes())


def table(changes):
    """A line for each submission whose marks change, and how many stay -> text."""
    lines, same = [], 0
    width = max((len(change.student) for change in changes), default=0)
    for change in sorted(changes):
        cells = _cells(change)
        moved = [name for name, (before, after) in cells.items() if before != after]
        if not moved:
            same += 1
            continue
        told = ", ".join(
            f"{name} {_text(cells[name][0])} -> {_text(cells[name][1])}" for name in moved
        )
        before, after = (_total(cells, k) for k in (0, 1))
        lines.append(f"  {change.student:{width}}  {before:5g} -> {after:<5g}  {told}")
    head = f"  {'':{width}}  before -> after" if lines else "  No mark changes."
    return "\n".join([head, *lines, f"  {same} stay as they are."])


def confirmed(yes=False):
    """Whether a person agrees; without a person there, whether they said so beforehand."""
    if yes:
        return True
    if not sys.stdin.isatty():
        print(NOT_ASKED)
        return False
    try:
        return input(ASK).strip().lower() in ("y", "yes")
    except EOFError:  # Ctrl-D
        return False


def _cells(change):
    before = {name: s for book in change.before.values() for name, (s, _) in book.items()}
    after = {name: s for book in change.after.values() for name, (s, _) in book.items()}
    return {name: (before.get(name), after.get(name)) for name in before | after}


def _total(cells, which):
    return sum(pair[which] or 0 for pair in cells.values())


def _text(score):
    return "none" if score is None else f"{score:g}"
