"""Scripts for Keras and ONNX: every one is on a page and short, and every page's one exists."""

import pytest

from tests import framework_scripts

NAMES = {path.name for path in framework_scripts.SCRIPTS}


def test_the_scripts_are_those_that_pages_show():
    assert NAMES == framework_scripts.shown()
    assert len(NAMES) >= 2


@pytest.mark.parametrize("path", framework_scripts.SCRIPTS, ids=lambda path: path.stem)
def test_a_script_is_short(path):
    lines = path.read_text("utf-8").splitlines()
    assert 10 <= len(lines) <= 60 and max(map(len, lines)) <= 80
