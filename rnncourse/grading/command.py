"""What `python -m rnncourse.grading.batch` does once its options are read."""

import glob
import os
from pathlib import Path

from nbgrader.apps import AutogradeApp
from nbgrader.converters.base import NbGraderException
from tqdm import tqdm

from rnncourse.grading.autograde import Autograde
from rnncourse.grading.feedback import GenerateFeedback
from rnncourse.grading.judge import NotWorking
from rnncourse.grading.sandbox import NoSandbox


def run(options):
    """Grade, write feedback, print what happened -> exit code."""
    course = Path(options.course).resolve()
    if not course.is_dir():
        print(f"{options.course} is not a folder. Name the course folder with --course.")
        return 2
    os.chdir(course)
    app = AutogradeApp(log_level="ERROR")
    app.initialize([f"--course-dir={course}"])
    app.coursedir.assignment_id, app.coursedir.student_id = options.assignment, options.student
    autograde = Autograde(coursedir=app.coursedir, parent=app, force=options.force)
    if options.workers:
        autograde.workers = options.workers
    autograde.scheduler = options.scheduler or autograde.scheduler
    for flag in "unsafe", "regrade", "yes", "never_lower":
        setattr(autograde, flag, getattr(autograde, flag) or getattr(options, flag))
    try:
        autograde.start()
    except (NbGraderException, NoSandbox, NotWorking) as error:
        print(error)
        if not autograde.failed:
            return 2
    if not options.no_feedback and autograde.results:
        write_feedback(app.coursedir, [result.student for result in autograde.results], app)
        folder = app.coursedir.feedback_directory
        print(f"Feedback: {course / folder}/<student>/{options.assignment}")
    print(table(autograde.results, autograde.failed))
    print(f"\nScores:   {app.coursedir.db_url.removeprefix('sqlite:///')}")
    return 1 if autograde.failed else 0


def write_feedback(coursedir, students, parent=None):
    """Write the pages of these students anew."""
    chosen = coursedir.student_id
    for student in tqdm(students, desc="feedback", unit="page", disable=None):
        coursedir.student_id = glob.escape(student)
        GenerateFeedback(
            coursedir=coursedir, config=coursedir.config, parent=parent, force=True
        ).start()
    coursedir.student_id = chosen


def table(results, failed, notes=None):
    """A line for each student, then those a person should look at -> text."""
    width = max((len(student) for student, *_ in [*results, *failed]), default=0)
    lines = []
    for result in sorted(results):
        cells = {n: s for book in result.scores.values() for n, s in book.items()}
        score = sum(score or 0 for score, _ in cells.values())
        most = sum(most for _, most in cells.values())
        told = "; ".join(
            filter(None, [(notes or {}).get(result.student), _happened(result, cells)])
        )
        lines.append(f"  {result.student:{width}}  {score:4g} of {most:g}  {told}")
    lines += [f"  {student:{width}}  not graded: {why}" for student, why in failed]
    flagged = [result for result in sorted(results) if result.review]
    if flagged:
        lines.append(f"\nFlagged for review: {len(flagged)}")
        for result in flagged:
            lines += [f"  {result.student:{width}}  {reason}" for reason in result.review]
    return "\n".join(lines)


def _happened(result, cells):
    lost = [name for name, (score, most) in cells.items() if score is not None and score < most]
    waiting = [name for name, (score, _) in cells.items() if score is None]
    told = []
    if lost:
        told.append(
            "lost "
            + ("all cells" if not any(score for score, _ in cells.values()) else ", ".join(lost))
        )
    if waiting:
        told.append("to be marked by a person: " + ", ".join(waiting))
    if result.review:
        told.append("flagged")
    return "; ".join(told) or "passes every check"
