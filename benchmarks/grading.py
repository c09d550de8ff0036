"""Measure grading: stock nbgrader, two of it at a time, and the plug-in, on the same notebooks.

The contenders take turns, each with `nbgrader autograde` in a process of its own and a course
folder of its own. Afterwards their marks and pictures are compared. Then a large class is graded
while its memory is watched.
"""

import argparse
import hashlib
import itertools
import json
import os
import shutil
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook
from tqdm import tqdm

from assignments import course as nb
from assignments import demo_class

ROOT = Path(__file__).resolve().parent.parent
SCRATCH = ROOT / "_build" / "benchmarks" / "grading"
STOCK = "c = get_config()\nc.Execute.extra_arguments = ['--log-level=ERROR']\n"
PLUGIN = STOCK + "from rnncourse.grading import plugin\nplugin.switch_on(c)\n"
CONTENDERS = {  # configuration, patterns of students that processes share, options
    "stock": (STOCK, ["*"], []),
    "stock, two processes": (STOCK, ["even-*", "odd-*"], []),
    "plug-in": (PLUGIN, ["*"], []),
}


def parse(arguments=None):
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.grading", description=__doc__)
    add = parser.add_argument
    add("--assignment", default="a3_lstm", help="default: a3_lstm")
    add("--submissions", type=int, default=60, help="of a class (default 60)")
    add("--rounds", type=int, default=2, help="turns of each contender (default 2)")
    add("--contenders", nargs="+", choices=list(CONTENDERS), default=list(CONTENDERS))
    add("--large", type=int, default=1000, help="the large class; 0: none (default 1000)")
    add("--unsafe", action="store_true", help="the plug-in without its sandbox")
    add("--out", type=Path, help="write a JSON file of all numbers")
    add("--quick", action="store_true", help="2 and 4 submissions, one round: does it run?")
    options = parser.parse_args(arguments)
    if options.quick:
        options.submissions, options.rounds, options.large = 2, 1, 4
    return options


def main(arguments=None):
    """Measure, compare, print, write."""
    options = parse(arguments)
    shutil.rmtree(SCRATCH, ignore_errors=True)
    texts = notebooks(options.assignment)
    master = make_course(SCRATCH / "master", options.assignment, texts, options.submissions)
    turns = {name: [] for name in options.contenders}
    for _ in tqdm(range(options.rounds), desc="rounds", unit="round"):
        for name in turns:
            turns[name].append(grade(master, name, options))
    report = {"submissions": options.submissions, "turns": turns}
    report["differences"] = compare(options)
    print(table(report))
    if options.large:
        course = make_course(SCRATCH / "large", options.assignment, texts, options.large)
        report["large"] = watch(course, options)
        print(curve(report["large"]))
    if options.out:
        options.out.write_text(json.dumps(report, indent=1), "utf-8")
    return report


def notebooks(assignment):
    """Different handed-in notebooks, right and wrong, of trusted code."""
    scratch = nb.new_course(SCRATCH / "release", [assignment])
    release = nb.generate(scratch, assignment)
    graded = [s.text for s in demo_class.make_class(assignment, release) if s.loses is not None]
    return list(dict.fromkeys(graded))


def make_course(root, assignment, texts, count):
    """A course folder in which a class has handed in."""
    course = nb.new_course(root, [assignment])
    nb.generate(course, assignment)
    for k, text in zip(range(count), itertools.cycle(texts)):  # noqa: B905 - cycle is endless
        nb.submit(course, assignment, f"{'odd' if k % 2 else 'even'}-{k:04}", text)
    return root


def grade(master, name, options):
    """One turn of a contender -> seconds of wall and of processor time for a submission."""
    config, shares, more = CONTENDERS[name]
    root = SCRATCH / name
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(master, root)
    (root / "nbgrader_config.py").write_text(config, "utf-8")
    start = time.perf_counter()
    running = [_nbgrader(root, share, options, more) for share in shares]
    cpu = 0.0
    while any(process.poll() is None for process in running):
        cpu = max(
            cpu, sum(_processor_time(pid) for process in running for pid in family(process.pid))
        )
        time.sleep(0.1)
    if any(process.wait() for process in running):
        raise SystemExit(f"{name} failed; {root / 'nbgrader.out'} says why.")
    wall = time.perf_counter() - start
    return {"wall": wall / options.submissions, "cpu": cpu / options.submissions}


