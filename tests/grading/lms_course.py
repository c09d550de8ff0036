"""A small course in a temporary folder, and a double that puts marks into its gradebook."""

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook

from rnncourse.grading.lms.folder import open_course

CELLS = {"forward": 4, "backward": 6}  # graded cell: points
FIRST_LINES = {
    "forward": "# The state is a tanh of the sum.",
    "backward": "# The gradient of the bias is summed over the batch.",
}


def make_course(root, assignment="a3_lstm", due=None, config=""):
    """A course folder with one assignment of two graded cells and an essay -> CourseDirectory."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "nbgrader_config.py").write_text("c = get_config()\n" + config)
    for step in "source", "release":
        folder = root / step / ("." if step == "source" else "") / assignment
        folder.mkdir(parents=True)
        nbformat.write(notebook(), folder / f"{assignment}.ipynb")
    course = open_course(root, assignment)
    with Gradebook(course.db_url, course.course_id) as gradebook:
        gradebook.add_assignment(assignment, duedate=due)
        gradebook.add_notebook(assignment, assignment)
        for name, points in CELLS.items():
            cell = {"max_score": points, "cell_type": "code"}
            gradebook.add_grade_cell(name, assignment, assignment, **cell)
        for name in CELLS:
            cell = {"cell_type": "code", "source": FIRST_LINES[name], "locked": True}
            gradebook.add_source_cell(name, assignment, assignment, **cell)
        gradebook.engine.dispose()
    return course


def notebook(answer="pass"):
    """The assignment, or somebody's work on it, as nbformat has it."""
    cells = [new_markdown_cell("# An assignment"), new_code_cell(answer)]
    for name, points in CELLS.items():
        cell = new_code_cell(f"{FIRST_LINES[name]}\nassert True")
        cell.metadata["nbgrader"] = {
            "grade": True, "grade_id": name, "locked": True, "points": points,
            "schema_version": 3, "solution": False, "task": False, "cell_type": "code",
        }  # fmt: skip
        cells.append(cell)
    for k, cell in enumerate(cells):
        cell.id = f"cell-{k}"
    return new_notebook(cells=cells)


def grade(course, scores, penalties=None):
    """Put marks into the gradebook: {student: {cell: score}}."""
    name = course.assignment_id
    with Gradebook(course.db_url, course.course_id) as gradebook:
        gradebook.db.autoflush = False
        for student, cells in scores.items():
            gradebook.update_or_create_student(student)
            submission = gradebook.update_or_create_submission(name, student)
            (book,) = submission.notebooks
            book.late_submission_penalty = (penalties or {}).get(student)
            for grade in book.grades:
                grade.auto_score = cells[grade.name]
                grade.needs_manual_grade = False
        gradebook.db.commit()
        gradebook.engine.dispose()
