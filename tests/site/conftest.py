import browser
import pytest


@pytest.fixture(scope="session")
def site():
    """The folder of the built site."""
    if not (browser.SITE / "index.html").exists():
        pytest.fail("There is no book yet: run make book first.")
    return browser.SITE


@pytest.fixture(scope="session")
def address(site):
    """The address of a local server for the site."""
    with browser.serve(site) as address:
        yield address


@pytest.fixture(scope="session")
def chromium():
    with browser.chromium() as running:
        yield running


def pytest_generate_tests(metafunc):
    """Repeat a test that takes `name` for every page; without a site, once, so that it fails."""
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", browser.page_names() or ["no site"])
