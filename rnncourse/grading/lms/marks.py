"""The marks of one assignment, as the gradebook has them and as nbgrader's CSV file shows them."""

from typing import NamedTuple

from tqdm import tqdm

COLUMNS = (
    "assignment,duedate,timestamp,student_id,last_name,first_name,email,"
    "raw_score,late_submission_penalty,score,max_score"
).split(",")


class Mark(NamedTuple):
    student: object  # nbgrader's row
    handed_in: bool
    timestamp: object  # datetime or None
    raw: float
    penalty: float
    waits: bool  # for a person to grade a cell

    @property
    def score(self):
        return max(0.0, self.raw - self.penalty)


class Marks(NamedTuple):
    assignment: str
    due: object  # datetime or None
    most: float
    of: dict  # student id -> Mark


class Filled(NamedTuple):
    """A file for a platform, before it is written."""

    header: list
    rows: list
    notes: list  # lines for the instructor


def read_marks(gradebook, assignment, points=None):
    """Read all students' marks, also of those who handed in nothing -> Marks.

    `points` is what the assignment counts, where that is not the sum of its cells.
    """
    row = gradebook.find_assignment(assignment)
    factor = points / row.max_score if points is not None and row.max_score else 1.0
    handed_in = {s.student_id: s for s in gradebook.assignment_submissions(assignment)}
    marks = {}
    for student in tqdm(gradebook.students, desc="marks", unit="student"):
        if s := handed_in.get(student.id):
            penalty = s.late_submission_penalty or 0.0
            raw, penalty = s.score * factor, penalty * factor
            mark = Mark(student, True, s.timestamp, raw, penalty, s.needs_manual_grade)
        else:
            mark = Mark(student, False, None, 0.0, 0.0, False)
        marks[student.id] = mark
    return Marks(assignment, row.duedate, row.max_score * factor, marks)


def nbgrader_table(marks):
    """The columns of `nbgrader export`."""
    rows = []
    for mark in marks.of.values():
        student = mark.student
        who = (student.id, student.last_name, student.first_name, student.email)
        points = (mark.raw, mark.penalty, mark.score, marks.most)
        rows.append((marks.assignment, marks.due, mark.timestamp, *who, *points))
    waiting = [student for student, mark in marks.of.items() if mark.waits]
    return Filled(list(COLUMNS), rows, [f"{i}: waits for a manual grade" for i in waiting])
