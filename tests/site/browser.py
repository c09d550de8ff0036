"""The built site, a small server for it, and the system's Chromium to look at it."""

import functools
import shutil
import threading
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
SITE = ROOT / "_build" / "html"
WIDTHS = {"desktop": 1280, "phone": 375}
THEMES = ("light", "dark")
VARIANTS = [(width, theme) for width in WIDTHS.values() for theme in THEMES]
FLAGS = [
    "--no-sandbox",  # continuous integration runs as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def page_names():
    """List the site's pages as addresses relative to its root, generated ones included.

    The forwarder index.html is no page: a browser never stays on it.
    """
    skipped = ("_static", "reports", "_sources", "_images", "index.html")
    files = (path.relative_to(SITE) for path in sorted(SITE.rglob("*.html")))
    return [file.as_posix() for file in files if file.parts[0] not in skipped]


def different_page_names():
    """List the pages that differ by more than their text: of source pages, only the first."""
    names = page_names()
    sources = [name for name in names if name.startswith(("_modules/rnncourse/", "_tests/"))]
    return [name for name in names if name not in sources[1:]]


def find_chromium():
    """Return the path of Chromium or Chrome; say how to install it if there is none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        raise RuntimeError("Chromium is missing. On Debian: sudo apt-get install chromium")
    return found


class QuietHandler(SimpleHTTPRequestHandler):
    """Serve files without a line in the terminal for each."""

    def log_message(self, *args):
        pass


@contextmanager
def serve(folder):
    """Serve a folder on a free local port and yield the address."""
    handler = functools.partial(QuietHandler, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.handle_error = lambda *args: None  # a browser may hang up in the middle of a file
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


@contextmanager
def chromium():
    """Start a headless Chromium and yield it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def window(browser, width, theme):
    """Yield a browser window of the given width whose reader prefers the given theme."""
    viewport = {"width": width, "height": 900}
    context = browser.new_context(viewport=viewport, color_scheme=theme, reduced_motion="reduce")
    try:
        yield context
    finally:
        context.close()
