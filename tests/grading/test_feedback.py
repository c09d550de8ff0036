"""Feedback pages: why a check failed, and nothing that is hidden, active or from elsewhere."""

import base64
import hashlib
import re

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbgrader.api import Gradebook

from rnncourse.grading.feedback import STYLE, page
from rnncourse.grading.messages import without_numbers
from rnncourse.grading.source import HIDDEN
from tests.grading.homework import (
    answer,
    autograde,
    check,
    give_feedback,
    graded,
    hand_in,
    make_course,
    named,
    solved,
)

pytestmark = pytest.mark.usefixtures("double")
HOSTILE = '<script>alert(1)</script><img src="https://example.org/x.png" onerror="x()">'


def feedback(course, code="def double(x): return 2 * x", change=None):
    notebook = solved(course, code)
    if change:
        change(notebook)
    hand_in(course, "student-1", notebook)
    autograde(course)
    return give_feedback(course, "student-1")


def test_a_failed_check_is_named_with_its_property_and_message_and_no_hidden_line(course):
    text = feedback(course, "def double(x): return 2 * x if x < 8 else 0")
    soup = BeautifulSoup(text, "html.parser")
    look = [item.get_text(" ", strip=True) for item in soup.select(".look li")]
    assert look == ["Zero. at 8", "part", "why", "draw A person marks this one."]
    for secret in "16", "HIDDEN", "double(40)", "double(8)", "80":
        assert secret not in soup.get_text(), secret
    rows = [[c.get_text() for c in row.find_all(["th", "td"])] for row in soup.select("tbody tr")]
    assert rows == [["Part 1. Doubling", "2 of 4"], ["Part 2. Words", "1 of 6"]]
    assert "3 of 10 points" in soup.select_one(".total").get_text()
    for link in soup.select(".look a"):
        assert soup.find(id=link["href"][1:])


def test_a_full_mark_says_so(tmp_path):
    course = make_course(tmp_path / "c", {"hw": [answer("double"), check("t", "double(1)")]})
    assert "Every check passes." in feedback(course)


def test_what_students_write_and_print_is_text(course):
    def write(notebook):
        named(notebook, "why").source = HOSTILE
        notebook.cells[0].source = f"## {HOSTILE}"
        notebook.cells.append(nbformat.v4.new_code_cell(f"# {HOSTILE}\nprint('''{HOSTILE}''')"))

    text = feedback(course, f"raise ValueError('''{HOSTILE}''')", write)
    soup = BeautifulSoup(text, "html.parser")
    assert not soup.find("script") and not soup.find("img") and text.count("&lt;script&gt;") > 4
    assert not re.search(r"<[^>]*\son\w+=", text)


def output(kind, **data):
    new = {"output_type": kind, "metadata": {}, "data": data}
    return new | ({"execution_count": 1} if kind == "execute_result" else {})


def test_of_outputs_only_text_and_png_are_shown():
    png = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"0" * 30).decode()
    outputs = [
        output("display_data", **{"text/html": HOSTILE, "image/svg+xml": "<svg/>"}),
        output("display_data", **{"image/png": png, "text/plain": "<Figure>"}),
        output("display_data", **{"image/png": 'x"><script>', "text/plain": "not a picture"}),
        output("execute_result", **{"application/javascript": "x()", "text/plain": "plain"}),
    ]
    cell = nbformat.from_dict(nbformat.v4.new_code_cell("1", outputs=outputs))
    ((_, (shown,)),) = page(nbformat.v4.new_notebook(cells=[cell]), HIDDEN).parts
    assert shown.outputs == [("png", png), ("text", "not a picture"), ("text", "plain")]


def test_long_outputs_are_cut_and_colours_taken_out():
    stream = {"output_type": "stream", "name": "stdout", "text": "\x1b[31mred\x1b[0m" + "x" * 10**6}
    cell = nbformat.from_dict(nbformat.v4.new_code_cell("1", outputs=[stream]))
    ((_, (shown,)),) = page(nbformat.v4.new_notebook(cells=[cell]), HIDDEN).parts
    assert shown.outputs[0][1].startswith("redxxx") and len(shown.outputs[0][1]) < 21_000