def _nbgrader(root, share, options, more=()):
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    one = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
    command = [sys.executable, "-m", "nbgrader", "autograde", options.assignment]
    command += [f"--student={share}", *more]
    if options.unsafe and "plugin" in (root / "nbgrader_config.py").read_text("utf-8"):
        command.append("--Autograde.unsafe=True")
    with open(root / "nbgrader.out", "ab") as log:
        return subprocess.Popen(
            command, cwd=root, env=os.environ | one | {"PATH": path}, stdout=log, stderr=log
        )


def _processor_time(pid):
    """Seconds of a process and of all children that it has waited for."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def compare(options):
    """What differs from the first contender: marks, and outputs other than text."""
    first, *others = (outcome(SCRATCH / name, options) for name in options.contenders)
    found = []
    for name, other in zip(options.contenders[1:], others, strict=True):
        found += [
            f"{name}: {key}: {other.get(key)} instead of {first.get(key)}"
            for key in sorted(first.keys() | other.keys())
            if first.get(key) != other.get(key)
        ]
    return found


def outcome(root, options):
    """(student, cell) -> its mark; (student, cell, n) -> kind and fingerprint of a picture."""
    found = {}
    with Gradebook(f"sqlite:///{root}/gradebook.db") as gradebook:
        for submission in gradebook.assignment_submissions(options.assignment):
            for grade in submission.notebooks[0].grades:
                found[submission.student.id, grade.name] = grade.auto_score
        gradebook.engine.dispose()
    for path in sorted(root.glob(f"autograded/*/*/{options.assignment}.ipynb")):
        cells = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
        for k, cell in enumerate(cells):
            for n, output in enumerate(cell.outputs):
                for kind, data in output.get("data", {}).items():
                    if not kind.startswith("text/"):
                        mark = hashlib.sha256(data.strip().encode()).hexdigest()[:12]
                        found[path.parts[-3], f"cell {k}", n, kind] = mark
    return found


def table(report):
    """Wall and processor time beside the first contender's -> text."""
    lines = [f"{'':24}{'s wall':>9}{'s cpu':>9}{'faster':>9}{'cpu':>9}   per submission"]
    base = None
    for name, turns in report["turns"].items():
        wall, cpu = (statistics.median(turn[kind] for turn in turns) for kind in ("wall", "cpu"))
        base = base or (wall, cpu)
        ratios = f"{base[0] / wall:8.1f}x{100 * cpu / base[1]:8.0f}%"
        lines.append(f"{name:24}{wall:9.3f}{cpu:9.3f}{ratios}")
    differences = report["differences"]
    lines.append(f"marks and pictures that differ: {len(differences) or 'none'}")
    return "\n".join(lines + differences[:10])


def watch(root, options):
    """Grade a large class; memory of all its processes over time."""
    (root / "nbgrader_config.py").write_text(PLUGIN, "utf-8")
    process, samples = _nbgrader(root, "*", options), []
    ended = threading.Event()
    start = time.perf_counter()
    done = root / "autograded"
    with tqdm(total=options.large, desc="large class", unit="submission") as bar:
        while process.poll() is None:
            bar.update(len(os.listdir(done)) - bar.n if done.exists() else 0)
            samples.append((bar.n, sum(map(_share, family(process.pid)))))
            ended.wait(0.5)
        bar.update(len(os.listdir(done)) - bar.n)
    if process.returncode:
        raise SystemExit(f"The large class failed; {root / 'nbgrader.out'} says why.")
    return {"seconds": time.perf_counter() - start, "samples": samples}


def family(pid):
    """A process and its descendants."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found = {pid}
    for _ in range(10):  # generations
        found |= {child for child, parent in parents.items() if parent in found}
    return found


def _share(pid):
    """Bytes of a process, pages that it shares with others by its part."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return sum(1024 * int(line.split()[1]) for line in text.splitlines() if line[:4] == "Pss:")


def curve(large):
    """Memory at the tenths of the class -> text."""
    samples = [(done, memory) for done, memory in large["samples"] if memory]
    most = max(done for done, _ in samples) or 1
    lines = [f"{most} submissions in {large['seconds']:.0f} s; memory in MB, by graded so far:"]
    for tenth in range(10):
        part = [m for done, m in samples if tenth <= 10 * done / most < tenth + 1]
        if part:
            lines.append(f"  {tenth * most // 10:6} {statistics.median(part) / 2**20:8.0f}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
