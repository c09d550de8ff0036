"""The instructor's report: numbers, patterns, flags, and a page that any browser shows."""

import json
from collections import Counter
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbgrader.api import Gradebook

from rnncourse.grading.report import __main__ as report
from rnncourse.grading.report.page import histogram, summary
from rnncourse.grading.report.results import read_results, title
from tests.grading.lms_course import grade, make_course
from tests.site.browser import VARIANTS, chromium, window

FULL = {"forward": 4, "backward": 6}
SCORES = {
    "student-001": FULL,
    "student-002": FULL | {"backward": 0},
    "student-003": FULL | {"backward": 3},
    "student-004": {"forward": 0, "backward": 0},
    "student-005": {"forward": 1, "backward": 6},
    "student-006": FULL,
}
MUTANTS = """
[bias-mean]
mistake = "the bias is a mean, not a sum"
cell = "step"
old = "a"
new = "b"
loses = ["backward"]

[other]
mistake = "something else & <b>bold</b>"
cell = "step"
old = "a"
new = "c"
loses = ["forward"]
"""


@pytest.fixture
def graded(tmp_path):
    """A graded class of six, one flagged by the grader, one never autograded."""
    course = make_course(tmp_path / "course")
    grade(course, SCORES, penalties={"student-002": 1.5})
    for k, student in enumerate(sorted(SCORES)[:5], 1):
        note = {"review": [], "notes": [], "seconds": float(k)}
        if k == 4:
            note["review"] = ["'student-004 <script>.ipynb' was taken for a3_lstm.ipynb."]
        write_note(course, student, note)
    mutants = Path(course.root, "mutants", "a3_lstm.toml")
    mutants.parent.mkdir()
    mutants.write_text(MUTANTS)
    return course


def write_note(course, student, note):
    path = Path(course.root, "autograded", student, "a3_lstm", "a3_lstm.ipynb")
    path.parent.mkdir(parents=True)
    notebook = nbformat.v4.new_notebook(metadata={"grading": note})
    path.write_text(json.dumps(notebook))


def write(course, *arguments):
    command = ["--assignment", "a3_lstm", "--course", str(course.root), *arguments]
    return report.main(command).read_text("utf-8")


def test_the_numbers_are_those_of_the_gradebook(graded):
    results = read_results(graded, "a3_lstm", Path(graded.root, "mutants", "a3_lstm.toml"))

    failed = {check.name: (check.failed, check.judged) for check in results.checks}
    assert failed == {"forward": (2, 6), "backward": (3, 6)}
    assert results.checks[0].title == "The state is a tanh of the sum."
    assert [s.score for s in results.submissions] == [10, 4, 7, 0, 7, 10]
    assert [s.seconds for s in results.submissions] == [1, 2, 3, 4, 5, None]
    assert [bool(s.review) for s in results.submissions] == [False] * 3 + [True, False, True]
    first, *others = results.patterns
    assert (first.lost, first.count) == (("backward",), 2)
    assert first.mistakes == ("the bias is a mean, not a sum",)
    assert Counter(p.everything for p in others) == {True: 1, False: 1}


def test_the_page_says_it(graded):
    page = BeautifulSoup(write(graded), "html.parser")
    text = page.get_text(" ", strip=True)
    assert "The median is 7 of 10 points" in text
    assert "The gradient of the bias is summed over the batch." in text
    assert "when the bias is a mean, not a sum" in text
    assert "when there is no answer, or none that runs" in text
    assert "There is no autograded notebook" in text
    assert page.find("svg", role="img").find("desc").text.startswith("The median is 7")


def test_what_students_and_mutants_wrote_is_text_and_nothing_is_fetched(graded):
    page = BeautifulSoup(write(graded), "html.parser")
    assert not page.find_all(["script", "b"], string=True) and "<script>" in page.get_text()
    assert not page.find_all(["link", "img", "iframe", "object", "form"])
    assert not page.find_all(src=True) and not page.find_all(href=True)
    policy = page.find("meta", {"http-equiv": "Content-Security-Policy"})["content"]
    assert policy.startswith("default-src 'none'")


