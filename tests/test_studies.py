"""Each stored study says what the book claims of it, and so does a quick run of it today.

An assertion that no result could break would claim nothing: each one in `claims` is seen to fail
on results whose numbers were spoiled.
"""

import ast
import inspect
import json
import random
from types import SimpleNamespace

import book_studies
import numpy as np
import pytest

from benchmarks import studies
from benchmarks.studies import __main__ as command

NAMES = studies.names()
FRAME = {"seeds", "sizes"}  # what was run, not what came out


@pytest.mark.parametrize("name", NAMES)
def test_a_study_states_its_question_and_the_page_that_quotes_it(name):
    study = studies.load(name)
    assert study.__doc__.strip().partition("\n")[0].endswith(("?", "."))
    page = f"book/{study.PAGE}"
    assert book_studies.quoting(studies.FOLDER.parents[1], [page], name) == [page]


@pytest.mark.parametrize("name", NAMES)
def test_the_stored_result_is_what_the_book_claims(name):
    record = studies.stored(name)
    assert record["study"] == name and record["versions"].keys() >= {"python", "numpy"}
    assert record["result"].keys() >= FRAME and len(record["result"]["seeds"]) >= 3
    studies.load(name).claims(record["result"])


@pytest.mark.parametrize("name", NAMES)
def test_a_quick_run_is_what_the_book_claims(name):
    study = studies.load(name)
    result = studies.plain(study.run(quick=True, progress=False))
    if getattr(study, "TIMED", False):
        assert result.keys() <= studies.stored(name)["result"].keys()
    else:
        study.claims(result)


@pytest.mark.parametrize("name", NAMES)
def test_every_claim_can_fail(name):
    study = studies.load(name)
    assert never_failed(study.claims, studies.stored(name)["result"]) == []


# The judges are seen to judge


def never_failed(claims, result):
    """The assertions in `claims` that hold whatever numbers the result has, as source."""
    tree = ast.parse(inspect.getsource(claims))
    claimed = [node for node in ast.walk(tree) if isinstance(node, ast.Assert)]
    seen = {ast.unparse(node.test): set() for node in claimed}
    tree = _Recorder().visit(tree)
    space = {**claims.__globals__, "_record": lambda text, held: seen[text].add(bool(held))}
    exec(compile(ast.fix_missing_locations(tree), "<claims>", "exec"), space)
    for spoiled in spoil(result):
        try:
            space["claims"](spoiled)
        except (ArithmeticError, LookupError, TypeError, ValueError):
            pass  # so spoiled that it cannot be read to its end
    return [text for text, outcomes in seen.items() if False not in outcomes]


class _Recorder(ast.NodeTransformer):
    """`assert test` becomes `_record("test", test)`, and the rest runs on."""

    def visit_Assert(self, node):
        text = ast.Constant(ast.unparse(node.test))
        return ast.Expr(ast.Call(ast.Name("_record", ast.Load()), [text, node.test], []))


def spoil(result, shuffles=50):
    """The result with its numbers zeroed, huge, negative, reversed, shuffled; FRAME is kept."""
    numbers = list(_numbers(result))
    rng = random.Random(0)
    for changed in (
        [0 * x for x in numbers],
        [1000 + x for x in numbers],
        [-x for x in numbers],
        numbers[::-1],
        *(rng.sample(numbers, len(numbers)) for _ in range(shuffles)),
    ):
        left = iter(changed)
        yield _replaced(result, lambda left=left: next(left))


def _is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool)


def _numbers(value, top=True):
    """The numbers in nested dicts and lists, in order."""
    if _is_number(value):
        yield value
    elif isinstance(value, dict | list):
        parts = value.items() if isinstance(value, dict) else enumerate(value)
        for key, part in parts:
            if not (top and key in FRAME):
                yield from _numbers(part, top=False)


