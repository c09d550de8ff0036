"""The bank itself: every attack is a notebook, says what it wants, and was seen to be real."""

import nbformat
import pytest

from tests.grading.attacks import course, judge, report
from tests.grading.attacks.__main__ import RESULTS
from tests.grading.attacks.bank import BANK
from tests.grading.attacks.bank.kit import Link, fill


@pytest.fixture(scope="module")
def release():
    notebook = nbformat.read(course.SOURCE, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    return notebook


def test_the_bank_is_large_and_no_two_attacks_say_the_same():
    assert len(BANK) >= 65
    assert len({attack.does for attack in BANK.values()}) == len(BANK)
    assert all(attack.wins.startswith(("points", "leak: ", "harm: ")) for attack in BANK.values())


@pytest.mark.parametrize("name", BANK)
def test_an_attack_is_a_notebook_that_differs_from_the_release(name, release):
    notebook = nbformat.from_dict(release)
    more = BANK[name].build(notebook) or {}
    assert notebook != release or more
    for cell in notebook.cells:
        if cell.cell_type == "code" and "SOLUTION" not in cell.source and name != "cell_magics":
            compile(cell.source, name, "exec")
    assert all(isinstance(content, bytes | Link) for content in more.values())


def test_fakes_are_no_solution(release):
    fill(release, "")
    space = {}
    for cell in release.cells:
        if cell.cell_type == "code" and not cell.metadata.get("nbgrader", {}).get("grade"):
            if "plt.subplots" not in cell.source:
                exec(cell.source, space)
    for cell in release.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            with pytest.raises(AssertionError):
                exec(cell.source, space)


def test_the_stored_table_shows_for_each_attack_that_it_is_real():
    stored = report.read(RESULTS)["attacks"]
    assert stored.keys() == BANK.keys()
    for name, attack in stored.items():
        stock = attack["outcomes"]["stock"]
        assert not report.withstood(stock) or BANK[name].stock, name
        assert "ours" in attack["outcomes"], name


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("nothing", set()),
        ("x CANARYhidden y", {"hidden"}),
        (f"x {'CANARYsolution'[::-1]} y", {"solution (read by code)"}),
        (f"[[{course.INPUT} 1.0]]", {"hidden inputs"}),
        (repr([float(course.INPUT)])[::-1], {"hidden inputs (read by code)"}),
    ],
)
def test_a_canary_is_found_either_way_round(text, found):
    assert set(judge.leaks(text)) == found


@pytest.mark.parametrize(
    "html",
    [
        "<script>window.PWNED = 1</script>",
        "<img src=x onerror='window.PWNED = 1'>",
        "<svg onload='window.PWNED=1'></svg>",
        "<a href='javascript:window.PWNED=1'>x</a>",
        "<img src='http://127.0.0.1/PWNED.png'>",
        "<iframe srcdoc='<script>PWNED</script>'></iframe>",
        "<style>body { background: url(http://127.0.0.1/PWNED.png) }</style>",
    ],
)
def test_active_content_is_seen(html):
    assert list(judge.scripts(f"<p>text</p>{html}"))


def test_text_about_active_content_is_not_active():
    assert not list(judge.scripts("<pre>&lt;script&gt;window.PWNED = 1&lt;/script&gt;</pre>"))


def test_a_lost_gradebook_is_noticed(tmp_path):
    assert judge.scores(tmp_path) is None
    seen = {"codes": [0, 0], "heard": [], "left": []}
    assert judge.shared(tmp_path, seen, {}).harms == ["no gradebook any more"]


def test_what_a_container_saw_is_judged(tmp_path):
    assert "the batch hung or was killed" in judge.shared(tmp_path, None, {}).harms
    seen = {"codes": [0, 0], "heard": ["CANARYhidden"], "left": ["sleep 300"]}
    result = judge.shared(tmp_path, seen, {"source/a.ipynb": "0"})
    assert result.succeeded and result.leaks == ["hidden"]
    assert {"1 process(es) left", "changed: source/a.ipynb"} < set(result.harms)
