"""The pages for instructors: the walk-through's commands run as they stand, facts are true."""

import csv
import json
import os
import re
import subprocess
import sys
from importlib.metadata import metadata
from pathlib import Path

import pytest
from nbgrader import apps
from packaging.specifiers import SpecifierSet

from rnncourse.grading import plugin, staging
from rnncourse.grading.limits import Limits

ROOT = Path(__file__).parents[1]
PAGES = {path.stem: path.read_text("utf-8") for path in ROOT.glob("book/instructors/*.md")}
RESULTS = ROOT / "benchmarks" / "results"
NOT_LINKED = {".venv", "_build", "dist"}  # what the commands may write to
WRAPPER = '#!/bin/sh\nexec "{program}" "$@"\n'


def blocks(page, language):
    """The fenced blocks of a page in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", PAGES[page], re.MULTILINE | re.DOTALL)


def link_checkout(folder):
    """A folder in which `make` finds this repository, installed; nothing of it can be removed."""
    programs = folder / ".venv" / "bin"
    programs.mkdir(parents=True)
    for path in ROOT.iterdir():
        if path.name[0] != "." and path.name not in NOT_LINKED:
            (folder / path.name).symlink_to(path)
    for name in "python", "nbgrader":
        wrapper = programs / name
        wrapper.write_text(WRAPPER.format(program=Path(sys.executable).with_name(name)))
        wrapper.chmod(0o755)
    (folder / ".venv" / ".ready").touch()


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """The walk-through, followed word for word -> the folder, and what was printed."""
    folder = tmp_path_factory.mktemp("walk")
    link_checkout(folder / "rnncourse")
    environment = {name: os.environ[name] for name in os.environ.keys() - {"COURSE", "MAKEFLAGS"}}
    done = subprocess.run(
        ["bash", "-e", "-c", "".join(blocks("walkthrough", "bash"))],
        cwd=folder / "rnncourse",
        env=environment | {"HOME": str(folder)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, done.stdout


def test_the_walk_through_prints_what_it_says_in_this_order(walked):
    printed, place = walked[1], 0
    for line in "".join(blocks("walkthrough", "text")).splitlines():
        assert line in printed[place:], line
        place = printed.index(line, place)


def test_the_walk_through_ends_with_a_file_for_canvas(walked):
    exports = walked[0] / "my-course" / "exports" / "a0_start"
    with open(exports / "marks-canvas.csv", newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    marks = {row["SIS Login ID"]: row["a0_start (4711)"] for row in rows[1:]}
    assert len(marks) == 24 and rows[0]["a0_start (4711)"] == "20.00"
    assert [marks[f"student-{n:03}"] for n in range(1, 10)] == [
        "20", "20", "20", "20", "", "0", "0", "", "0",
    ]  # fmt: skip
    assert (exports / "feedback-canvas.zip").stat().st_size
    assert "Distribution of scores" in (exports / "report.html").read_text("utf-8")


def test_the_walk_through_installs_what_the_other_commands_ask_for():
    (install,) = re.findall(r"\$ sudo apt-get install (.+)", PAGES["walkthrough"])
    asked = (ROOT / "rnncourse/grading/doctor.py").read_text("utf-8")
    assert {"make", "git", "python3-venv", "bubblewrap"} == set(install.split())
    assert '"bwrap": "bubblewrap"' in asked and "python3-venv" in (ROOT / "Makefile").read_text()


def test_locked_versions_install_with_the_python_of_debian_12():
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    for name in re.findall(r"^([\w.-]+)==", lock, re.MULTILINE):
        assert "3.11.2" in SpecifierSet(metadata(name).get("Requires-Python", "")), name


def test_all_commands_exist():
    text = "\n".join(PAGES.values())
    targets = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = re.findall(r"`make ([a-z-]+)|^(?:\$ )?make ([a-z-]+)", text, re.MULTILINE)
    assert named and {one or other for one, other in named} <= targets
    for name in re.findall(r"nbgrader ([a-z]+_[a-z_]+|autograde|collect|export)\b", text):
        assert hasattr(apps, name.title().replace("_", "") + "App"), name


def test_limits_are_those_of_the_code():
    limits, flags = Limits(), PAGES["grade"]
    assert (limits.cell_seconds, limits.submission_seconds, limits.memory) == (60, 300, 2**30)
    assert "60 seconds for a cell, 300 in all, 1 GB of memory" in PAGES["limits"]
    assert "more than 60 seconds, or all of them for more than 300" in flags
    assert f"{staging.FILE_BYTES // 2**20} MB" in flags and f"{staging.MOST_FILES} files" in flags


def test_what_pages_take_from_other_files_is_there():
    (mark,) = re.findall(r":start-after: (.+)", PAGES["grade"])
    before, after = plugin.__doc__.split(mark)
    assert after.strip().startswith("=====") and "manually graded" in after
    start, end = (int(n) for n in re.findall(r"-line: (\d+)", PAGES["limits"]))
    table = (RESULTS / "attacks.md").read_text("utf-8").splitlines()[start:end]
    assert [row.split("|")[1].strip() for row in table] == [
        "how many", "---", "attacks", "gained points", "leaked", "harmed", "withstood",
    ]  # fmt: skip


def test_attacks_gain_points_from_weak_tests_alone_and_do_nothing_else():
    attacks = json.loads((RESULTS / "attacks.json").read_text("utf-8"))["attacks"]
    for name, attack in attacks.items():
        ours = attack["outcomes"]["ours"]
        assert not ours["leaks"] and not ours["harms"], name
        assert not ours["points"] or attack["class"] == "weak spots", name
