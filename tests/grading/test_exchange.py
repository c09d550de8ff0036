"""nbgrader's own exchange, as JupyterHub uses it: release, fetch, submit, collect, give back.

The commands are nbgrader's, run in this process; the folders are temporary. Grading and feedback
are nbgrader's own once, and once the plug-in's, with the engine's stand-in.
"""

import os
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader import apps, utils
from nbgrader.api import Gradebook
from nbgrader.apps import autogradeapp, generatefeedbackapp

from rnncourse.grading.lms import give_back
from tests.grading.homework import named

STOCK = """
c = get_config()
c.CourseDirectory.course_id = "rnn"
c.Execute.extra_arguments = ["--log-level=ERROR"]
"""
PLUGIN = """
from rnncourse.grading import plugin
plugin.switch_on(c)
"""


# nbgrader builds its rows in an order that SQLAlchemy remarks upon; they are saved.
# Its release_feedback leaves a file for Python to close.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Object of type .* not in session"),
    pytest.mark.filterwarnings("ignore:.*timestamp.txt:pytest.PytestUnraisableExceptionWarning"),
]


class Hub:
    """One exchange, an instructor and students with homes of their own."""

    def __init__(self, course, folder, config, monkeypatch):
        self.course, self.folder, self.monkeypatch = course, folder, monkeypatch
        self.stock = config == STOCK
        self.exchange = folder / "exchange"
        self.exchange.mkdir()
        self.exchange.chmod(0o777)
        Path(course.root, "nbgrader_config.py").write_text(config)
        monkeypatch.setattr(utils, "get_osusername", lambda: "jovyan")  # JupyterHub's containers

    def run(self, app, user, home, *arguments):
        """Run one of nbgrader's commands in somebody's home."""
        home.mkdir(exist_ok=True)
        self.monkeypatch.chdir(home)
        self.monkeypatch.setenv("JUPYTERHUB_USER", user)
        self.monkeypatch.setattr(sys, "path", list(sys.path))
        command = app()
        command.initialize([
            "hw", "--course=rnn", "--log-level=ERROR", f"--Exchange.root={self.exchange}",
            f"--Exchange.cache={home / '.cache'}", *arguments,
        ])  # fmt: skip
        try:
            command.start()
        finally:
            command.reset()

    def instructor(self, app, *arguments):
        self.run(app, "instructor", Path(self.course.root), *arguments)

    def student(self, app, name):
        self.run(app, name, self.home(name))

    def home(self, name):
        return self.folder / name

    def answer(self, name, code):
        """The student's work: one cell, in the notebook that was fetched."""
        path = self.home(name) / "hw" / "hw.ipynb"
        notebook = nbformat.read(path, 4)
        named(notebook, "double").source = code
        nbformat.write(notebook, path)


plugin = pytest.param(STOCK + PLUGIN, id="plugin")


@pytest.fixture(params=[STOCK])
def hub(request, course, tmp_path, monkeypatch, double):
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    for module, name in (autogradeapp, "Autograde"), (generatefeedbackapp, "GenerateFeedback"):
        monkeypatch.setattr(module, name, getattr(module, name))  # switch_on ends with the test
    return Hub(course, tmp_path, request.param, monkeypatch)


@pytest.mark.parametrize("hub", [pytest.param(STOCK, id="nbgrader"), plugin], indirect=True)
def test_from_release_to_feedback(hub):
    hub.instructor(apps.ReleaseAssignmentApp)
    for student in "student-001", "student-002":
        hub.student(apps.FetchAssignmentApp, student)
    fetched = (hub.home("student-001") / "hw" / "hw.ipynb").read_text()
    assert "HIDDEN" not in fetched and "double(40)" not in fetched

    hub.answer("student-001", "def double(x):\n    return 3 * x")
    hub.student(apps.SubmitApp, "student-001")
    hub.answer("student-001", "def double(x):\n    return 2 * x")
    hub.student(apps.SubmitApp, "student-001")  # the latest attempt counts
    hub.answer("student-002", "def double(x):\n    return x * x")
    hub.student(apps.SubmitApp, "student-002")

    hub.instructor(apps.CollectApp)
    hub.instructor(apps.AutogradeApp)
    with Gradebook(hub.course.db_url, "rnn") as gradebook:
        scores = {s.student_id: s.score for s in gradebook.assignment_submissions("hw")}
        times = [s.timestamp for s in gradebook.assignment_submissions("hw")]
        gradebook.engine.dispose()
    assert scores["student-001"] > scores["student-002"]
    assert None not in times

    hub.instructor(apps.GenerateFeedbackApp)
    hub.instructor(apps.ReleaseFeedbackApp)
    for student in scores:
        hub.student(apps.FetchFeedbackApp, student)
        (page,) = (hub.home(student) / "hw" / "feedback").rglob("*.html")
        text = page.read_text()
        assert f"{scores[student]:g}" in text
        assert hub.stock or "double(40)" not in text  # nbgrader's own page shows hidden tests

    give_back.main(["--assignment", "hw", "--to", "nbgrader", "--course", str(hub.course.root)])
    table = Path(hub.course.root, "exports", "hw", "marks-nbgrader.csv").read_text()
    assert f"student-001,,,,{scores['student-001']}" in table


def test_a_student_sees_no_other_students_work(hub):
    hub.instructor(apps.ReleaseAssignmentApp)
    hub.student(apps.FetchAssignmentApp, "student-001")
    hub.student(apps.SubmitApp, "student-001")
    inbound = hub.exchange / "rnn" / "inbound"
    assert len(list(inbound.iterdir())) == 1
    assert inbound.stat().st_mode & 0o777 == 0o733  # students write there and cannot list it
