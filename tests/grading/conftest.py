"""Courses made once and copied for each test; the engine's stand-in."""

import pytest

from rnncourse.grading import autograde
from tests.grading.double import Engine
from tests.grading.homework import copy_course, make_course


@pytest.fixture(scope="session", autouse=True)
def no_alembic():
    """A new gradebook asks a program for its version, which takes a second; here it does not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nbgrader.api.get_alembic_version", lambda: "167914646830")
        yield


@pytest.fixture(scope="session")
def made_course(tmp_path_factory):
    return make_course(tmp_path_factory.mktemp("made") / "course")


@pytest.fixture
def course(made_course, tmp_path):
    """A course with one small assignment, nothing handed in."""
    return copy_course(made_course, tmp_path / "course")


@pytest.fixture
def double(monkeypatch):
    """Judge with the stand-in."""
    monkeypatch.setattr(autograde, "Engine", Engine)
    return Engine
