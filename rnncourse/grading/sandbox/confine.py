"""What a process does before it runs a stranger's code."""


def confine(limits, files=None, keep=(), report=None, unsafe=False):
    """Enter a sandbox of one's own; called by a process just forked from the warmed parent.

    Returns in a *new* process, the first of its own process namespace: no capabilities, no
    network, system calls filtered, an empty home as the current folder but for `files`, and no
    way to `import rnncourse` (import what you need of it before). The process that called stays
    behind as the keeper and never returns: it watches memory and wall time, waits, and ends with
    the status of the confined process (128 + n after signal n). So the parent does

    >>> pid = os.fork()                                      # doctest: +SKIP
    >>> if pid == 0: confine(limits, keep=[fd]); ...run...; os._exit(0)    # doctest: +SKIP
    >>> os.kill(pid, signal.SIGTERM)       # to end it early   doctest: +SKIP
    >>> os.waitpid(pid, 0)                 # now every process of the submission is gone  # doctest: +SKIP

    Parameters
    ----------
    limits : Limits
        What the submission may use. Output and the seconds per cell are the engine's to keep.
    files : dict of str to bytes, optional
        Files of the home folder, plain names.
    keep : iterable of int
        File descriptors that stay open in the confined process, besides 0, 1 and 2; all others
        are closed in it.
    report : int, optional
        A file descriptor (of a pipe) on which the keeper writes one line when it has ended the
        submission, such as "memory: 1.3 GiB of 1.0 GiB"; closed in the confined process.
    unsafe : bool
        Without a sandbox: a process of its own, a folder of its own and rlimits only.

    Raises
    ------
    OSError
        When a step is refused; the caller is then not confined and must exit.
    """
    raise NotImplementedError
