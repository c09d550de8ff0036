"""Which submissions a run has to grade, told from what their last results were made from."""

from pathlib import Path

from rnncourse.grading import made_from
from rnncourse.grading.gradebook import parse_time
from rnncourse.grading.source import Assignment
from rnncourse.grading.staging import stage

NEW, OTHER_TESTS, DONE = "new", "other tests", "done"


class Due:
    """Sorts submissions: new or handed in again, judged by other tests or another grader, done.

    Parameters
    ----------
    coursedir : CourseDirectory
    assignment : Assignment
    limits : Limits
    names : list of str
        The notebooks that are wanted.
    """

    def __init__(self, coursedir, assignment, limits, names):
        self.coursedir, self.assignment, self.names = coursedir, assignment, names
        self.tests = made_from.of_tests(assignment)
        self.grader = made_from.of_grader(limits)

    def stage(self, path):
        """Read a submission -> Staged, MadeFrom."""
        staged = stage(self.coursedir.root, path, self.assignment, self.coursedir.ignore)
        handed_in = made_from.of_submission(staged, self.assignment.answers)
        return staged, made_from.MadeFrom(handed_in, self.tests, self.grader)

    def state(self, path, graded):
        """NEW, OTHER_TESTS or DONE, for a submission's folder and that of its result."""
        results = [Path(graded, f"{name}.ipynb") for name in self.names]
        if not all(result.exists() for result in results):
            return NEW
        now, last = self.stage(path)[1], {made_from.read(result) for result in results}
        if None in last:  # graded by another program, which left the time alone
            return NEW if self._is_newer(path, graded) else OTHER_TESTS
        if any(one.submission != now.submission for one in last):
            return NEW
        return DONE if last == {now} else OTHER_TESTS

    def _is_newer(self, *folders):
        nothing = Assignment("", {}, {})
        times = [stage(self.coursedir.root, folder, nothing).timestamp for folder in folders]
        new, old = map(parse_time, times)
        return new is not None and old is not None and new > old
