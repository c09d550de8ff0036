"""The measurement of grading runs, finds differences, and says what it measured."""

import json

import pytest

from benchmarks import grading


@pytest.fixture(autouse=True)
def scratch(tmp_path, monkeypatch):
    monkeypatch.setattr(grading, "SCRATCH", tmp_path / "scratch")


def test_stock_and_plug_in_take_turns_and_agree(tmp_path, capsys):
    out = tmp_path / "grading.json"
    grading.main(["--quick", "--contenders", "stock", "plug-in", "--out", str(out)])
    told = capsys.readouterr().out
    assert "marks and pictures that differ: none" in told and "4 submissions in" in told
    report = json.loads(out.read_text())
    assert report["turns"].keys() == {"stock", "plug-in"}
    turns = [turn for turns in report["turns"].values() for turn in turns]
    assert all(turn["wall"] > 0 and turn["cpu"] > 0 for turn in turns)
    first = grading.SCRATCH / "stock", grading.SCRATCH / "plug-in"
    options = grading.parse(["--quick"])
    assert grading.outcome(first[0], options) == grading.outcome(first[1], options)
    assert any(key[-1] == "image/png" for key in grading.outcome(first[0], options))


def test_a_mark_that_differs_is_named(monkeypatch):
    found = iter([{("a", "cell"): 1.0, ("b", "cell"): 2.0}, {("a", "cell"): 0.0}])
    monkeypatch.setattr(grading, "outcome", lambda root, options: next(found))
    options = grading.parse(["--contenders", "stock", "plug-in"])
    differences = grading.compare(options)
    assert len(differences) == 2 and "0.0 instead of 1.0" in differences[0]


def test_a_contender_that_fails_is_named(tmp_path):
    (tmp_path / "master").mkdir()
    with pytest.raises(SystemExit, match="stock failed"):
        grading.grade(tmp_path / "master", "stock", grading.parse(["--quick"]))


def test_the_command_explains_itself(capsys):
    with pytest.raises(SystemExit):
        grading.main(["--help"])
    assert "--submissions" in capsys.readouterr().out
