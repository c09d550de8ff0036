"""Start over after a build that was interrupted or that warned.

Sphinx saves its environment before it writes the pages. After Ctrl-C the next build would
believe that unwritten pages are up to date, and after a warning it would not look at the
guilty page again, so that a failing book passes when it is built twice. A mark in the
doctree folder tells that the last build did not end well. Executed cells stay cached.
"""

from pathlib import Path

LAST = 1000  # after every other handler, which may still warn


def start(app, config):
    """Forget the saved environment if the last build did not end well; then mark this one."""
    mark = Path(app.doctreedir, "unfinished")
    if mark.exists():
        Path(app.doctreedir, "environment.pickle").unlink(missing_ok=True)
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()


def finish(app, exception):
    """Remove the mark if the build had neither an error nor a warning."""
    if exception is None and not app._warncount:
        Path(app.doctreedir, "unfinished").unlink(missing_ok=True)


def setup(app):
    app.connect("config-inited", start)
    app.connect("build-finished", finish, priority=LAST)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
