"""The students' zip: complete, the same every time, and without any solution or hidden test."""

import subprocess
import sys
import zipfile

import nbformat
import pytest

from assignments.course import assignments
from assignments.student_zip import TOP, main
from tests import leaks


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("student")
    main(folder / "student.zip", folder / "course")
    with zipfile.ZipFile(folder / "student.zip") as opened:
        yield opened


def test_a_second_run_writes_the_same_bytes(archive, tmp_path):
    (tmp_path / "course" / "release").mkdir(parents=True)
    (tmp_path / "again.part").write_text("an interrupted run")
    main(tmp_path / "again.zip", tmp_path / "course")
    with zipfile.ZipFile(tmp_path / "again.zip") as again:
        assert again.namelist() == archive.namelist()
        changed = [n for n in again.namelist() if again.read(n) != archive.read(n)]
        assert changed == []


def test_the_zip_has_one_folder_with_plain_names(archive):
    files = set(archive.namelist())
    (wheel,) = (name for name in files if name.endswith(".whl"))
    expected = {f"{name}.ipynb" for name in assignments()} | {"START-HERE.txt", "requirements.txt"}
    assert files == {f"{TOP}/{name}" for name in expected} | {wheel}
    assert all(name.isascii() and " " not in name for name in files)
    for entry in archive.infolist():
        assert entry.external_attr >> 16 == 0o644
        if not entry.filename.endswith(".whl"):
            assert b"\r" not in archive.read(entry)


def test_the_student_is_told_where_to_start(archive):
    page = archive.read(f"{TOP}/START-HERE.txt").decode("ascii")
    assert f"Start with {assignments()[0]}.ipynb" in page
    assert all(len(line) < 80 for line in page.splitlines())


def test_no_solution_and_no_hidden_test_is_in_the_zip(archive):
    secrets = leaks.course_secrets()
    for entry in archive.namelist():
        data = archive.read(entry)
        assert leaks.leaks_in(entry, data, secrets) == []
        if entry.endswith(".ipynb"):
            for mark in (b"BEGIN SOLUTION", b"HIDDEN TESTS", b"COURSE_SEED"):
                assert mark not in data, entry


def test_a_released_notebook_asks_for_every_solution(archive, name):
    released = archive.read(f"{TOP}/{name}.ipynb").decode()
    cells = nbformat.reads(released, as_version=4).cells
    wanted = [c for c in cells if c.metadata.get("nbgrader", {}).get("solution")]
    assert all("raise NotImplementedError()" in c.source for c in wanted) and wanted
    assert all(not c.outputs for c in cells if c.cell_type == "code")


def test_the_wheel_installs_and_imports(archive, tmp_path):
    archive.extractall(tmp_path)
    folder = tmp_path / TOP
    requirements = (folder / "requirements.txt").read_text("utf-8").split()
    assert [line.partition(">")[0] for line in requirements[:3]] == [
        "numpy",
        "matplotlib",
        "jupyterlab",
    ]
    wheel = folder / requirements[3]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run(
        [*pip, "--no-deps", "--no-index", "--target", tmp_path / "lib", wheel], check=True
    )
    code = "import rnncourse; from rnncourse import lstm; print(rnncourse.__file__)"
    command = [
        sys.executable,
        "-I",
        "-c",
        f"import sys; sys.path.insert(0, {str(tmp_path / 'lib')!r}); {code}",
    ]
    found = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert found.startswith(str(tmp_path / "lib"))