@pytest.mark.parametrize(
    ("text", "traceback", "told"),
    [
        (
            "\nNot equal to tolerance rtol=1e-07, atol=0\nthe hint\nMismatched elements: 1 / 2"
            "\nFirst 5 mismatches are at indices:\n [1]: 2.0 (ACTUAL), 3.25 (DESIRED)"
            "\nMax absolute difference among violations: 1.25\n ACTUAL: array([1., 2.])"
            "\n DESIRED: array([1.  , 3.25])",
            "",
            "Not equal to tolerance rtol=1e-07, atol=0\nthe hint\nMismatched elements: 1 / 2"
            "\nMax absolute difference among violations: 1.25",
        ),
        ("\nArrays are not equal\n x: array([1])\n y: array([3.25])", "", "Arrays are not equal"),
        ("4 != 3.25 : twice is twice", "unittest/case.py", "twice is twice"),
        ("4 != 3.25", "unittest/case.py", ""),
        ("Write dh = dh + ..., not !=", "", "Write dh = dh + ..., not !="),
    ],
)
def test_expected_values_do_not_reach_the_message(text, traceback, told):
    assert without_numbers(text, traceback) == told
    assert "3.25" not in told


def test_numpys_own_message_has_no_values_left(tmp_path):
    hidden = "import numpy as np\nnp.testing.assert_allclose(double(1), [1, 3.25], err_msg='hint')"
    course = make_course(tmp_path / "c", {"hw": [answer("double"), check("t", "1", hidden)]})
    text = BeautifulSoup(feedback(course), "html.parser").get_text()
    assert "hint" in text and "3.25" not in text and "DESIRED" not in text


def test_a_link_to_the_book_stands_beside_what_failed(tmp_path):
    see = "# Property: f\n# See: [The cell, (2)](lstm.html#eq-c)\n# See: [x](javascript:alert(1))\n"
    cells = [answer("double"), check("t", see + "assert double(1) == 3")]
    course = make_course(tmp_path / "c", {"hw": cells})
    course.config.FeedbackExporter.book_url = "https://example.org/book/"
    soup = BeautifulSoup(feedback(course), "html.parser")
    found = {link["href"]: link.get_text() for link in soup.select("a.see")}
    assert found == {"https://example.org/book/lstm.html#eq-c": "The cell, (2)"}


def test_a_notebook_that_was_not_run_says_why_and_what_was_repaired_is_told(course):
    hand_in(course, "student-1", b"{")
    notebook = solved(course)
    named(notebook, "twice").source = "pass"
    hand_in(course, "student-2", notebook)
    autograde(course)
    first, second = (give_feedback(course, f"student-{k}") for k in (1, 2))
    assert "This check was not run. The file is not a notebook" in first
    assert "A person will look at this submission" in first
    assert "twice was changed" in second and "A person will look" not in second


def test_comments_and_marks_of_a_person_are_shown(course):
    feedback(course)
    with Gradebook(course.db_url) as gradebook:
        gradebook.find_grade("why", "hw", "hw", "student-1").manual_score = 2.5
        comment = gradebook.find_comment("why", "hw", "hw", "student-1")
        comment.manual_comment = "Good <b>idea</b>."
        gradebook.db.commit()
        gradebook.engine.dispose()
    text = give_feedback(course, "student-1")
    assert "2.5 of 3 points" in text and "Good &lt;b&gt;idea&lt;/b&gt;." in text


def test_the_page_stands_alone_under_a_strict_policy(course):
    (course_folder,) = {hand_in(course, "student-1", solved(course), files={"data.csv": b"1"})}
    text = feedback(course)
    soup = BeautifulSoup(text, "html.parser")
    policy = soup.find("meta", {"http-equiv": "Content-Security-Policy"})["content"]
    digest = base64.b64encode(hashlib.sha256(soup.style.string.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy and "default-src 'none'" in policy
    assert "script" not in policy and "unsafe" not in policy
    assert not soup.find_all(["link", "script", "iframe", "object", "form", "base"])
    assert not soup.find_all(style=True) and "url(" not in STYLE and "@import" not in STYLE
    assert not [
        tag for tag in soup.find_all(src=True) if not tag["src"].startswith("data:image/png")
    ]
    out = course_folder.parents[2] / "feedback" / "student-1" / "hw"
    assert [path.name for path in out.iterdir()] == ["hw.html"]


def test_the_autograded_notebook_keeps_the_hidden_tests_for_the_instructor(course):
    feedback(course)
    assert "double(40)" in named(graded(course, "student-1"), "twice").source
