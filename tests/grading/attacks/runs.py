"""Run attacks under a grader: each in a container of its own, or all in one batch."""

import json
import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

from tests.grading.attacks import container, course, judge

GRADE = (
    ["nbgrader", "autograde", course.ASSIGNMENT],
    ["nbgrader", "generate_feedback", course.ASSIGNMENT],
)


class Grader(NamedTuple):
    name: str
    config: str
    commands: tuple  # run one after the other on all that was handed in
    nested: bool  # does it make a sandbox of its own?
    seconds: float  # for each command and submission


GRADERS = {
    "stock": Grader("stock", course.STOCK, GRADE, False, 70),
    "ours": Grader("ours", course.OURS, GRADE, True, 60),
}


class Template(NamedTuple):
    """A course in which the honest student has been graded, and what its pages always show."""

    course: Path
    usual: frozenset


def template(grader, folder):
    """Make the course that runs of this grader start from."""
    made = course.make(folder, grader.config)
    seen = _grade(grader, made, folder / "report", submissions=1)
    marks = judge.scores(made)
    if seen is None or marks != {course.HONEST: judge.FULL}:
        raise RuntimeError(f"The honest student has no full marks ({marks}): see {folder}")
    text = "\n".join(judge.pages(made, course.HONEST).values())
    return Template(made, frozenset(judge.leaks(text)) - {"neighbour"})


def run(grader, start, attacks, folder, per_witness=1):
    """Grade attacks in one batch, a witness after every few of them.

    Returns
    -------
    dict of str to Outcome
        For each attack, and under "batch" for what they did together.
    """
    folder.mkdir(exist_ok=True)
    place = course.copy(start.course, folder / "course")
    students = {}
    for number, attack in enumerate(attacks):
        attacker = f"m{number:03d}a"
        witness = f"m{number - number % per_witness + per_witness - 1:03d}z"
        course.hand_in(place, attacker, course.hostile(place, attack))
        if not (place / "submitted" / witness).exists():
            course.hand_in(place, witness, course.honest(place, witness=True))
        students[attack.name] = attacker, witness
    before = judge.fingerprint(place)
    report = folder / "report"
    report.mkdir()
    seen = _grade(grader, place, report, submissions=len(list((place / "submitted").iterdir())))
    outcomes = {name: judge.outcome(place, *pair, start.usual) for name, pair in students.items()}
    return {"batch": judge.shared(place, seen, before)} | outcomes


def run_alone(grader, start, attack, keep=None):
    """Grade one attack and its witness in a course of their own -> Outcome."""
    folder = Path(tempfile.mkdtemp(prefix=f"attack-{attack.name}-", dir=keep))
    try:
        outcomes = run(grader, start, [attack], folder)
        return outcomes["batch"] | outcomes[attack.name]
    finally:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)


def _grade(grader, place, report, submissions):
    """What the container saw; None where the grader did not come back."""
    seconds = 30 + grader.seconds * submissions
    plan = {"commands": [[seconds, *command] for command in grader.commands]}
    environment = course.SECRET_ENVIRONMENT
    seconds = seconds * len(grader.commands) + 30
    in_time = container.run(
        place, report, json.dumps(plan), environment, seconds, nested=grader.nested
    )
    seen = report / "seen.json"
    if not in_time or not seen.exists():
        return None
    seen = json.loads(seen.read_text("utf-8"))
    return None if "timeout" in seen["codes"] else seen
