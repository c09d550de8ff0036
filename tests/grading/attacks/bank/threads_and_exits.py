"""Threads that work on while tests run, and ways to end: exit codes, signals, crashes."""

from tests.grading.attacks.bank.kit import attack, fill

GONE = "kernel death is an error of the cell in nbclient, and the submission is not graded"


@attack("points")
def thread_rebinds(notebook):
    """A thread rebinds the tools again and again."""
    fill(
        notebook,
        """
import threading, time

def work():
    while True:
        globals().update(assert_same=print, assert_gradient=print, assert_gradients=print)
        time.sleep(0.001)

threading.Thread(target=work, daemon=True).start()
""",
    )


@attack("points")
def thread_restarts_the_output(notebook):
    """A thread tells the front end that the cell has ended well, before its test has run."""
    fill(
        notebook,
        """
import threading

def when_called(*args):
    kernel = get_ipython().kernel
    parent = kernel.get_parent("shell")
    content = {"status": "ok", "execution_count": 1, "user_expressions": {}, "payload": []}
    kernel.session.send(kernel.iopub_socket, "status", {"execution_state": "idle"}, parent=parent)
    reply = parent["header"] | {"msg_type": "execute_request"}
    ident = kernel._shell_parent_ident.get() if hasattr(kernel, "_shell_parent_ident") else None
    kernel.session.send(
        kernel.shell_stream, "execute_reply", content, parent=parent, ident=ident)
""",
    )


@attack(
    "harm: the class waits, or the batch stops",
    stock="the threads slow this kernel down, and end with it",
)
def busy_threads(notebook):
    """Fifty threads keep the interpreter lock busy while the tests run."""
    fill(
        notebook,
        """
import sys, threading

def spin():
    while True:
        pass

sys.setswitchinterval(5)
for _ in range(50):
    threading.Thread(target=spin, daemon=True).start()
""",
    )


@attack("points", stock=GONE)
def exit_zero(notebook):
    """The first tested function ends the process with exit code 0."""
    fill(
        notebook,
        """
import os

def when_called(*args):
    os._exit(0)
""",
    )


@attack("points", stock=GONE)
def exit_zero_at_once(notebook):
    """The student's cell ends the process with exit code 0 before any test."""
    fill(notebook, "import os; os._exit(0)")


@attack("points", stock="IPython reports SystemExit as an error of the cell")
def system_exit(notebook):
    """Every function raises SystemExit(0)."""
    fill(
        notebook,
        """
def when_called(*args):
    raise SystemExit(0)
""",
    )


@attack("points", stock="any exception is an error of the cell")
def odd_exceptions(notebook):
    """Functions raise StopIteration, GeneratorExit, KeyboardInterrupt and classes of their own."""
    fill(
        notebook,
        """
import itertools

class AssertionError(BaseException):
    def __str__(self):
        raise SystemExit(0)

errors = itertools.cycle([StopIteration(0), GeneratorExit(), KeyboardInterrupt(),
                          AssertionError(), ExceptionGroup("g", [ValueError()]), EOFError()])

def when_called(*args):
    raise next(errors)
""",
    )


@attack("harm: the batch stops")
def parent_killed(notebook):
    """Sends SIGTERM, then SIGKILL, to the parent process."""
    fill(
        notebook,
        """
import os, signal, time
for number in signal.SIGTERM, signal.SIGKILL:
    os.kill(os.getppid(), number)
    time.sleep(0.2)
""",
    )


@attack("harm: the batch stops")
def everyone_killed(notebook):
    """Sends SIGKILL to every process that it may signal."""
    fill(
        notebook,
        """
import os, signal
os.kill(-1, signal.SIGKILL)
""",
    )


@attack("harm: the batch stops")
def group_and_parents_killed(notebook):
    """Signals its process group, its session and every ancestor by number."""
    fill(
        notebook,
        """
import os, signal

def ancestors(pid):
    while pid > 1:
        pid = int(open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[1])
        yield pid

mine = os.getpid()
for pid in list(ancestors(mine))[::-1]:
    if pid > 1:
        try:
            os.kill(pid, signal.SIGKILL)
        except OSError:
            pass
os.killpg(0, signal.SIGKILL)
""",
    )


@attack("harm: the batch stops or hangs", stock="a kernel that does not answer is killed")
def stops_itself(notebook):
    """Stops its own process with SIGSTOP in the middle of a test."""
    fill(
        notebook,
        """
import os, signal

def when_called(*args):
    os.kill(os.getpid(), signal.SIGSTOP)
""",
    )


@attack("harm: the batch stops", stock=GONE)
def crashes(notebook):
    """Reads from address zero: the interpreter dies of a segmentation fault."""
    fill(
        notebook,
        """
import ctypes

def when_called(*args):
    ctypes.string_at(0)
""",
    )
