"""Runs a submission: starts its processes, hands them the cells in order, keeps the time."""

from rnncourse.grading.engine.cells import Verdict
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

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

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
            For cells that are no cells, such as two of the same name.
        RuntimeError
            When the parent process is gone; a submission cannot cause this.
        """
        raise NotImplementedError

    def close(self):
        """End the parent process and whatever it forked."""


__all__ = ["Engine", "Verdict"]
