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
from traitlets import Bool, Float, Integer

from rnncourse.grading.batch import cpus, judged
from rnncourse.grading.engine import Engine
from rnncourse.grading.gradebook import Recorder, parse_time
from rnncourse.grading.judge import NotWorking, judge, prove
from rnncourse.grading.limits import Limits
from rnncourse.grading.publish import alone, publish
from rnncourse.grading.source import Assignment, hidden_marks, read_assignment
from rnncourse.grading.staging import show, stage

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
    unsafe = Bool(False, help="Run students' code without a sandbox, at your own risk.").tag(
        config=True
    )
    cell_seconds = Float(Limits().cell_seconds, help="Longest time of a cell.").tag(config=True)

    def start(self):
        """Grade all submissions of the assignment that are not graded yet."""
        self.results, self.failed = [], []  # of Result; of (student, why)
        course = self.coursedir
        self.assignment = read_assignment(
            course, self.exclude_overwriting.get(course.assignment_id, ()), hidden_marks(self)
        )
        self.run_pre_convert_hook()
        if not preprocessors.Execute(parent=self).enabled:
            self.log.warning(
                "--no-execute has no effect: outputs that were handed in prove nothing."
            )
        with alone(course.root), utils.chdir(course.root):
            self._grade([job for job in self.submissions() if self._is_due(*job)])
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

    def _is_due(self, student, path):
        graded = self._graded(student)
        if self.force or not graded.is_dir():
            return True
        if any(not (graded / f"{name}.ipynb").exists() for name in self._names()):
            return True
        return self._is_newer(path, graded)

    def _is_newer(self, *folders):
        nothing = Assignment("", {}, {})
        times = [stage(self.coursedir.root, folder, nothing).timestamp for folder in folders]
        new, old = map(parse_time, times)
        return new is not None and old is not None and new > old

    def _names(self):
        return [name for name in self.assignment.notebooks if self._is_wanted(name)]

    def _is_wanted(self, notebook):
        return fnmatch(notebook, self.coursedir.notebook_id)

    def _graded(self, student):
        return Path(os.path.normpath(self._format_dest(self.coursedir.assignment_id, student)))

    def _grade(self, jobs):
        late = preprocessors.AssignLatePenalties(parent=self)
        late.init_plugin()
        recorder = Recorder(
            self.coursedir, self.log, late.plugin_inst.late_submission_penalty, self.create_student
        )
        finish = [pp(parent=self) for pp in self.autograde_preprocessors if pp not in REPLACED]
        workers = max(1, min(self.workers or cpus(), len(jobs)))
        bar = tqdm(total=len(jobs), desc=self.assignment.name, unit="submission", disable=None)
        above_bar = _above_bar(self.log) if self.parent else nullcontext()
        with recorder, bar, above_bar:
            for (student, _), outcome in judged(jobs, self._judge, self._engine, workers):
                try:
                    self._keep(recorder, finish, student, outcome)
                except Exception as error:
                    self.log.debug(traceback.format_exc())
                    self.failed.append((student, f"{type(error).__name__}: {error}"))
                bar.update()

    def _engine(self):
        limits = Limits()._replace(cell_seconds=self.cell_seconds)
        engine = Engine(limits, unsafe=self.unsafe, hidden=hidden_marks(self)).__enter__()
        try:
            return prove(engine)
        except NotWorking:
            engine.__exit__(None, None, None)
            raise

    def _judge(self, engine, job):
        student, path = job
        staged = stage(self.coursedir.root, path, self.assignment, self.coursedir.ignore)
        return judge(engine, student, staged, self.assignment, self._is_wanted)

    def _keep(self, recorder, finish, student, outcome):
        if isinstance(outcome, Exception):
            raise outcome
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
