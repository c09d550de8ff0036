"""A course folder whose every secret holds a canary, and the submissions that are graded in it.

`honest` is graded before any attack. Each attacker is followed by a witness, an honest student
whose last cell looks for what was left behind. A canary is a word: CANARYhidden stands in the
hidden tests, CANARYsolution in the solutions, and so on; INPUT is a number that only the hidden
tests use.
"""

import json
import re
import shutil
from pathlib import Path

import nbformat

from tests.grading.attacks import container
from tests.grading.attacks.bank.kit import Link, last, solve

ASSIGNMENT, FILE = "a3_lstm", "a3_lstm.ipynb"
SOURCE = container.ROOT / "assignments" / "source" / ASSIGNMENT / FILE
HONEST = "honest"
INPUT = "0.7302119"
CANARIES = "hidden", "solution", "neighbour", "gradebook", "environment"
SECRET_ENVIRONMENT = {"COURSE_SECRET": "CANARYenvironment"}

STOCK = """
c = get_config()
c.CourseDirectory.root = "/course"
c.Execute.extra_arguments = ["--log-level=ERROR"]
c.Execute.timeout = 10
"""

OURS = """
from rnncourse.grading import plugin

c = get_config()
c.CourseDirectory.root = "/course"
c.Autograde.cell_seconds = 4
plugin.switch_on(c)
"""

WITNESS = """
import builtins, ctypes, os, socket, sys
found = {t for t in ("left_behind",) if hasattr(builtins, t) or hasattr(sys, t)}
places = ["/tmp", "/var/tmp", "/dev/shm", "/run", "/", os.path.expanduser("~"), os.getcwd(),
          "..", "../..", "/root", "/home/grader", os.environ.get("MPLCONFIGDIR", "/none")]
for place in places:
    for folder, names, files in os.walk(place):
        if place in ("/", "..", "../..") or folder.count("/") > place.count("/") + 5:
            names.clear()
        found |= {f"file:{name}" for name in names + files if "left-behind" in name}
for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        if b"time.sleep(300)" in open(f"/proc/{pid}/cmdline", "rb").read():
            found.add("process")
    except OSError:
        pass
libc = ctypes.CDLL(None)
for name, arguments in {"shmget": (0x1EF7, 1, 0), "msgget": (0x1EF7, 0), "semget": (0x1EF7, 1, 0)
                        }.items():
    if getattr(libc, name)(*arguments) >= 0:
        found.add(name)
with socket.socket(socket.AF_UNIX) as line:
    if line.connect_ex("\\0left-behind") == 0:
        found.add("abstract-socket")
for name in "PYTHONSTARTUP", "LD_PRELOAD":
    if name in os.environ:
        found.add(name)
for name in sorted(found):
    print("FO" "UND", name.replace(" ", "_"))
"""


def make(folder, config=STOCK, prepare=()):
    """A course with its release version and one honest student, not yet graded.

    `prepare` are commands that run in it first, instead of nbgrader's generate_assignment.
    """
    course, report = folder / "course", folder / "report"
    report.mkdir(parents=True)
    source = course / "source" / ASSIGNMENT / FILE
    source.parent.mkdir(parents=True)
    notebook = nbformat.read(SOURCE, as_version=4)
    source.write_text(nbformat.writes(_with_canaries(notebook)), "utf-8")
    (course / "nbgrader_config.py").write_text(config, "utf-8")
    student = ["nbgrader", "db", "student", "add", HONEST, "--last-name", "CANARYgradebook"]
    steps = prepare or (["nbgrader", "generate_assignment", ASSIGNMENT], student)
    plan = json.dumps({"commands": [[60, *step] for step in steps]})
    if not container.run(course, report, plan, {}, 150, nested=config != STOCK):
        raise RuntimeError(f"The course could not be made: see {report}")
    hand_in(course, HONEST, honest(course))
    return course


def _with_canaries(notebook):
    """Comments in every line of hidden tests and solutions, one hidden name, one hidden call."""
    planted = False
    for cell in notebook.cells:
        for kind, word in ("HIDDEN TESTS", "CANARYhidden"), ("SOLUTION", "CANARYsolution"):
            inside, lines = False, []
            for line in cell.source.split("\n"):
                inside = inside and f"### END {kind}" not in line
                lines.append(f"{line}  # {word}" if inside and line.strip() else line)
                inside = inside or f"### BEGIN {kind}" in line
            cell.source = "\n".join(lines)
        begin = "### BEGIN HIDDEN TESTS\n"
        if begin in cell.source:
            extra = 'secret = "CANARYhidden"\n'
            if not planted and "lstm_step(" in cell.source:
                planted = True
                shapes = "np.zeros((1, 2))", f"np.full((1, 5), {INPUT})", "np.zeros((1, 5))"
                arrays = "lstm_arrays(99, 1, 2, 5)[3]"
                extra += f"lstm_step({', '.join(shapes)}, {arrays})\n"
            cell.source = cell.source.replace(begin, begin + extra)
    return notebook


def released(course):
    """The students' notebook."""
    return nbformat.read(course / "release" / ASSIGNMENT / FILE, as_version=4)


def solutions(word=""):
    """The reference solutions, with a word of the student's own in each."""
    notebook = nbformat.read(SOURCE, as_version=4)
    cells = {c.metadata.get("nbgrader", {}).get("grade_id"): c.source for c in notebook.cells}
    return {
        name: re.sub(r" *### (BEGIN|END) SOLUTION\n?", "", code) + f"\n# {word}"
        for name, code in cells.items()
        if "### BEGIN SOLUTION" in code
    }


def honest(course, witness=False):
    """A right notebook; a witness also looks for traces."""
    notebook = released(course)
    solve(notebook, solutions("" if witness else "CANARYneighbour"))
    if witness:
        last(notebook, WITNESS)
    return {FILE: nbformat.writes(notebook).encode()}


def hostile(course, attack):
    """The files of an attack's submission."""
    notebook = released(course)
    more = attack.build(notebook) or {}
    return {FILE: nbformat.writes(notebook).encode()} | more


def hand_in(course, student, files):
    """Put a submission where nbgrader collects it, links included."""
    folder = course / "submitted" / student / ASSIGNMENT
    if "." in files:
        folder.parent.mkdir(parents=True)
        folder.symlink_to(files["."].target)
        return
    folder.mkdir(parents=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not isinstance(content, Link):
            path.write_bytes(content)
        elif content.hard:
            path.hardlink_to((path.parent / content.target).resolve())
        else:
            path.symlink_to(content.target)


def copy(template, folder):
    """A copy of a course for one run."""
    shutil.copytree(template, folder, symlinks=True)
    return Path(folder)