def _replaced(value, following, top=True):
    """A copy in which each of `_numbers` is the following one."""
    if _is_number(value):
        return following()
    if isinstance(value, dict):
        return {
            key: part if top and key in FRAME else _replaced(part, following, top=False)
            for key, part in value.items()
        }
    return [_replaced(part, following, top=False) for part in value] if _is_list(value) else value


def _is_list(value):
    return isinstance(value, list)


RESULT = {"seeds": [0], "sizes": {"T": 5}, "rnn": {"right": 0.2}, "gru": {"right": 0.9}, "n": 2}


def claims(result):
    assert result["gru"]["right"] > result["rnn"]["right"]
    assert result["n"] >= 0 or result["n"] < 1  # true of every number
    assert result["sizes"]["T"] == 5  # what was chosen is no finding


def test_a_claim_that_cannot_fail_is_found():
    assert never_failed(claims, RESULT) == [
        "result['n'] >= 0 or result['n'] < 1",
        "result['sizes']['T'] == 5",
    ]


def test_a_spoiled_result_has_other_numbers_in_the_same_places():
    zeroed, huge, negative, backwards, *shuffled = spoil(RESULT, shuffles=3)
    assert zeroed == {**RESULT, "rnn": {"right": 0}, "gru": {"right": 0}, "n": 0}
    assert huge["rnn"] == {"right": 1000.2} and negative["n"] == -2
    assert backwards == {**RESULT, "rnn": {"right": 2}, "gru": {"right": 0.9}, "n": 0.2}
    assert len(shuffled) == 3 and all(sorted(_numbers(s)) == [0.2, 0.9, 2] for s in shuffled)


# The command


def test_numpy_becomes_python_and_what_json_lacks_is_refused():
    made = studies.plain({"a": np.float32(0.5), "b": np.arange(2), "seeds": range(2), "c": (1, 2)})
    assert made == {"a": 0.5, "b": [0, 1], "seeds": [0, 1], "c": [1, 2]}
    with pytest.raises(ValueError):
        studies.plain({"a": float("nan")})
    with pytest.raises(TypeError, match="cannot hold complex"):
        studies.plain({"a": 1j})


@pytest.fixture
def made_up(monkeypatch, tmp_path):
    """One study, whose result is stored in a folder of the test."""

    def claims(result):
        assert result["right"] > 0.5

    study = SimpleNamespace(claims=claims, right=0.75)
    study.run = lambda quick, progress=True: {"seeds": [0], "sizes": {}, "right": study.right}
    monkeypatch.setattr(studies, "names", lambda: ["made_up"])
    monkeypatch.setattr(studies, "load", lambda name: study)
    monkeypatch.setattr(studies, "RESULTS", tmp_path)
    return study


def test_a_whole_run_is_stored_with_its_circumstances(made_up, capsys):
    command.main(["made_up"])
    record = studies.stored("made_up")
    assert record["result"] == {"seeds": [0], "sizes": {}, "right": 0.75}
    assert record["command"] == "python -m benchmarks.studies made_up"
    assert record["versions"]["numpy"] == np.__version__ and record["cpu"]
    assert "made_up: the claims hold" in capsys.readouterr().out


def test_a_quick_run_is_not_stored(made_up):
    command.main(["--quick"])
    assert not studies.result_file("made_up").exists()


def test_a_result_that_contradicts_the_book_is_reported_and_kept(made_up):
    made_up.right = 0.25
    with pytest.raises(AssertionError):
        command.main([])
    assert studies.stored("made_up")["result"]["right"] == 0.25


def test_an_unknown_study_is_refused_with_those_that_there_are(made_up, capsys):
    with pytest.raises(SystemExit):
        command.main(["flow"])
    assert "there is no study 'flow'; there are made_up" in capsys.readouterr().err


def test_a_stored_result_is_readable_text(made_up):
    command.main([])
    text = studies.result_file("made_up").read_text("utf-8")
    assert text.endswith("}\n") and json.loads(text)["study"] == "made_up"
