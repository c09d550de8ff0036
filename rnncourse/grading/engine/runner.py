"""The engine: keeps a warmed parent, and has each submission judged by processes of its own."""

import socket

from rnncourse.grading.engine.judge import judge
from rnncourse.grading.engine.parent import Parent
from rnncourse.grading.limits import Limits

HIDDEN = "BEGIN HIDDEN TESTS", "END HIDDEN TESTS"


class Engine:
    """A warmed parent process in the sandbox, which forks the processes of each submission.

    Use it as a context manager; one engine judges one submission at a time.

    Parameters
    ----------
    limits : Limits
        What a submission may use.
    unsafe : bool
        Run without the sandbox. Without it, a machine that has no sandbox is a `NoSandbox` error.
    warm : tuple of str
        The modules that the parent imports once for all submissions.
    hidden : tuple of str
        The marks of the beginning and the end of hidden regions.
    """

    def __init__(
        self, limits=None, unsafe=False, warm=("numpy", "matplotlib.pyplot"), hidden=HIDDEN
    ):
        self.limits, self.unsafe = limits or Limits(), unsafe
        self.warm, self.hidden = tuple(warm), tuple(hidden)
        self.parent = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exception):
        self.close()

    def start(self):
        """Warm the parent, unless there is one already; `run` does it too."""
        if self.parent is None or not self.parent.is_there():
            self.close()
            self.parent = Parent(self.warm, self.unsafe)

    def close(self):
        """End the parent process and whatever it forked."""
        if self.parent is not None:
            self.parent.close()
            self.parent = None

    def run(self, cells, files=None):
        """Judge one submission -> Verdict; whatever the submission does, this returns.

        Parameters
        ----------
        cells : iterable of Cell
            All code cells of the notebook, in order.
        files : dict of str to bytes, optional
            Data files that the notebook reads from its folder.

        Raises
        ------
        ValueError
            When two cells have the same name.
        RuntimeError
            When the parent process is gone; a submission cannot cause this.
        """
        cells = list(cells)
        if len({cell.name for cell in cells}) < len(cells):
            raise ValueError("Two cells of one submission have the same name.")
        self.start()
        return judge(cells, self.hidden, self.limits, lambda *roles: self._spawn(files, *roles))

    def _spawn(self, files, *roles):
        between = socket.socketpair() if len(roles) > 1 else ()
        sockets = [(sock,) for sock in between] or [()]
        try:
            return [
                self.parent.fork(role, self.limits, files or {}, own)
                for role, own in zip(roles, sockets, strict=True)
            ]
        finally:
            for sock in between:
                sock.close()
