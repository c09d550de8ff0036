"""Grade a demo class with nbgrader, from the release notebook to scores and feedback pages.

The class is made by assignments/demo_class.py and lives in _build/demo-course, which is made
afresh by every run; a real course folder and its gradebook are never touched.
"""

import argparse
import os
from pathlib import Path

from tqdm import tqdm

from assignments import course as nb
from assignments.demo_class import make_class

ROOT = Path(__file__).resolve().parents[1]
TRUST = (
    "Note: nbgrader runs submissions on this machine, without isolation. The demo class is "
    "trusted code; grade real classes in a container or a virtual machine."
)


def main(arguments=None, root=ROOT / "_build" / "demo-course"):
    """Make, grade and report the demo class -> its course folder."""
    parser = argparse.ArgumentParser(prog="grade_class", description=__doc__)
    parser.add_argument(
        "--assignment",
        action="append",
        choices=nb.assignments(),
        help="grade this assignment only (may be repeated; default: all)",
    )
    names = parser.parse_args(arguments).assignment or nb.assignments()
    print(TRUST)
    course = nb.new_course(root, names)
    handed_in = [(name, s) for name in names for s in make_class(name, nb.generate(course, name))]
    rows = []
    for name, submission in tqdm(handed_in, desc="grading", unit="notebook"):
        nb.submit(course, name, submission.student, submission.text)
        problem = nb.autograde(course, name, submission.student)
        if not problem:
            nb.feedback(course, name, submission.student)
        rows.append((name, submission, problem))
    scores = nb.export(course)
    print_table(course, rows)
    folder = os.path.relpath(root)
    print(f"\nScores:   {os.path.relpath(scores)}")
    print(f"Feedback: {folder}/feedback/<student>/<assignment>/<assignment>.html")
    print(f"Log:      {folder}/nbgrader.log")
    return course


def print_table(course, rows):
    """One line for each student and assignment: the score and what became of it."""
    width = max(len(submission.student) for _, submission, _ in rows)
    for name in dict.fromkeys(name for name, _, _ in rows):
        print(f"\n{name}")
        for _, submission, problem in (row for row in rows if row[0] == name):
            student = submission.student.ljust(width)
            if problem:
                print(f"  {student}  not graded: {problem}")
                continue
            cells = nb.grades(course, name, submission.student)
            score = sum(score for score, _ in cells.values())
            total = sum(most for _, most in cells.values())
            lost = [cell for cell, (score, most) in cells.items() if score < most]
            shown = "all cells" if len(lost) == len(cells) else ", ".join(lost)
            print(f"  {student}  {score:4g} of {total:g}  {submission.note}")
            if lost:
                print(f"  {'':{width}}              lost: {shown}")


if __name__ == "__main__":
    main()
