"""What the grader's tests share."""

import os
import secrets

import pytest

from tests.grading.sandbox.sandboxed import Sandbox, nobody


@pytest.fixture(scope="session", params=["root", "nobody"] if os.geteuid() == 0 else ["user"])
def sandbox(request):
    """A sandbox as whoever runs the tests starts it; for root, as an ordinary user does as well."""
    box = Sandbox(through=nobody() if request.param == "nobody" else ())
    yield box
    box.close()


@pytest.fixture
def token():
    """A word that no other process of this machine has in its command line."""
    return secrets.token_hex(8)
