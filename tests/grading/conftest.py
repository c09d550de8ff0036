"""Courses made once and copied for each test; the engine's stand-in."""

import pytest

from rnncourse.grading import plugin
from tests.grading.double import Engine
from tests.grading.homework import copy_course, make_course


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
    monkeypatch.setattr(plugin, "Engine", Engine)
    return Engine
