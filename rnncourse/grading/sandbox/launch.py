"""Starts a process inside bubblewrap."""


class NoSandbox(Exception):
    """This machine cannot confine a submission; the message is one line and names the remedy."""


def start(argv, pass_fds=(), unsafe=False, hidden=()):
    """Run a command in the sandbox -> subprocess.Popen.

    Inside there is no network, no home, no writable file but a temporary folder; the interpreter
    and its libraries are readable at their own paths. Of `rnncourse` only
    `rnncourse.grading.limits`, `.sandbox` and `.engine` are there, and `rnncourse/__init__.py`
    is empty: `[sys.executable, "-m", "rnncourse.grading.engine.zygote"]` works, the reference
    cells are absent. The environment is cleared but for what NumPy and matplotlib need.
    The process ends with the process that started it.

    Parameters
    ----------
    argv : list of str
        The command; `sys.executable` names the interpreter inside as well.
    pass_fds : iterable of int
        File descriptors that stay open, under the same numbers, such as a connected socket.
        Standard input is empty; standard output and error are inherited.
    unsafe : bool
        Where no sandbox can be had, or whether or not: run without one. The command must then
        call `confine(..., unsafe=True)`.
    hidden : iterable of path
        Folders that must not be seen inside, should they lie within the interpreter's folders:
        the course, the gradebook. The installed `rnncourse` and its checkout always are hidden.

    Raises
    ------
    NoSandbox
        When the machine cannot give a sandbox; `make doctor` explains.
    """
    raise NotImplementedError
