"""Start over after a build that was interrupted or that warned, or when these extensions changed.

Sphinx saves its environment before it writes the pages. After Ctrl-C the next build would
believe that unwritten pages are up to date, and after a warning it would not look at the
guilty page again, so that a failing book passes when it is built twice. A mark in the
doctree folder tells that the last build did not end well. Executed cells stay cached.
"""

import hashlib
from pathlib import Path

LAST = 1000  # after every other handler, which may still warn


def start(app, config):
    """Forget the saved environment if it cannot be trusted; then mark this build as unfinished."""
    mark, made_by = Path(app.doctreedir, "unfinished"), Path(app.doctreedir, "made_by")
    now = digest(Path(__file__).parent)
    if mark.exists() or not made_by.exists() or made_by.read_text("utf-8") != now:
        Path(app.doctreedir, "environment.pickle").unlink(missing_ok=True)
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()
    made_by.write_text(now, "utf-8")


def digest(folder):
    """Hash the sources of the extensions in a folder."""
    state = hashlib.sha256()
    for path in sorted(folder.glob("*.py")):
        state.update(path.name.encode() + path.read_bytes())
    return state.hexdigest()


def finish(app, exception):
    """Remove the mark if the build had neither an error nor a warning."""
    if exception is None and not app._warncount:
        Path(app.doctreedir, "unfinished").unlink(missing_ok=True)


def setup(app):
    app.connect("config-inited", start)
    app.connect("build-finished", finish, priority=LAST)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
