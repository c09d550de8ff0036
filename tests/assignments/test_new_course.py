"""A private course: made in a safe place, with a seed of its own, and used by every command."""

import os
import shutil
import subprocess
import sys
import zipfile

import nbformat
import pytest

from assignments import course as nb
from assignments import new_course
from assignments.demo_class import make_class
from assignments.student_zip import ROOT, TOP
from rnncourse.grading.policy import Policy, read_policy
from tests.assignments.conftest import HIDDEN


def notebooks(folder):
    return {p.stem: nbformat.read(p, as_version=4) for p in folder.glob("source/*/*.ipynb")}


def hidden(notebook):
    return [region for cell in notebook.cells for region in HIDDEN.findall(cell.source)]


@pytest.fixture(scope="module")
def private(tmp_path_factory):
    return new_course.main([str(tmp_path_factory.mktemp("private") / "my course")])


def test_a_new_course_is_whole_and_says_what_to_do(private):
    assert set(notebooks(private)) == set(nb.assignments())
    for name in nb.assignments():
        assert (private / "mutants" / f"{name}.toml").read_text("utf-8")
        assert len(list((private / "otherwise" / name).glob("*.py"))) >= 3
    assert "Keep it private" in (private / "README.md").read_text("utf-8")
    assert "gradebook.db" in (private / ".gitignore").read_text("utf-8")
    assert (private / "nbgrader_config.py").read_bytes() == (
        nb.HERE / "nbgrader_config.py"
    ).read_bytes()
    assert not list(private.parent.glob("*.part"))


def test_two_courses_hide_different_inputs_and_nothing_else_differs(private, tmp_path):
    (tmp_path / "other").mkdir()  # an empty folder may exist
    other = new_course.main([str(tmp_path / "other")])
    for name, notebook in notebooks(private).items():
        ours, theirs = hidden(notebook), hidden(notebooks(other)[name])
        assert ours[0] != theirs[0] and ours[0].startswith("COURSE_SEED = ")
        assert ours[1:] == theirs[1:]
        assert new_course.reseed(notebook, 7) == new_course.reseed(nb.read_source(name), 7)


def test_a_seed_can_be_given(tmp_path):
    folder = new_course.make(tmp_path / "again", seed=12345)
    assert all("COURSE_SEED = 12345\n" in hidden(n)[0] for n in notebooks(folder).values())
    assert read_policy(folder) == Policy(seed=12345)


def test_the_examples_in_a_new_courses_policy_can_be_switched_on(private):
    path = private / "course.toml"
    lines = path.read_text("utf-8").splitlines()
    switched = [line[2:] if " = " in line or "[" in line else line for line in lines]
    seed = next(line for line in lines if line.startswith("seed"))
    text = "\n".join(seed if line == seed[2:] else line for line in switched)
    (private.parent / "course.toml").write_text(text, "utf-8")
    policy = read_policy(private.parent)
    assert policy.late and policy.name and policy.points == {"a3_lstm": 20}
    assert policy.extension("student-017", "a3_lstm").days == 3


def test_a_course_is_never_made_inside_the_open_repository():
    for folder in ROOT, ROOT / "assignments" / "mine", ROOT / "_build" / "deep" / "inside":
        with pytest.raises(SystemExit, match=r"inside the open repository.*Choose another place"):
            new_course.main([str(folder)])
        assert folder == ROOT or not folder.exists()


def test_a_folder_with_files_is_left_as_it_is(tmp_path):
    full = tmp_path / "full"
    full.mkdir()
    (full / "marks.csv").write_text("precious")
    for path in full, full / "marks.csv":
        with pytest.raises(SystemExit, match=r"is not empty; nothing was changed"):
            new_course.main([str(path)])
    assert [p.read_text() for p in full.iterdir()] == ["precious"]


def test_what_an_interrupted_run_left_is_no_hindrance(tmp_path):
    (tmp_path / "course.part" / "source").mkdir(parents=True)
    assert notebooks(new_course.make(tmp_path / "course"))


def test_a_notebook_without_its_seed_is_refused(notebook):
    notebook.cells = [cell for cell in notebook.cells if "COURSE_SEED =" not in cell.source]
    with pytest.raises(ValueError, match="one line `COURSE_SEED"):
        new_course.reseed(notebook, 1)


def test_every_function_reads_the_private_course(private, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE", str(private))
    name = nb.assignments()[0]
    (private / "source" / name / ".ipynb_checkpoints").mkdir()
    course = nb.new_course(tmp_path / "course", [name])
    copied = nbformat.read(tmp_path / f"course/source/{name}/{name}.ipynb", as_version=4)
    assert copied == notebooks(private)[name]
    assert {s.student for s in make_class(name, nb.generate(course, name))} >= {"right"}
    assert not list(tmp_path.rglob(".ipynb_checkpoints"))


def test_a_folder_without_assignments_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE", str(tmp_path))
    with pytest.raises(SystemExit, match="no assignments in .*make new-course"):
        nb.assignments()


def test_the_student_zip_needs_no_open_sources_and_keeps_the_private_ones(private, tmp_path):
    tree = tmp_path / "tree"
    for name in "assignments", "rnncourse":
        ignore = shutil.ignore_patterns("source", "__pycache__")
        shutil.copytree(ROOT / name, tree / name, ignore=ignore)
    assert not (tree / "assignments" / "source").exists()
    for name in "pyproject.toml", "README.md", "LICENSE":
        shutil.copy(ROOT / name, tree)

    def student(**environment):
        command = [sys.executable, "-m", "assignments.student_zip"]
        return subprocess.run(
            command, cwd=tree, env=os.environ | environment, capture_output=True, text=True
        )

    alone = student(COURSE="")
    assert alone.returncode and "There are no assignments in" in alone.stderr
    assert "Traceback" not in alone.stderr
    made = student(COURSE=str(private))
    assert made.returncode == 0, made.stderr
    with zipfile.ZipFile(tree / "dist" / f"{TOP}.zip") as archive:
        released = {n: archive.read(n).decode() for n in archive.namelist() if "ipynb" in n}
    assert len(released) == len(nb.assignments())
    for text in released.values():
        assert "COURSE_SEED" not in text and "BEGIN SOLUTION" not in text
        assert "raise NotImplementedError()" in text
