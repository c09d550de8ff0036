"""The scripts in book/torch, each shown on a page: "the same in PyTorch", compared.

A script ends with two names: `ours` and `theirs`, each an array, or a dict of arrays with the
same keys.
"""

import re
import runpy
from pathlib import Path

import numpy as np
import yaml

ROOT = Path(__file__).parents[1]
BOOK = ROOT / "book"
SCRIPTS = sorted((BOOK / "torch").glob("*.py"))
TOLERANCE = 1e-10
INCLUDE = re.compile(r"^`{3,}\{literalinclude\} (?:\.\./)+torch/([\w-]+\.py)$", re.MULTILINE)
FOLD = re.compile(
    r"^(?P<fence>`{4,}|:{3,})\{admonition\} The same in PyTorch\n"
    r":class: dropdown\n(.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)


def shown(text):
    """Names of the scripts that a page shows in its folds "The same in PyTorch"."""
    return [name for fold in FOLD.finditer(text) for name in INCLUDE.findall(fold[2])]


def chapters():
    """{page: text} of the module's and the practice pages in the table of contents."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    files = [chapter["file"] for part in toc["parts"] for chapter in part["chapters"]]
    wanted = [file for file in files if file.startswith(("book/module/", "book/practice/"))]
    return {file: (ROOT / f"{file}.md").read_text("utf-8") for file in wanted}


def run(path):
    """Run a script -> its names."""
    return runpy.run_path(str(path), run_name="__main__")


def problems(names):
    """What is wrong with the results of a script: one sentence each."""
    if missing := {"ours", "theirs"} - names.keys():
        return [f"the script does not define {name}" for name in sorted(missing)]
    ours, theirs = (as_dict(names[name]) for name in ("ours", "theirs"))
    if ours.keys() != theirs.keys():
        return [f"ours has the keys {sorted(ours)}, theirs {sorted(theirs)}"]
    if not ours:
        return ["there is nothing to compare"]
    return [p for key in ours for p in pair_problems(key, ours[key], theirs[key])]


def as_dict(value):
    return value if isinstance(value, dict) else {"result": value}


def pair_problems(key, ours, theirs):
    """What is wrong with one pair of arrays."""
    one, other = np.asarray(ours), np.asarray(theirs)
    if np.shares_memory(one, other):
        return [f"{key}: both are the same memory"]
    if one.dtype != np.float64 or other.dtype != np.float64:
        return [f"{key}: {one.dtype} and {other.dtype}, not float64"]
    if one.shape != other.shape:
        return [f"{key}: the shapes are {one.shape} and {other.shape}"]
    if not (np.isfinite(one).all() and np.isfinite(other).all()):
        return [f"{key}: not all numbers are finite"]
    if one.size == 0 or not other.any() or (other.size > 1 and np.ptp(other) == 0):
        return [f"{key}: constant, which proves nothing"]
    error = np.abs(one - other).max() / np.abs(other).max()
    return [f"{key}: relative error {error:.1e}"] if error > TOLERANCE else []
