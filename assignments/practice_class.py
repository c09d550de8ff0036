"""Make what Canvas gives for a class: canvas.zip and gradebook.csv, to practise grading with.

Nobody in it exists. Most notebooks are right or nearly right; the first nine students each hand
in something that real classes hand in too: a second attempt, a browser's copy, a PDF, half a file.
"""

import argparse
import csv
import tempfile
import zipfile
from datetime import datetime
from pathlib import Path

import nbformat

from assignments import course as nb
from assignments.demo_class import make_class
from assignments.demo_trouble import cheater

SIZE = 300
ZIPPED = datetime(2031, 3, 13, 12)  # Canvas dates its files by the download


def main(arguments=None):
    """Write both files and say where they are."""
    parser = argparse.ArgumentParser(prog="make practice", description=__doc__)
    parser.add_argument("folder", type=Path, help="where to write them")
    parser.add_argument("--assignment", choices=nb.assignments(), default=nb.assignments()[0])
    parser.add_argument("--students", type=int, default=SIZE, help=f"default: {SIZE}")
    options = parser.parse_args(arguments)
    name, folder = options.assignment, options.folder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        release = nb.generate(nb.new_course(Path(scratch, "course"), [name]), name)
        texts = {each.student: each.text for each in make_class(name, release)}
    write_zip(folder / "canvas.zip", name, texts, options.students)
    write_gradebook(folder / "gradebook.csv", name, options.students)
    print(f"Made {folder / 'canvas.zip'} and {folder / 'gradebook.csv'}:")
    print(f"{name}, a class of {options.students} in which nobody exists.")


def uploads(n, name, texts):
    """What student number n uploads: file names and contents, the first one first."""
    right, *others = texts.values()
    usual = f"{name}.ipynb"
    odd = {
        1: [(usual, right)],
        2: [(usual, texts["untouched"]), (f"{name}-1.ipynb", right)],  # a second attempt
        3: [(f"{name} (1).ipynb", right)],
        4: [("my homework.ipynb", right)],
        5: [("report.pdf", "%PDF-1.4")],
        6: [(usual, texts["broken-json"])],
        7: [(usual, texts["untouched"])],
        8: [],
        9: [(usual, nbformat.writes(cheater(nbformat.reads(right, 4), None, None)))],
    }
    answers = [right, right, *others[:4]]  # right ones in two styles, and three mistakes
    return odd.get(n, [(usual, answers[n % len(answers)])])


def write_zip(path, name, texts, size):
    """As "Download Submissions" makes it: `<name>[_LATE]_<user>_<upload>_<file>`."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(1, size + 1):
            late = "_LATE" if n % 20 == 10 else ""
            for k, (file, text) in enumerate(uploads(n, name, texts)):
                entry = f"student{n:03}test{late}_{user(n)}_{1_000_000 + 10 * n + k}_{file}"
                info = zipfile.ZipInfo(entry, ZIPPED.timetuple()[:6])
                archive.writestr(info, text, zipfile.ZIP_DEFLATED)


def write_gradebook(path, name, size):
    """As "Export Entire Gradebook" makes it, the points of the assignment included."""
    cells = (cell.metadata.get("nbgrader", {}) for cell in nb.read_source(name).cells)
    most = sum(meta["points"] for meta in cells if meta.get("grade"))
    rows = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", f"{name} (4711)"]]
    rows += [["    Points Possible", "", "", "", "", f"{most:.2f}"]]
    for n in range(1, size + 1):
        rows.append([f"Test, Student {n:03}", user(n), f"S{n}", f"student-{n:03}", "Group 1", ""])
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)


def user(n):
    """Canvas's number for student number n."""
    return 90_000 + n


if __name__ == "__main__":
    main()
