"""What a result was made from, so that each run grades again what changed and nothing else."""

import hashlib
import json
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

LIBRARIES = "numpy", "matplotlib", "ipython", "nbgrader"  # whose answers the students' code gets


class MadeFrom(NamedTuple):
    """Fingerprints; None stands for a result of another program, which left none."""

    submission: str  # notebooks, files and time as they were handed in
    tests: str  # the assignment's cells, hidden regions included, points and files
    grader: str  # this package, the libraries, the limits


def of_submission(staged, answers):
    """The fingerprint of what was handed in; `answers` are the files expected beside notebooks."""
    files = {path: data for path, data in staged.files.items() if path in answers}
    return _hash([staged.notebooks, files, staged.own])


def of_tests(assignment):
    """The fingerprint of what decides about marks on the instructor's side."""
    return _hash([assignment.notebooks, assignment.files, sorted(assignment.answers)])


def of_grader(limits):
    """The fingerprint of what runs the submissions."""
    folder = Path(__file__).parent
    own = {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*.py"))}
    return _hash([own, {name: metadata.version(name) for name in LIBRARIES}, list(limits)])


def read(path):
    """What the result in an autograded notebook was made from -> MadeFrom or None."""
    try:
        found = json.loads(path.read_text("utf-8"))["metadata"]["grading"]["made_from"]
        return MadeFrom(**found)
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _hash(value):
    state = hashlib.sha256()
    _feed(state, value)
    return state.hexdigest()[:16]


def _feed(state, value):
    """Add a value with its kind and size, so that no two values look alike."""
    if isinstance(value, dict):
        state.update(b"{")
        value = [part for key in sorted(value) for part in (key, value[key])]
    if isinstance(value, list | tuple):
        state.update(f"[{len(value)}".encode())
        for part in value:
            _feed(state, part)
        return
    data = value if isinstance(value, bytes) else repr(value).encode()
    state.update(f"{type(value).__name__} {len(data)}:".encode() + data)
