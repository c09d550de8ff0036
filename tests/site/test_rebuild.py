"""When a build starts over, and when it goes on from the last one."""

from pathlib import Path
from types import SimpleNamespace

import book_rebuild
import pytest


@pytest.fixture
def app(tmp_path):
    """A build whose environment is saved."""
    app = SimpleNamespace(doctreedir=str(tmp_path / "doctrees"), _warncount=0)
    build(app)
    return app


def build(app, exception=None, warnings=0):
    """Start and end a build -> whether it found the environment of the last one."""
    saved = Path(app.doctreedir, "environment.pickle")
    app._warncount = warnings
    book_rebuild.start(app, None)
    found = saved.exists()
    saved.touch()
    book_rebuild.finish(app, exception)
    return found


def test_a_build_goes_on_from_one_that_ended_well(app):
    assert build(app) and build(app)


@pytest.mark.parametrize("how", [{"exception": KeyboardInterrupt()}, {"warnings": 1}])
def test_a_build_starts_over_after_one_that_did_not(app, how):
    build(app, **how)
    assert not build(app)
    assert build(app)


def test_a_build_starts_over_when_an_extension_changed(app, monkeypatch):
    monkeypatch.setattr(book_rebuild, "digest", lambda folder: "another")
    assert not build(app)
    assert build(app)


def test_a_changed_extension_has_another_digest(tmp_path):
    (tmp_path / "a.py").write_text("x = 1")
    before = book_rebuild.digest(tmp_path)
    (tmp_path / "a.py").write_text("x = 2")
    assert book_rebuild.digest(tmp_path) != before
