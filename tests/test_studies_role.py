"""A number quoted from a study is the stored one, and a wrong name says what there is."""

import json
from pathlib import Path

import book_studies
import pytest

RESULT = {
    "seeds": [0, 1, 2],
    "sizes": {"T": [20, 50], "H": 32},
    "gru": {"steps": {"median": 612.5, "low": 600, "high": 650}, "solved": 3, "rate": None},
    "all": [0.25, 0.5],
}


@pytest.fixture
def root(tmp_path):
    """A repository with two studies; one has a stored result."""
    folder = tmp_path / "benchmarks" / "studies"
    folder.mkdir(parents=True)
    (folder / "__init__.py").touch()
    for name in ("adding", "copy"):
        (folder / f"{name}.py").write_text(
            '"""Which cell adds?\n\nMore."""\nT = 5\nPAGE = "practice/tasks"\n'
        )
    results = tmp_path / "benchmarks" / "results" / "studies"
    results.mkdir(parents=True)
    record = {
        "command": "python -m benchmarks.studies adding",
        "date": "2001-02-03",
        "seconds": 61.4,
        "cpu": "a processor",
        "versions": {"numpy": "2.4"},
        "result": RESULT,
    }
    (results / "adding.json").write_text(json.dumps(record))
    return tmp_path


@pytest.mark.parametrize(
    "text, number",
    [
        ("adding:gru.steps.median:.0f", "612"),
        ("adding:gru.solved:d", "3"),
        ("adding:gru.steps.high", "650"),
        ("adding:all.1:.2f", "0.50"),
        ("adding:all.0:.0%", "25%"),
        ("adding", "Adding"),
    ],
)
def test_a_number_is_the_stored_one_in_the_format_asked_for(root, text, number):
    study, got = book_studies.quoted(root, text)
    assert (study.name, study.page, got) == ("adding", "practice/tasks", number)


@pytest.mark.parametrize(
    "text, message",
    [
        ("add:gru.solved:d", "there is no study 'add'; there are adding, copy"),
        ("copy:gru.solved:d", "run `python -m benchmarks.studies copy`"),
        ("adding:gru.step.median:.0f", "'step' of 'gru.step.median' is not one of steps, solved"),
        ("adding:gru.steps:.0f", "'gru.steps' is no number; it has median, low, high"),
        ("adding:all.2:.0f", "'2' of 'all.2' is not one of 0, 1"),
        ("adding:gru.rate:.0f", "'gru.rate' is no number"),
        ("adding:gru.solved.x:d", "'x' of 'gru.solved.x' is not one of none"),
        ("adding::.0f", "'' of '' is not one of seeds"),
    ],
)
def test_a_wrong_name_says_what_there_is(root, text, message):
    with pytest.raises(KeyError) as error:
        book_studies.quoted(root, text)
    assert message in error.value.args[0]


def test_a_format_that_does_not_fit_is_an_error(root):
    with pytest.raises(ValueError):
        book_studies.quoted(root, "adding:gru.steps.median:d")


def test_an_entry_tells_question_page_seeds_sizes_command_and_spread(root):
    lines = book_studies.entry(book_studies.studies(root)["adding"], ["book/practice/tasks"])
    assert lines[:2] == ["(study-adding)=", "## Adding"]
    text = "\n".join(lines)
    for part in (
        "Which cell adds?",
        "{doc}`/book/practice/tasks`",
        "0 to 2 (3)",
        "T = 20, 50, H = 32",
        "`python -m benchmarks.studies adding`",
        "2001-02-03, in 61 seconds of a processor",
        "numpy 2.4",
        "| `gru.steps` | 612.5 (600 to 650) |",
        "| `gru.rate` | none |",
        "| `all` | 0.25, 0.5 |",
    ):
        assert part in text
    assert "`seeds`" not in text


def test_the_pages_that_quote_a_study_are_found(root):
    for page, text in {"a": "{study}`adding:gru.solved:d`", "b": "{study}`copy`", "c": ""}.items():
        (root / f"{page}.md").write_text(text)
    assert book_studies.quoting(root, {"c", "a", "b", "gone"}, "adding") == ["a"]
    assert book_studies.quoting(root, {"c", "a", "b"}, "copy") == ["b"]


def test_every_quotation_in_the_book_is_there():
    """What the build checks as well; here without a build."""
    root = Path(__file__).parents[1]
    wrong = []
    for page in (root / "book").rglob("*.md"):
        for text in book_studies.QUOTATION.findall(page.read_text("utf-8")):
            try:
                book_studies.quoted(root, text)
            except (KeyError, ValueError) as error:
                wrong.append(f"{page.name}: {text}: {error.args[0]}")
    assert wrong == []
