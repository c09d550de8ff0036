"""Whatever is handed in becomes a notebook that can be graded, or a reason why not."""

import json

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbgrader.nbgraderformat import MetadataValidator

from rnncourse.grading.repair import Unreadable, read, repair
from rnncourse.grading.source import SourceCell, SourceNotebook

HIDDEN = "\n### BEGIN HIDDEN TESTS\nsecret()\n### END HIDDEN TESTS"


def source_cell(name, **kind):
    kind = {"locked": False, "grade": False, "solution": False, "task": False} | kind
    written = kind["task"] or (kind["grade"] and kind["solution"])
    text = f"text of {name}" + (HIDDEN if kind["grade"] and not kind["solution"] else "")
    return SourceCell(
        name, "markdown" if written else "code", text, points=2.0, checksum="0" * 32, **kind
    )


SOURCE = SourceNotebook(
    "hw",
    (
        source_cell("tools", locked=True),
        source_cell("f", solution=True),
        source_cell("helper", locked=True),
        source_cell("check-f", locked=True, grade=True),
        source_cell("g", solution=True),
        source_cell("check-g", locked=True, grade=True),
        source_cell("why", grade=True, solution=True),
        source_cell("draw", task=True, locked=True),
    ),
    {"name": "python3", "display_name": "Python 3", "language": "python"},
)
NEEDED = [cell.name for cell in SOURCE.cells if cell.needed]


def handed_in(name, text=None, kind=None, **more):
    """A cell as students have it: the hidden region is not there."""
    here = next((cell for cell in SOURCE.cells if cell.name == name), None)
    text = text if text is not None else here.source.replace(HIDDEN, "") if here else name
    kind = kind or (here.kind if here else "code")
    metadata = {"nbgrader": {"grade_id": name}} if name else {}
    return {"cell_type": kind, "source": text, "metadata": metadata} | more


def everything():
    return [handed_in(cell.name) for cell in SOURCE.cells]


def names(repaired):
    return [c.metadata.get("nbgrader", {}).get("grade_id") for c in repaired.notebook.cells]


def find(repaired, name):
    return next(
        c for c, n in zip(repaired.notebook.cells, names(repaired), strict=True) if n == name
    )


def test_a_faultless_notebook_gets_its_hidden_tests_and_no_note():
    repaired = repair(everything(), SOURCE)
    assert names(repaired) == [cell.name for cell in SOURCE.cells] and not repaired.notes
    assert "secret()" in find(repaired, "check-f").source
    assert find(repaired, "f").source == "text of f"


def test_only_text_is_believed():
    cells = everything()
    cells[3]["metadata"] = {
        "nbgrader": {"grade_id": "check-f", "points": 1e9, "locked": False, "solution": True},
        "tags": ["raises-exception", "skip-execution"],
        "editable": {"deep": [1] * 100},
    }
    cells[3]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "passed"}]
    cell = find(repair(cells, SOURCE), "check-f")
    assert cell.metadata.keys() == {"nbgrader"} and cell.outputs == []
    assert cell.metadata.nbgrader.points == 2 and cell.metadata.nbgrader.locked
    assert not cell.metadata.nbgrader.solution


def test_a_changed_check_has_the_instructors_text_again():
    cells = everything()
    cells[3]["source"] = "pass"
    repaired = repair(cells, SOURCE)
    assert "secret()" in find(repaired, "check-f").source
    assert repaired.notes == ["check-f was changed; it has the instructor's text again."]


def test_of_copied_cells_the_last_one_counts_and_the_others_are_plain():
    cells = everything()
    cells.insert(2, handed_in("f", "better"))
    cells.append(handed_in("check-f"))
    repaired = repair(cells, SOURCE)
    assert names(repaired).count("check-f") == names(repaired).count("f") == 1
    assert find(repaired, "f").source == "better" and names(repaired)[-1] == "check-f"
    assert [c.source for c in repaired.notebook.cells].count("text of check-f") == 1
    assert len(repaired.notes) == 2 and "more than once" in repaired.notes[0]


def test_missing_cells_come_back_in_the_sources_order_also_behind_a_cell_that_only_is_locked():
    cells = [handed_in("f"), handed_in("helper"), handed_in("g"), handed_in("", "mine")]
    repaired = repair(cells, SOURCE)
    wanted = ["tools", "f", "helper", "check-f", "g", None, "check-g", "why", "draw"]
    assert names(repaired) == wanted
    assert sum("was put back" in note for note in repaired.notes) == 5


def test_a_missing_check_comes_after_the_code_that_took_its_answers_place():
    cells = [handed_in("tools"), handed_in("helper"), handed_in("", "def f(): ..."), handed_in("g")]
    assert names(repair(cells, SOURCE))[:4] == ["tools", "helper", None, "check-f"]


def test_a_deleted_answer_is_not_put_back_over_the_students_own():
    repaired = repair([handed_in("", "def f(): return 1")], SOURCE)
    assert "f" not in names(repaired) and "The answer cell f is missing." in repaired.notes
    assert "why" in names(repaired)  # a written answer is marked by a person, so its cell is


