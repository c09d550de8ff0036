"""Write one HTML page about an assignment: scores, what the class missed and which known mistake
looks likewise, submissions to review, time. It goes to exports/<assignment>/ in the course folder.
"""

import argparse
from datetime import date
from pathlib import Path

from nbgrader.api import MissingEntry

from rnncourse.grading.lms.folder import add_course_option, exports, open_course, stop
from rnncourse.grading.policy import BadPolicy, read_policy
from rnncourse.grading.privacy import hide_names, read_key
from rnncourse.grading.report.page import render
from rnncourse.grading.report.results import read_results


def write_report(course, assignment, pseudonyms=False, mutants=None):
    """Write the page -> its path."""
    mutants = mutants or Path(course.root, "mutants", f"{assignment}.toml")
    results = read_results(course, assignment, mutants)
    if pseudonyms:
        results = hide_names(results, read_key(course.root))
    name = "report-pseudonyms.html" if pseudonyms else "report.html"
    path = exports(course, assignment, name)
    name_of_course = read_policy(course.root).name
    page = render(results, date.today().isoformat(), pseudonyms, name_of_course)
    path.write_text(page, encoding="utf-8")
    return path


def main(arguments=None):
    """Run the command -> the page's path."""
    parser = argparse.ArgumentParser(prog="make report", description=__doc__)
    parser.add_argument("--assignment", required=True, help="the assignment's name")
    parser.add_argument(
        "--pseudonyms", action="store_true", help="show pseudonyms in place of student ids"
    )
    parser.add_argument(
        "--mutants", type=Path, help="known wrong solutions (default: mutants/<assignment>.toml)"
    )
    add_course_option(parser)
    options = parser.parse_args(arguments)
    if options.mutants and not options.mutants.is_file():
        stop(f"{options.mutants} is not a file; expected a TOML file of known wrong solutions.")
    course = open_course(options.course, options.assignment, known=True)
    try:
        path = write_report(course, options.assignment, options.pseudonyms, options.mutants)
    except BadPolicy as error:
        stop(str(error))
    except MissingEntry:
        stop(f"The gradebook has no assignment {options.assignment!r}; grade it first.")
    print(path)
    return path


if __name__ == "__main__":
    main()
