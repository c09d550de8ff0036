"""Writes verdicts into nbgrader's gradebook: one transaction for each submission.

The same rows with the same content as nbgrader's own autograder; manual scores and comments,
extra credit and flags are never touched, except that a reason to look sets the flag.
"""

from nbgrader import utils
from nbgrader.api import Comment, Grade, Gradebook, Student, SubmittedAssignment, SubmittedNotebook


class Recorder:
    """A gradebook opened once for many submissions of one assignment."""

    def __init__(self, coursedir, log, late_penalty=None, create_student=True):
        self.gradebook = Gradebook(coursedir.db_url, coursedir.course_id)
        self.db, self.log = self.gradebook.db, log
        self.assignment_id = coursedir.assignment_id
        self.late_penalty = late_penalty  # (student, score, seconds late) -> points or None
        self.create_student = create_student

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.db.rollback()
        self.gradebook.close()
        self.gradebook.engine.dispose()

    def record(self, judged):
        """Save the scores of one submission -> {notebook: {cell: (score, most)}}."""
        try:
            assignment = self.gradebook.find_assignment(self.assignment_id)
            submission = self._submission(assignment, judged.student)
            if judged.timestamp:
                submission.timestamp = parse_time(judged.timestamp) or submission.timestamp
            books = {book.notebook_id: book for book in submission.notebooks}
            scores = {}
            for notebook in judged.notebooks:
                source = next(book for book in assignment.notebooks if book.name == notebook.name)
                book = books[source.id]
                scores[notebook.name] = self._grades(book, source, notebook)
                book.flagged = bool(book.flagged or notebook.review)
                book.late_submission_penalty = self._late(submission, book, judged.student)
            self.db.commit()
            return scores
        finally:
            self.db.rollback()
            self.db.expunge_all()

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
                graded[name].auto_score = score(cell, self.log, judged.review)
                missing = graded[name].auto_score is None
                graded[name].needs_manual_grade = missing or graded[name].manual_score is not None
            if meta.get("solution") or meta.get("task"):
                blank = not meta.get("task") and meta["checksum"] == utils.compute_checksum(cell)
                answers[name].auto_comment = "No response." if blank else None
            if meta.get("grade") or meta.get("task"):
                given = graded[name].manual_score
                scores[name] = graded[name].auto_score if given is None else given, meta["points"]
        return scores

    def _late(self, submission, book, student_id):
        """nbgrader's rule: no penalty below 0 and none above the score."""
        if not self.late_penalty or submission.total_seconds_late <= 0:
            return None
        self.db.flush()
        total = self.db.query(SubmittedNotebook.score).filter_by(id=book.id).scalar()
        penalty = self.late_penalty(student_id, total, submission.total_seconds_late)
        return None if penalty is None else min(max(penalty, 0), total)


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
