"""`nbgrader autograde` as this package does it: staged, judged in the sandbox, written once."""

import glob
import os
import re
import traceback
from contextlib import contextmanager, nullcontext
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

from nbgrader import converters, preprocessors, utils
from nbgrader.converters.base import NbGraderException
from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm
from traitlets import Bool, Float, Integer, Unicode

from rnncourse.grading.batch import cpus, judged
from rnncourse.grading.due import DONE, NEW, OTHER_TESTS, Due
from rnncourse.grading.engine import Engine
from rnncourse.grading.gradebook import Recorder
from rnncourse.grading.judge import NotWorking, judge, prove
from rnncourse.grading.limits import Limits
from rnncourse.grading.policy import BadPolicy, read_policy
from rnncourse.grading.publish import alone, publish
from rnncourse.grading.regrade import Change, Kept, confirmed, table
from rnncourse.grading.source import hidden_marks, read_assignment
from rnncourse.grading.staging import show

REPLACED = {
    preprocessors.Execute,
    preprocessors.SaveAutoGrades,
    preprocessors.AssignLatePenalties,
    preprocessors.CheckCellMetadata,
}


class Result(NamedTuple):
    student: str
    scores: dict  # {notebook: {cell: (score or None, most)}}
    review: list  # what a person should look at
    notes: list


@contextmanager
def _above_bar(log):
    """Messages appear above the progress bar, and no others than before."""
    level = max((handler.level for handler in log.handlers), default=0)
    with logging_redirect_tqdm([log]):
        for handler in log.handlers:
            handler.setLevel(max(handler.level, level))
        yield