def test_with_pseudonyms_no_student_is_named_and_the_names_stay_the_same(graded):
    named, hidden = write(graded), write(graded, "--pseudonyms")
    assert "student-00" in named and "student-00" not in hidden
    assert write(graded, "--pseudonyms") == hidden
    Path(graded.root, ".pseudonym-key").unlink()
    assert write(graded, "--pseudonyms") != hidden


def test_an_assignment_without_submissions_has_a_page(tmp_path):
    page = write(make_course(tmp_path / "course"))
    assert "Nobody has handed in." in page and "Nothing has been graded yet." in page


def test_unknown_assignments_and_files_are_named(graded, tmp_path):
    command = ["--assignment", "a9", "--course", str(graded.root)]
    with pytest.raises(SystemExit, match="no assignment 'a9' .* there are: a3_lstm"):
        report.main(command)
    with Gradebook(graded.db_url, graded.course_id) as gradebook:
        gradebook.remove_assignment("a3_lstm")
        gradebook.engine.dispose()
    with pytest.raises(SystemExit, match="The gradebook has no assignment 'a3_lstm'"):
        write(graded)
    with pytest.raises(SystemExit, match="nothing.toml is not a file"):
        write(graded, "--mutants", str(tmp_path / "nothing.toml"))
    with pytest.raises(SystemExit, match="no course folder: there is no nbgrader_config.py"):
        report.main(["--assignment", "a9", "--course", str(tmp_path)])


def test_a_damaged_notebook_is_named_and_one_of_nbgraders_own_has_no_time(graded):
    folder = Path(graded.root, "autograded")
    (folder / "student-001" / "a3_lstm" / "a3_lstm.ipynb").write_text("{")
    (folder / "student-002" / "a3_lstm" / "a3_lstm.ipynb").write_text('{"metadata": {}}')
    assert "The autograded notebook is damaged" in write(graded)
    results = read_results(graded, "a3_lstm")
    assert [s.seconds for s in results.submissions[:3]] == [None, None, 3]
    assert all(not pattern.mistakes for pattern in results.patterns)


@pytest.mark.parametrize(
    ("scores", "most", "bars"),
    [
        ([0, 3, 3], 3, [("0", 1), ("1", 0), ("2", 0), ("3", 2)]),
        ([], 3, []),
        ([1, 7], 3, [("0", 0), ("1", 1), ("2", 0), ("3", 1)]),  # extra credit
    ],
)
def test_bars(scores, most, bars):
    assert histogram(scores, most) == bars


def test_scores_with_parts_of_points_come_in_twenty_bars():
    bars = histogram([0, 0.5, 9.9, 10], 10)
    assert len(bars) == 20 and sum(count for _, count in bars) == 4
    assert bars[1] == ("0.5 to below 1", 1) and bars[-1] == ("9.5 to 10", 2)


def test_a_summary_of_few_scores_names_no_quarters():
    assert summary([2, 4], 4) == (
        "The median is 3 of 4 points. 1 of 2 have full marks, 0 have none."
    )


def test_titles_of_cells():
    assert title("# Property: the sum.\nassert x", "cell") == "the sum."
    assert title("assert x  # why", "cell") == "cell"
    assert title(None, "cell") == "cell"


def test_the_page_fits_a_phone_and_asks_nobody(graded):
    for k in range(40):
        write_note(graded, f"student-1{k:02}", {"review": ["x" * 90], "seconds": 0.5})
    grade(graded, {f"student-1{k:02}": FULL for k in range(40)})
    write(graded)
    address = Path(graded.root, "exports", "a3_lstm", "report.html").as_uri()
    with chromium() as browser:
        for width, theme in VARIANTS:
            with window(browser, width, theme) as pages:
                page, asked, said = pages.new_page(), [], []
                page.on("request", lambda request, asked=asked: asked.append(request.url))
                page.on("console", lambda line, said=said: said.append(line.text))
                page.goto(address)
                page.locator("summary").first.click()
                wide = page.evaluate("document.documentElement.scrollWidth")
                paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
                assert wide <= width and asked == [address] and not said
                assert (paper == "rgb(255, 255, 255)") == (theme == "light")
