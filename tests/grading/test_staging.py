"""What is read of a submission, and what is not."""

import os
import socket

import pytest

from rnncourse.grading import staging
from rnncourse.grading.source import Assignment, SourceCell, SourceNotebook
from rnncourse.grading.staging import stage

CELL = SourceCell("twice", "code", "assert True", True, True, False, False, 1.0, "")
NOTEBOOK = SourceNotebook("hw", (CELL,), {})
ASSIGNMENT = Assignment("hw", {"hw": NOTEBOOK}, {"data/x.csv": b"1,2"}, frozenset({"mine.py"}))
BOOK = b'{"cells": [{"metadata": {"nbgrader": {"grade_id": "twice"}}}]}'


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "course" / "submitted" / "student-1" / "hw"
    path.mkdir(parents=True)
    return path


def staged(folder, assignment=ASSIGNMENT):
    return stage(folder.parents[2], folder, assignment, [".ipynb_checkpoints", "*.pyc"])


def secret(folder):
    path = folder.parents[2] / "solution.ipynb"
    path.write_bytes(b"SECRET" + BOOK)
    return path


def holds_secret(found):
    return b"SECRET" in b"".join([*found.notebooks.values(), *found.files.values()])


def test_the_notebook_the_answers_and_the_assignments_own_files_are_read(folder):
    (folder / "hw.ipynb").write_bytes(BOOK)
    (folder / "mine.py").write_bytes(b"a = 1")
    (folder / "data").mkdir()
    (folder / "data" / "x.csv").write_bytes(b"forged")
    (folder / "timestamp.txt").write_text("2026-01-02 03:04:05 UTC\n")
    (folder / ".ipynb_checkpoints").mkdir()
    found = staged(folder)
    assert found.notebooks == {"hw": BOOK}
    assert found.files == {"data/x.csv": b"1,2", "mine.py": b"a = 1"}
    assert found.timestamp == "2026-01-02 03:04:05 UTC"
    assert not found.missing and not found.notes and not found.review


def test_a_file_that_could_shadow_a_module_is_left_out(folder):
    (folder / "hw.ipynb").write_bytes(BOOK)
    for name in "numpy.py", "sitecustomize.py", "notes.txt":
        (folder / name).write_bytes(b"raise SystemExit")
    (folder / "numpy").mkdir()
    (folder / "numpy" / "__init__.py").write_bytes(b"")
    found = staged(folder)
    assert found.files == ASSIGNMENT.files
    assert len(found.notes) == 4 and "'numpy/__init__.py'" in " ".join(found.notes)
    assert not found.review


def test_a_notebook_that_is_a_symbolic_link_is_refused_and_flagged(folder):
    (folder / "hw.ipynb").symlink_to(secret(folder))
    found = staged(folder)
    assert not found.notebooks and not holds_secret(found)
    assert "symbolic link" in found.review[0] and "symbolic link" in found.missing["hw"]


@pytest.mark.parametrize("level", ["assignment", "student", "submitted"])
def test_a_folder_that_is_a_symbolic_link_is_refused_on_every_level(folder, level):
    elsewhere = folder.parents[3] / "elsewhere"
    place = {"assignment": folder, "student": folder.parent, "submitted": folder.parents[1]}[level]
    place.rename(elsewhere)
    inside = elsewhere / folder.relative_to(place)
    (inside / "hw.ipynb").write_bytes(b"SECRET" + BOOK)
    place.symlink_to(elsewhere)
    found = staged(folder)
    assert not found.notebooks and "symbolic link" in found.review[0]


def test_links_inside_the_submission_are_refused_one_by_one(folder):
    (folder / "hw.ipynb").write_bytes(BOOK)
    (folder / "mine.py").symlink_to(secret(folder))
    (folder / "more").symlink_to(folder.parents[2])
    (folder / "data").symlink_to(folder.parents[2])
    found = staged(folder)
    assert found.notebooks and not holds_secret(found)
    assert found.files == ASSIGNMENT.files
    assert len(found.review + found.notes) == 3


def test_a_hard_link_is_refused(folder):
    os.link(secret(folder), folder / "hw.ipynb")
    found = staged(folder)
    assert not found.notebooks and "hard link" in found.missing["hw"]


def test_pipes_and_sockets_are_refused_without_waiting_for_them(folder, monkeypatch):
    os.mkfifo(folder / "hw.ipynb")
    monkeypatch.chdir(folder)  # a socket's address is short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("mine.py")
        found = staged(folder)
    assert "a pipe" in found.missing["hw"] and "a socket" in " ".join(found.review)


