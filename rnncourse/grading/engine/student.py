"""The student's process: runs the student's cells, and calls their functions for the tester."""

from rnncourse.grading.engine import process
from rnncourse.grading.engine.errors import cell_frames
from rnncourse.grading.engine.handles import ON_STUDENT, TesterFunction
from rnncourse.grading.engine.link import Link
from rnncourse.grading.engine.timing import TimeLimit


def serve(shell, most, control, calls=None):
    """Answer the runner on one socket, and the tester on the other one if there is one."""
    namespace = {}
    process.begin(shell, namespace, most)
    links = [Link(control, {"run": lambda _, *cell: shell.run(*cell)})]
    if calls is not None:
        names = {"name": lambda _, name: (name in namespace, namespace.get(name))}
        links.append(Link(calls, ON_STUDENT | names, TesterFunction, _any, TimeLimit, cell_frames))
    process.serve(links)


def _any(value):
    return True
