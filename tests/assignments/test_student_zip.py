"""The students' zip: complete, the same every time, and without any solution or hidden test."""

import io
import subprocess
import sys
import zipfile

import nbformat
import pytest

from assignments.course import assignments, read_source
from assignments.student_zip import TOP, main


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


def lines(code):
    return ["".join(line.split()) for line in code.splitlines() if line.strip()]


def regions(name, kind):
    """The lines inside every region of a kind in a source notebook."""
    for cell in read_source(name).cells:
        for start in cell.source.split(f"### BEGIN {kind}")[1:]:
            yield start.split(f"### END {kind}")[0]


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


def test_no_solution_and_no_hidden_test_is_in_the_zip(archive, name):
    texts = []
    for entry in archive.namelist():
        if entry.endswith(".ipynb"):
            cells = nbformat.reads(archive.read(entry).decode(), as_version=4).cells
            texts.append("\n".join("\n".join(lines(cell.source)) for cell in cells))
            assert "BEGINSOLUTION" not in texts[-1] and "HIDDENTESTS" not in texts[-1]
            assert "COURSE_SEED" not in texts[-1]
        elif entry.endswith(".whl"):
            with zipfile.ZipFile(io.BytesIO(archive.read(entry))) as wheel:
                code = [wheel.read(f).decode() for f in wheel.namelist() if f.endswith(".py")]
                texts += ["\n".join(lines(text)) for text in code]
    for region in regions(name, "SOLUTION"):
        secret = lines(region)
        for k in range(max(1, len(secret) - 2)):
            piece = "\n".join(secret[k : k + 3])
            assert not any(f"\n{piece}\n" in text for text in texts), piece
    for region in regions(name, "HIDDEN TESTS"):
        secret = "\n".join(lines(region))
        assert secret and not any(secret in text for text in texts), secret


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
