"""nbgrader's formgrader, in a real browser, on the gradebook that our grader writes."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from playwright.sync_api import expect

from rnncourse.grading.autograde import Autograde
from tests.grading.homework import hand_in, named, solved
from tests.site.browser import chromium

CONFIG = """
from rnncourse.grading import plugin
c = get_config()
plugin.switch_on(c)
"""
TOKEN = "only-for-this-test"


@contextmanager
def jupyter(root, home):
    """Jupyter's server with nbgrader's extensions on this machine alone -> its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    bin_folder = Path(sys.executable).parent
    environment = {
        **os.environ, "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}", "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(home), "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "run"),
    }  # fmt: skip
    command = [
        bin_folder / "jupyter", "server", "--no-browser", "--allow-root", "--ip=127.0.0.1",
        f"--port={port}", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={root}",
        f"--IdentityProvider.token={TOKEN}", "--log-level=WARN",
    ]  # fmt: skip
    with open(home / "server.log", "w") as log:
        server = subprocess.Popen(command, cwd=root, env=environment, stdout=log, stderr=log)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(server, f"{address}/api", home / "server.log")
        yield address
    finally:
        server.terminate()
        server.wait()


def _wait(server, address, log):
    for _ in range(600):
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(address).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"Jupyter's server does not answer:\n{log.read_text()}")


def grades(course):
    """What the gradebook says of the one submission: cell -> (auto, manual, waits)."""
    with Gradebook(course.db_url, course.course_id) as gradebook:
        (book,) = gradebook.find_submission("hw", "student-001").notebooks
        found = {g.name: (g.auto_score, g.manual_score, g.needs_manual_grade) for g in book.grades}
        comments = {comment.name: comment.manual_comment for comment in book.comments}
        book = book.id
        gradebook.engine.dispose()
    return found, comments, book


def work(course, **code):
    """A submission whose text has to be read."""
    notebook = solved(course, **code)
    named(notebook, "why").source = "Because the cell adds."
    return notebook


@pytest.fixture
def graded(course, double):
    """A course in which one submission is graded, but for the text that a person reads."""
    Path(course.root, "nbgrader_config.py").write_text(CONFIG)
    hand_in(course, "student-001", work(course))
    Autograde(coursedir=course).start()
    return course


def test_a_score_given_in_formgrader_survives_a_regrade(graded, tmp_path):
    found, _, book = grades(graded)
    assert found["why"] == (None, None, True) and found["twice"][0] == 2
    home = tmp_path / "home"
    home.mkdir()
    with jupyter(graded.root, home) as address, chromium() as browser:
        page = browser.new_page(extra_http_headers={"Authorization": f"token {TOKEN}"})
        # The page asks another host for formulas; here it gets none.
        page.route(lambda url: not url.startswith(address), lambda route: route.abort())
        page.goto(f"{address}/formgrader/gradebook/hw/hw")
        page.get_by_text("Submission #1").click()
        score = page.locator("input#why")
        expect(page.locator("input#twice")).to_have_attribute("placeholder", "2", timeout=20_000)
        with page.expect_response(lambda r: "/api/grade/" in r.url and r.request.method == "PUT"):
            score.fill("2.5")
            score.press("Tab")
        with page.expect_response(lambda r: "/api/comment/" in r.url and r.request.method == "PUT"):
            page.locator("textarea#why-comment").fill("Say more about the cell state.")
            page.locator("textarea#why-comment").press("Tab")

    found, comments, _ = grades(graded)
    assert found["why"] == (None, 2.5, False)

    hand_in(graded, "student-001", work(graded, code="def double(x):\n    return x * x"))
    Autograde(coursedir=graded, force=True).start()

    found, comments, same = grades(graded)
    assert found["why"][1] == 2.5
    assert found["twice"][0] == 0 and same == book
    assert comments["why"] == "Say more about the cell state."