def test_locked_cells_that_lost_their_names_are_known_by_their_text():
    cells = [cell | {"metadata": {}} for cell in everything()]
    repaired = repair(cells, SOURCE)
    found = [name for name in names(repaired) if name in ("tools", "helper", "check-f", "check-g")]
    assert found == ["tools", "helper", "check-f", "check-g"]
    assert names(repaired).index("check-f") == 3
    assert "check-f had lost its name." in repaired.notes


def test_a_retyped_cell_has_its_type_again_and_keeps_its_text():
    cells = everything()
    cells[1]["cell_type"], cells[6]["cell_type"] = "markdown", "code"
    repaired = repair(cells, SOURCE)
    assert find(repaired, "f").cell_type == "code" and find(repaired, "f").source == "text of f"
    assert find(repaired, "why").cell_type == "markdown" and "outputs" not in find(repaired, "why")
    assert len(repaired.notes) == 2


def test_a_name_that_the_source_does_not_know_is_no_name():
    repaired = repair([*everything(), handed_in("bonus", "print()")], SOURCE)
    assert names(repaired)[-1] is None and repaired.notebook.cells[-1].metadata == {}


def test_the_kernel_is_the_sources():
    metadata = repair(everything(), SOURCE).notebook.metadata
    assert metadata.kernelspec.name == "python3" and metadata.language_info.name == "python"


def test_pictures_in_written_answers_stay_and_nothing_else():
    attached = {"a.png": {"image/png": "iVBO", "text/html": "<script>"}, "b": 3, "c": {"x/y": "z"}}
    attached["d.png"] = {"image/png": 'x" onerror="x()'}
    cells = everything()
    cells[6]["attachments"] = attached
    assert find(repair(cells, SOURCE), "why").attachments == {"a.png": {"image/png": "iVBO"}}


BROKEN = {
    b"": "empty",
    b"  \n": "empty",
    b'{"cells": [{"cell_ty': "broken JSON",
    b"\xff\xfe\x00": "broken JSON",
    b"<html>not found</html>": "broken JSON",
    b"[1, 2]": "no list of cells",
    b"null": "no list of cells",
    b'{"cells": {"a": 1}}': "no list of cells",
    b'{"nbformat": 3, "worksheets": 7}': "notebook format 3",
    b"[" * 100_000: "broken JSON",
    b'{"cells": ' + b"9" * 5000 + b"}": "broken JSON",
}


@pytest.mark.parametrize("data", BROKEN, ids=[str(data[:12]) for data in BROKEN])
def test_a_file_that_is_no_notebook_is_a_reason_of_one_line(data):
    with pytest.raises(Unreadable, match=BROKEN[data]) as caught:
        read(data)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 200


def test_older_and_newer_formats_and_other_encodings_are_read():
    old = {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {"name": ""},
        "worksheets": [
            {
                "cells": [
                    {
                        "cell_type": "code",
                        "input": "a = 1",
                        "metadata": {"nbgrader": {"grade_id": "f"}},
                        "outputs": [],
                        "language": "python",
                    }
                ]
            }
        ],
    }
    (cell,) = read(json.dumps(old).encode())
    assert find(repair([cell], SOURCE), "f").source == "a = 1"
    new = json.dumps({"nbformat": 7, "cells": [handed_in("f", ["a", "\n", 3, "b"])]})
    for data in new.encode(), b"\xef\xbb\xbf" + new.encode(), new.encode("utf-16"):
        assert find(repair(read(data), SOURCE), "f").source == "a\nb"


@pytest.mark.parametrize(
    "cell",
    [
        {},
        {"cell_type": ["code"], "source": 7, "metadata": []},
        {"cell_type": "code", "source": {"a": 1}, "metadata": {"nbgrader": "f"}},
        {"cell_type": "code", "source": "x", "metadata": {"nbgrader": {"grade_id": ["f"]}}},
        {"cell_type": "heading", "source": None, "attachments": [1], "id": "../../etc"},
        {"cell_type": "code", "source": "half \ud800 \x00 character", "outputs": "none"},
    ],
)
def test_a_cell_of_any_kind_becomes_a_valid_one(cell):
    notebook = repair([cell, *everything()], SOURCE).notebook
    nbformat.validate(notebook)
    nbformat.writes(notebook).encode()


@given(st.lists(st.sampled_from([*(cell.name for cell in SOURCE.cells), "", "other"]), max_size=14))
def test_any_cells_in_any_order_give_a_notebook_that_nbgrader_accepts(chosen):
    repaired = repair([handed_in(name) for name in chosen], SOURCE)
    nbformat.validate(repaired.notebook)
    MetadataValidator().validate_nb(repaired.notebook)
    found = [name for name in names(repaired) if name]
    assert len(set(found)) == len(found) and set(NEEDED) <= set(found)
    put_back = [name for name in NEEDED if name not in chosen]
    order = [cell.name for cell in SOURCE.cells]
    kept = [name for name in found if name not in put_back]
    if kept == sorted(kept, key=order.index):
        assert found == sorted(found, key=order.index)
    assert len(repaired.notebook.cells) == len(chosen) + len(put_back)
