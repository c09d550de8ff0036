"""Make a private course from the open assignments: `make new-course DIR=../my-course`.

It gets the assignments with solutions and hidden tests, wrong and other right solutions to prove
them with, nbgrader's settings, a README, and a `course.toml` with a random seed for the inputs of
its hidden tests.
"""

import argparse
import copy
import re
import secrets
import shutil
from pathlib import Path

import nbformat

from assignments.course import HERE

PARTS = "source", "mutants", "otherwise"
CONFIG = "nbgrader_config.py"
SEED = re.compile(r"^COURSE_SEED = \d+$", re.MULTILINE)
POLICY, POLICY_SEED = "course.toml", re.compile(r"^seed = \d+$", re.MULTILINE)


def main(arguments=None):
    """Make the course folder and say what to do next -> its path."""
    parser = argparse.ArgumentParser(prog="make new-course DIR=...", description=__doc__)
    parser.add_argument("folder", type=Path, help="where to make it: a new or an empty folder")
    parser.add_argument("--seed", type=int, help="seed of the hidden tests (default: random)")
    options = parser.parse_args(arguments)
    folder = make(options.folder, options.seed)
    print(f"Made a course in {folder}\nKeep it private. First steps: {folder / 'README.md'}")
    return folder


def make(folder, seed=None):
    """Make the course folder; an interrupted run leaves nothing in its place."""
    folder = folder.expanduser().resolve()
    _check(folder)
    if not (HERE / "source").is_dir():
        raise SystemExit(f"{HERE / 'source'} is missing: a new course is made from what it holds.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(HERE / "private", part)
    for name in PARTS:
        shutil.copytree(HERE / name, part / name, ignore=shutil.ignore_patterns(".ipynb_*"))
    shutil.copy(HERE / CONFIG, part / CONFIG)
    seed = secrets.randbelow(2**32) if seed is None else seed
    for path in part.glob("source/*/*.ipynb"):
        notebook = reseed(nbformat.read(path, as_version=4), seed)
        path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
    policy = part / POLICY
    policy.write_text(POLICY_SEED.sub(f"seed = {seed}", policy.read_text("utf-8")), "utf-8")
    if folder.exists():
        folder.rmdir()
    part.rename(folder)
    return folder


def reseed(notebook, seed):
    """A copy of the notebook whose hidden tests draw their inputs from another seed."""
    notebook, count = copy.deepcopy(notebook), 0
    for cell in notebook.cells:
        cell.source, found = SEED.subn(f"COURSE_SEED = {seed}", cell.source)
        count += found
    if count != 1:
        raise ValueError(f"expected one line `COURSE_SEED = ...` in the notebook, found {count}")
    return notebook


def _check(folder):
    public = HERE.parent
    if folder.is_relative_to(public):
        raise SystemExit(
            f"{folder} lies inside the open repository, where a private course is published by "
            f"accident. Choose another place, for example DIR={public.parent / 'my-course'}"
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SystemExit(
            f"{folder} exists already and is not empty; nothing was changed. Choose a new folder, "
            "or move the old course away first."
        )


if __name__ == "__main__":
    main()
