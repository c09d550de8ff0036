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
    """Repeat a test for every page: as a file (`name`), or looked at in a browser (`view`).

    Without a site such a test runs once, so that it fails.
    """
    lists = {"name": browser.page_names, "view": browser.different_page_names}
    for argument in lists.keys() & set(metafunc.fixturenames):
        metafunc.parametrize(argument, lists[argument]() or ["no site"])