def test_a_file_that_becomes_a_link_between_look_and_open_is_not_followed(folder, monkeypatch):
    (folder / "hw.ipynb").symlink_to(secret(folder))
    monkeypatch.setattr(staging, "_only_regular", lambda *args: None)
    found = staged(folder)
    assert not found.notebooks and "cannot be read" in found.missing["hw"]


def test_a_file_that_becomes_a_pipe_between_look_and_open_is_not_waited_for(folder, monkeypatch):
    os.mkfifo(folder / "hw.ipynb")
    monkeypatch.setattr(staging, "_only_regular", lambda *args: None)
    assert "not a plain file" in staged(folder).missing["hw"]


def test_sizes_and_numbers_are_bounded(folder, monkeypatch):
    monkeypatch.setattr(staging, "FILE_BYTES", 2**20)
    monkeypatch.setattr(staging, "ALL_BYTES", 2**20)
    (folder / "hw.ipynb").write_bytes(b" " * (2**20 + 1))
    assert "more than 1 MB" in staged(folder).missing["hw"]
    (folder / "hw.ipynb").write_bytes(BOOK)
    (folder / "a.ipynb").write_bytes(b" " * 2**20)
    found = staged(folder)
    assert "hw" in found.missing and found.review
    monkeypatch.setattr(staging, "MOST_FILES", 1)
    assert "more than 1 files" in staged(folder).review[-1]


def test_what_lies_too_deep_is_not_read(folder):
    deep = folder.joinpath(*"abcdefghijkl")
    deep.mkdir(parents=True)
    (deep / "mine.py").write_bytes(b"")
    assert "too deep" in staged(folder).notes[0]


@pytest.mark.parametrize(
    "name", ["hw (1).ipynb", "HW-final.ipynb", "homework\nnew.ipynb", "-x.ipynb"]
)
def test_a_renamed_notebook_is_known_by_its_cells(folder, name):
    (folder / name).write_bytes(BOOK)
    (folder / "other.ipynb").write_bytes(b'{"cells": []}')
    found = staged(folder)
    assert found.notebooks == {"hw": BOOK} and not found.missing
    assert "was taken for hw.ipynb" in found.review[0] and "\n" not in found.review[0]
    assert found.notes == ["'other.ipynb' is an extra notebook and was left out."]


def test_of_two_copies_the_likelier_name_is_taken(folder):
    (folder / "zz.ipynb").write_bytes(BOOK)
    (folder / "hw(1).ipynb").write_bytes(BOOK)
    assert "'hw(1).ipynb' was taken" in staged(folder).review[0]


def test_an_extra_notebook_is_left_out(folder):
    (folder / "hw.ipynb").write_bytes(BOOK)
    (folder / "hw-old.ipynb").write_bytes(BOOK)
    found = staged(folder)
    assert found.notebooks == {"hw": BOOK} and len(found.notes) == 1 and not found.review


def test_a_name_that_is_no_text_does_no_harm(folder):
    (folder / "hw.ipynb").write_bytes(BOOK)
    with open(os.fsencode(folder) + b"/\xff\xfe.py", "wb"):
        pass
    (note,) = staged(folder).notes
    note.encode()


def test_a_submission_without_any_notebook_says_so(folder):
    assert "no notebook of this name" in staged(folder).missing["hw"]


def test_a_submission_that_is_a_file_is_refused(folder):
    folder.rmdir()
    folder.write_bytes(BOOK)
    assert "a file and was not read" in staged(folder).missing["hw"]


def test_the_submission_itself_is_never_changed(folder):
    (folder / "hw.ipynb").write_bytes(BOOK)
    (folder / "link").symlink_to("/etc/passwd")
    before = [(p, p.lstat().st_mtime_ns, p.lstat().st_mode) for p in sorted(folder.rglob("*"))]
    staged(folder)
    assert before == [
        (p, p.lstat().st_mtime_ns, p.lstat().st_mode) for p in sorted(folder.rglob("*"))
    ]
    assert (folder / "hw.ipynb").read_bytes() == BOOK


def test_no_file_stays_open(folder):
    (folder / "hw.ipynb").write_bytes(BOOK)
    (folder / "data").mkdir()
    (folder / "link").symlink_to(folder)
    before = os.listdir("/proc/self/fd")
    staged(folder)
    assert os.listdir("/proc/self/fd") == before