class Autograde(converters.Autograde):
    """nbgrader's step, judged outside the student's process."""

    workers = Integer(0, help="Submissions judged at a time; 0: one for each processor.").tag(
        config=True
    )
    scheduler = Unicode(
        "", help="Judge on the workers of this dask scheduler: tls://host:port."
    ).tag(config=True)
    unsafe = Bool(False, help="Run students' code without a sandbox, at your own risk.").tag(
        config=True
    )
    cell_seconds = Float(Limits().cell_seconds, help="Longest time of a cell.").tag(config=True)
    submission_seconds = Float(
        Limits().submission_seconds, help="Longest time of a submission."
    ).tag(config=True)
    regrade = Bool(
        False, help="Judge again what other tests or another grader judged; show it, then ask."
    ).tag(config=True)
    yes = Bool(False, help="Write the marks of a regrade without a question.").tag(config=True)
    never_lower = Bool(False, help="Keep the automatic score of a cell that would fall.").tag(
        config=True
    )

    def start(self):
        """Grade all submissions of the assignment that are new or were handed in again."""
        self.results, self.failed = [], []  # of Result; of (student, why)
        course = self.coursedir
        try:
            self.policy = read_policy(course.root)
        except BadPolicy as error:
            self.log.error("%s", error)
            raise NbGraderException(str(error)) from error
        self.assignment = read_assignment(
            course,
            self.exclude_overwriting.get(course.assignment_id, ()),
            hidden_marks(self),
            self.policy.seed,
        )
        self.limits = Limits()._replace(
            cell_seconds=self.cell_seconds, submission_seconds=self.submission_seconds
        )
        self.run_pre_convert_hook()
        if not preprocessors.Execute(parent=self).enabled:
            self.log.warning(
                "--no-execute has no effect: outputs that were handed in prove nothing."
            )
        with alone(course.root), utils.chdir(course.root):
            names = [name for name in self.assignment.notebooks if self._is_wanted(name)]
            self.due = Due(course, self.assignment, self.limits, names)
            jobs = {NEW: [], OTHER_TESTS: [], DONE: []}
            for student, path in self.submissions():
                state = NEW if self.force else self.due.state(path, self._graded(student))
                jobs[state].append((student, path))
            self._grade(jobs[NEW], jobs[OTHER_TESTS])
        if self.failed:
            for student, why in self.failed:
                self.log.error("%s was not graded: %s", student, why)
            raise NbGraderException(f"{len(self.failed)} submissions could not be graded.")

    def submissions(self):
        """Student and folder of each submission, in order."""
        course = self.coursedir
        paths = sorted(glob.glob(self._format_source(course.assignment_id, course.student_id)))
        if not paths:
            wanted = self._format_source(course.assignment_id, course.student_id)
            raise NbGraderException(f"No submission was found at {wanted}.")
        pattern = self._format_source(re.escape(course.assignment_id), "(?P<id>.*)", escape=True)
        excluded = course.student_id_exclude.split(",")
        for path in paths:
            student = re.fullmatch(pattern, path)["id"]
            try:
                student.encode()
            except UnicodeEncodeError:
                self.failed.append((show(student), "the folder's name is no text; rename it."))
                continue
            if student not in excluded:
                yield student, path

    def _is_wanted(self, notebook):
        return fnmatch(notebook, self.coursedir.notebook_id)

    def _graded(self, student):
        return Path(os.path.normpath(self._format_dest(self.coursedir.assignment_id, student)))

    def _grade(self, new, others):
        late = preprocessors.AssignLatePenalties(parent=self)
        late.init_plugin()
        recorder = Recorder(
            self.coursedir,
            self.log,
            late.plugin_inst.late_submission_penalty,
            self.create_student,
            self.policy,
            self.never_lower,
        )
        with recorder:
            recorder.apply_policy()
            for student, outcome in self._judged(new):
                self._try(student, self._keep, recorder, outcome)
            if self.regrade:
                self._regrade(recorder, others)
            elif others:
                self.log.warning(
                    "%d submissions were judged by other tests or another grader. --regrade shows "
                    "what would change (with nbgrader: --Autograde.regrade=True).",
                    len(others),
                )

    def _regrade(self, recorder, jobs):
        changes = []
        with Kept() as kept:
            for student, outcome in self._judged(jobs):
                if change := self._try(student, self._preview, recorder, outcome):
                    kept.add(outcome)
                    changes.append(change)
            print(table(changes))
            if changes and confirmed(self.yes):
                for outcome in kept:
                    self._try(outcome.student, self._keep, recorder, outcome)

    def _judged(self, jobs):
        """Judge many submissions; yield student and Judged, or the exception in its place."""
        if not jobs:
            return
        bar = tqdm(total=len(jobs), desc=self.assignment.name, unit="submission", disable=None)
        with bar, _above_bar(self.log) if self.parent else nullcontext():
            for (student, _), outcome in self._outcomes(jobs):
                yield student, outcome
                bar.update()

    def _outcomes(self, jobs):
        if not self.scheduler:
            workers = max(1, min(self.workers or cpus(), len(jobs)))
            return judged(jobs, self._judge, self._engine, workers)
        try:  # dask need not be installed
            from rnncourse.grading.cluster import judged_there
        except ModuleNotFoundError as error:
            raise NbGraderException(
                f"{error.name} is missing. Many machines need: pip install 'rnncourse[cluster]'"
            ) from error

        hidden, wanted = hidden_marks(self), self._is_wanted
        return judged_there(
            self.scheduler, jobs, self.due.stage, self.assignment, self.limits, self.unsafe,
            hidden, wanted,
        )  # fmt: skip

    def _try(self, student, step, recorder, outcome):
        """One step of one submission; what goes wrong is told at the end."""
        try:
            if isinstance(outcome, Exception):
                raise outcome
            return step(recorder, student, outcome)
        except Exception as error:
            self.log.debug(traceback.format_exc())
            self.failed.append((student, f"{type(error).__name__}: {error}"))

    def _engine(self):
        engine = Engine(self.limits, unsafe=self.unsafe, hidden=hidden_marks(self)).__enter__()
        try:
            return prove(engine)
        except NotWorking:
            engine.__exit__(None, None, None)
            raise

    def _judge(self, engine, job):
        student, path = job
        staged, made_from = self.due.stage(path)
        verdict = judge(engine, student, staged, self.assignment, self._is_wanted)
        return verdict._replace(made_from=made_from)

    def _preview(self, recorder, student, outcome):
        return Change(student, *recorder.preview(outcome))

    def _keep(self, recorder, student, outcome):
        finish = [pp(parent=self) for pp in self.autograde_preprocessors if pp not in REPLACED]
        for book in outcome.notebooks:
            resources = {"nbgrader": {"student": student, "assignment": self.assignment.name}}
            resources["nbgrader"] |= {"notebook": book.name, "db_url": self.coursedir.db_url}
            for preprocessor in finish:
                if preprocessor.enabled:
                    preprocessor(book.notebook, resources)
        scores = recorder.record(outcome)
        permissions = int(str(self.permissions), 8)
        publish(outcome, self._graded(student), permissions, self.coursedir.groupshared)
        self.run_post_convert_hook()
        self.results.append(Result(student, scores, outcome.review, outcome.notes))
        for reason in outcome.review:
            self.log.warning("%s: please look: %s", student, reason)
