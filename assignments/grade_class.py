"""Grade a demo class, from the release notebook to scores and feedback pages.

The class is made by assignments/demo_class.py and assignments/demo_trouble.py: right and wrong
answers, broken files, endless loops, a cheater. It lives in _build/demo-course, which is made
afresh by every run; a real course folder and its gradebook are never touched. To grade a real
class, use `nbgrader autograde` as always, or `python -m rnncourse.grading.batch --help`.
"""

import argparse
import os
import sys
from pathlib import Path

from assignments import course as nb
from assignments.demo_class import make_class
from assignments.demo_trouble import hand_in_trouble
from rnncourse.grading.autograde import Autograde
from rnncourse.grading.command import table, write_feedback
from rnncourse.grading.judge import NotWorking
from rnncourse.grading.sandbox import NoSandbox

ROOT = Path(__file__).resolve().parents[1]
CELL_SECONDS = 10  # a demo does not wait a minute for an endless loop


def main(arguments=None, root=ROOT / "_build" / "demo-course"):
    """Make, grade and report the demo class -> exit code."""
    parser = argparse.ArgumentParser(prog="grade_class", description=__doc__)
    parser.add_argument(
        "--assignment",
        action="append",
        choices=nb.assignments(),
        help="grade this assignment only (may be repeated; default: all)",
    )
    parser.add_argument(
        "--unsafe", action="store_true", help="grade without a sandbox: for trusted code only"
    )
    options = parser.parse_args(arguments)
    names = options.assignment or nb.assignments()
    course = nb.new_course(root, names)
    for name in names:
        notes = hand_in(course, name)
        try:
            steps = grade(course, name, options.unsafe)
        except (NoSandbox, NotWorking) as error:
            print(error)
            return 2
        print(f"\n{name}\n{table(steps.results, steps.failed, notes)}")
    folder = os.path.relpath(root)
    print(f"\nScores:   {os.path.relpath(nb.export(course))}, and {folder}/gradebook.db")
    print(f"Feedback: {folder}/feedback/<student>/<assignment>/<assignment>.html")
    print(f"Log:      {folder}/nbgrader.log")
    return 0


def hand_in(course, name):
    """Make the class of one assignment -> what each submission is, by student."""
    release = nb.generate(course, name)
    submissions = list(make_class(name, release))
    for submission in submissions:
        nb.submit(course, name, submission.student, submission.text)
    troubles = hand_in_trouble(
        name,
        submissions[0].text,
        lambda student: course.format_path("submitted", student, name),
        Path(course.format_path("source", ".", name)).resolve() / f"{name}.ipynb",
    )
    return {one.student: one.note for one in [*submissions, *troubles]}


def grade(course, name, unsafe=False):
    """Grade an assignment and write its feedback -> the step, with its results."""
    course.assignment_id = name
    step = Autograde(coursedir=course, config=course.config, unsafe=unsafe)
    step.cell_seconds = CELL_SECONDS
    step.start()
    write_feedback(course, [result.student for result in step.results])
    return step


if __name__ == "__main__":
    sys.exit(main())
