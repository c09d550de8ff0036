"""The commands that instructors type, with the real engine in its sandbox."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from rnncourse.grading import autograde, batch
from rnncourse.grading.sandbox import NoSandbox
from tests.grading.homework import (
    answer,
    check,
    graded,
    hand_in,
    homework,
    make_course,
    named,
    scores,
    solved,
    tools,
)

TWO_LINES = "from rnncourse.grading import plugin\nplugin.switch_on(c)\n"
DRAW = """%matplotlib inline
import matplotlib.pyplot as plt
plt.plot([1, 2])
lines = open('data.csv').read()
from IPython.display import HTML
!echo from the shell
HTML('<b>bold</b>')"""


@pytest.fixture
def real(tmp_path):
    """A course with the two lines in its configuration and two submissions."""
    cells = [
        *homework(),
        tools("draws", DRAW),
        answer("sum", "total = 3"),
        check("total", "assert total == int(lines)"),
    ]
    course = make_course(tmp_path / "course", {"hw": cells}, {"data.csv": b"3"})
    Path(course.root, "nbgrader_config.py").write_text("c = get_config()\n" + TWO_LINES)
    right = solved(course)
    named(right, "sum").source = "%%time\ntotal = int(open('data.csv').read())"
    hand_in(course, "right", right)
    hand_in(course, "wrong", solved(course, "total = 0\ndef double(x): return 3 * x"))
    return course


def nbgrader(course, *command):
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", *command],
        cwd=course.root,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
    )


def test_a_plug_in_that_cannot_be_loaded_grades_nothing(real):
    config = Path(real.root, "nbgrader_config.py")
    broken = "import sys\nsys.modules['rnncourse.grading.engine'] = None\n"
    config.write_text(broken + config.read_text())
    done = nbgrader(real, "autograde", "hw")
    assert done.returncode != 0
    assert "Nothing was graded: the grading plug-in cannot be loaded" in done.stderr
    assert not Path(real.root, "autograded").exists()


def test_two_lines_switch_it_on_for_nbgraders_own_commands(real):
    done = nbgrader(real, "autograde", "hw")
    assert done.returncode == 0, done.stderr
    right = scores(real, "right")
    assert right == {"twice": 2, "zero": 2, "part": 1, "why": 0, "draw": None, "total": 2}
    wrong = scores(real, "wrong")
    assert wrong == {"twice": 0, "zero": 0, "part": 1.5, "why": 0, "draw": None, "total": 0}
    outputs = named(graded(real, "right"), "draws").outputs
    kinds = {kind for output in outputs for kind in output.get("data", ())}
    assert kinds == {"text/plain", "image/png"}
    assert "from the shell" in "".join(output.get("text", "") for output in outputs)
    done = nbgrader(real, "generate_feedback", "hw", "--student", "wrong")
    assert done.returncode == 0, done.stderr
    page = Path(real.root, "feedback", "wrong", "hw", "hw.html").read_text("utf-8")
    assert "Content-Security-Policy" in page and "double(40)" not in page


def test_the_batch_command_grades_writes_feedback_and_says_where(real, capsys, monkeypatch):
    monkeypatch.chdir(real.root)
    assert batch.main(["hw", "--course", str(real.root), "--workers", "2"]) == 0
    told = capsys.readouterr().out
    assert "right" in told and "7 of 12" in told and "lost twice, zero, part, why, total" in told
    assert "to be marked by a person: draw" in told
    assert str(real.root) in told and "gradebook.db" in told
    assert Path(real.root, "feedback", "right", "hw", "hw.html").exists()
    assert batch.main(["hw", "--course", str(real.root)]) == 0
    with Gradebook(real.db_url) as gradebook:
        assert len(gradebook.assignment_submissions("hw")) == 2
        gradebook.engine.dispose()


def test_the_batch_command_says_what_is_missing(real, capsys, monkeypatch):
    monkeypatch.chdir(real.root)
    assert batch.main(["hw9", "--course", str(real.root)]) == 2
    assert "generate_assignment hw9" in capsys.readouterr().out
    assert batch.main(["hw", "--course", "nowhere"]) == 2
    assert "--course" in capsys.readouterr().out


def test_without_a_sandbox_it_refuses_unless_that_is_wanted(real, capsys, monkeypatch):
    asked = []

    class NoEngine:
        def __init__(self, *args, unsafe, **options):
            asked.append(unsafe)

        def __enter__(self):
            raise NoSandbox("There is no sandbox here: run make doctor.")

    monkeypatch.chdir(real.root)
    monkeypatch.setattr(autograde, "Engine", NoEngine)
    assert batch.main(["hw", "--course", str(real.root)]) == 2
    assert "run make doctor" in capsys.readouterr().out and asked == [False]
    batch.main(["hw", "--course", str(real.root), "--unsafe"])
    assert asked == [False, True]
    assert not Path(real.root, "autograded").exists()


def test_help_comes_without_a_course(capsys):
    with pytest.raises(SystemExit) as ended:
        batch.main(["--help"])
    assert ended.value.code == 0 and "--unsafe" in capsys.readouterr().out


def test_messages_below_the_level_stay_unsaid(real):
    done = nbgrader(real, "autograde", "hw")
    assert done.returncode == 0, done.stderr
    assert "DEBUG" not in done.stderr
