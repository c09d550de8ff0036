"""Writes verdicts into nbgrader's gradebook: one transaction for each submission.

The same rows with the same content as nbgrader's own autograder; manual scores and comments,
extra credit and flags are never touched, except that a reason to look sets the flag.
"""

from contextlib import contextmanager

from nbgrader import utils
from nbgrader.api import Comment, Grade, Gradebook, Student, SubmittedAssignment, SubmittedNotebook

from rnncourse.grading.policy import Policy


class Recorder:
    """A gradebook opened once for many submissions of one assignment.

    Parameters
    ----------
    coursedir : CourseDirectory
    log : Logger
    late_penalty : callable, optional
        Student, score, seconds late -> points or None. The policy's rule goes before it.
    create_student : bool
        Whether a student who is not in the gradebook is added.
    policy : Policy, optional
        Due dates, extensions, and what lateness costs.
    never_lower : bool
        Keep the automatic score of a cell that would fall.
    """

    def __init__(
        self,
        coursedir,
        log,
        late_penalty=None,
        create_student=True,
        policy=None,
        never_lower=False,
    ):
        self.gradebook = Gradebook(coursedir.db_url, coursedir.course_id)
        self.db, self.log = self.gradebook.db, log
        self.assignment_id = coursedir.assignment_id
        self.late_penalty, self.create_student = late_penalty, create_student
        self.policy, self.never_lower = policy or Policy(), never_lower

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.db.rollback()
        self.gradebook.close()
        self.gradebook.engine.dispose()

    def record(self, judged):
        """Save the scores of one submission -> {notebook: {cell: (score, most)}}."""
        with self._transaction():
            scores = self._write(judged)
            self.db.commit()
            return scores

    def preview(self, judged):
        """What `record` would change, without a change -> scores before, scores afterwards."""
        with self._transaction():
            before = self._scores(judged.student)
            return before, self._write(judged)

    def apply_policy(self):
        """Bring due dates, extensions and penalties of all submissions in line with the policy."""
        with self._transaction():
            assignment = self._assignment()
            for submission in assignment.submissions:
                self._allow(submission, assignment, submission.student_id)
                for book in submission.notebooks:
                    book.late_submission_penalty = self._late(
                        submission, book, submission.student_id
                    )
            self.db.commit()

    @contextmanager
    def _transaction(self):
        try:
            yield
        finally:
            self.db.rollback()
            self.db.expunge_all()

    def _assignment(self):
        assignment = self.gradebook.find_assignment(self.assignment_id)
        if due := self.policy.due.get(self.assignment_id):
            assignment.duedate = due.replace(tzinfo=None)  # nbgrader means UTC
        return assignment

    def _allow(self, submission, assignment, student_id):
        if assignment.name in self.policy.due:
            submission.extension = self.policy.extension(student_id, assignment.name)

    def _scores(self, student_id):
        keys = {"assignment_id": self._assignment().id, "student_id": student_id}
        submission = self.db.query(SubmittedAssignment).filter_by(**keys).one_or_none()
        return {
            book.name: {grade.name: (_given(grade), grade.max_score) for grade in book.grades}
            for book in (submission.notebooks if submission else ())
        }

    def _write(self, judged):
        assignment = self._assignment()
        submission = self._submission(assignment, judged.student)
        if judged.timestamp:
            submission.timestamp = parse_time(judged.timestamp) or submission.timestamp
        self._allow(submission, assignment, judged.student)
        books = {book.notebook_id: book for book in submission.notebooks}
        scores = {}
        for notebook in judged.notebooks:
            source = next(book for book in assignment.notebooks if book.name == notebook.name)
            book = books[source.id]
            scores[notebook.name] = self._grades(book, source, notebook)
            book.flagged = bool(book.flagged or notebook.review)
            book.late_submission_penalty = self._late(submission, book, judged.student)
        return scores

    def _submission(self, assignment, student_id):
        student = self.db.get(Student, student_id)
        if student is None:
            if not self.create_student:
                raise LookupError(f"No student {student_id!r} is in the gradebook.")
            student = Student(id=student_id)
            self.db.add(student)
        keys = {"assignment_id": assignment.id, "student_id": student_id}
        submission = self.db.query(SubmittedAssignment).filter_by(**keys).one_or_none()
        if submission is None:
            submission = SubmittedAssignment(**keys)
            self.db.add(submission)
            self.db.flush()
            for notebook in assignment.notebooks:
                book = SubmittedNotebook(notebook_id=notebook.id, assignment=submission)
                self.db.add(book)
                grades = [*notebook.grade_cells, *notebook.task_cells]
                comments = [*notebook.solution_cells, *notebook.task_cells]
                self.db.add_all(Grade(cell_id=cell.id, notebook=book) for cell in grades)
                self.db.add_all(Comment(cell_id=cell.id, notebook=book) for cell in comments)
            self.db.flush()
        return submission

    def _grades(self, book, source, judged):
        grades = {grade.cell_id: grade for grade in book.grades}
        comments = {comment.cell_id: comment for comment in book.comments}
        graded = {c.name: grades[c.id] for c in [*source.grade_cells, *source.task_cells]}
        answers = {c.name: comments[c.id] for c in [*source.solution_cells, *source.task_cells]}
        scores = {}
        for cell in judged.notebook.cells:
            meta = cell.metadata.get("nbgrader", {})
            name = meta.get("grade_id")
            if meta.get("grade"):
                graded[name].auto_score = self._score(cell, graded[name].auto_score, judged)
                missing = graded[name].auto_score is None
                graded[name].needs_manual_grade = missing or graded[name].manual_score is not None
            if meta.get("solution") or meta.get("task"):
                blank = not meta.get("task") and meta["checksum"] == utils.compute_checksum(cell)
                answers[name].auto_comment = "No response." if blank else None
            if meta.get("grade") or meta.get("task"):
                scores[name] = _given(graded[name]), meta["points"]
        return scores

    def _score(self, cell, before, judged):
        now = score(cell, self.log, judged.review)
        if not self.never_lower or None in (before, now) or now >= before:
            return now
        name = cell.metadata.nbgrader["grade_id"]
        judged.notes.append(f"{name}: {before:g} points are kept from an earlier grading.")
        return before

    def _late(self, submission, book, student_id):
        """nbgrader's rule: no penalty below 0 and none above the score."""
        seconds = submission.total_seconds_late
        if not (self.late_penalty or self.policy.late) or seconds <= 0:
            return None
        self.db.flush()
        total = self.db.query(SubmittedNotebook.score).filter_by(id=book.id).scalar()
        if self.policy.late:
            return self.policy.late.penalty(total, seconds) or None
        penalty = self.late_penalty(student_id, total, seconds)
        return None if penalty is None else min(max(penalty, 0), total)


def _given(grade):
    """The score that counts: a person's before the automatic one."""
    return grade.auto_score if grade.manual_score is None else grade.manual_score


def parse_time(text):
    """The time in timestamp.txt, or None where it holds none."""
    try:
        return utils.parse_utc(text) if text else None
    except (ValueError, OverflowError, TypeError):
        return None


def score(cell, log, review):
    """nbgrader's mark of a graded cell, or None where a person has to give it."""
    most = float(cell.metadata.nbgrader["points"])
    name = cell.metadata.nbgrader["grade_id"]
    values = [out for out in cell.get("outputs", ()) if out.output_type == "execute_result"]
    if values and not 0 <= _number(values[0]) <= most:
        review.append(f"{name} computed a mark that is not between 0 and {most:g}.")
        return None
    return utils.determine_grade(cell, log)[0]


def _number(output):
    """The value of a cell as a number; 0 where it is a text and nbgrader gives full points."""
    try:
        return float(output.data.get("text/plain") or "nan")
    except ValueError:
        return 0.0
