"""Speak the grader's own protocol: write to what was inherited, answer twice, late, too much."""

from tests.grading.attacks.bank.kit import attack, fill

NO_SOCKET = "no verdict travels on these descriptors; the kernel's own channel breaks"
PLUMBING = "it has no proxy to deceive: the tests call the functions in one process"


@attack("points; harm: the batch stops or hangs")
def garbage_on_every_descriptor(notebook):
    """Writes random bytes to every inherited descriptor, inside the tested functions."""
    fill(
        notebook,
        """
import os

def when_called(*args):
    for number in range(3, 64):
        try:
            os.set_blocking(number, False)
            os.write(number, os.urandom(4096))
        except OSError:
            pass
""",
    )


@attack("points", stock=NO_SOCKET)
def verdicts_on_every_descriptor(notebook):
    """Writes plausible success messages, in several encodings, to every descriptor."""
    fill(
        notebook,
        """
import json, os, struct
words = [{"status": "ok"}, {"result": None, "status": "ok"}, ["ok", None], {"ok": True},
         ["result", {"status": "ok", "outputs": []}], "ok", {"type": "done", "status": "ok"}]
bodies = [json.dumps(word).encode() for word in words]
frames = [form for body in bodies for form in (
    body + b"\\n", struct.pack("!I", len(body)) + body, struct.pack("<I", len(body)) + body,
    struct.pack("!Q", len(body)) + body, struct.pack("<Q", len(body)) + body)]

def when_called(*args):
    for number in range(3, 64):
        for frame in frames:
            try:
                os.set_blocking(number, False)
                os.write(number, frame)
            except OSError:
                break
""",
    )


@attack("points", stock=PLUMBING)
def answers_twice(notebook):
    """Makes every write to a socket happen twice, so that answers run ahead of questions."""
    fill(
        notebook,
        """
import os, socket

def twice(function):
    def both(*args):
        function(*args)
        return function(*args)
    return both

def when_called(*args):
    if getattr(os, "doubled", False):
        return
    os.doubled = True
    os.write, os.writev = twice(os.write), twice(os.writev)
    for name in "send", "sendall", "sendmsg":
        setattr(socket.socket, name, twice(getattr(socket.socket, name)))
""",
    )


@attack("points", stock=PLUMBING)
def answers_recorded_and_replayed(notebook):
    """Answers each question with the frame of an earlier answer."""
    fill(
        notebook,
        """
import os, socket
frames = []

def when_called(*args):
    if getattr(os, "replayed", False):
        return
    os.replayed = True
    original = socket.socket.sendall

    def replay(self, data, *flags):
        frames.append(bytes(data))
        return original(self, frames[max(0, len(frames) - 2)], *flags)

    socket.socket.sendall = socket.socket.send = replay
""",
    )


@attack("harm: the batch stops or hangs", stock=PLUMBING)
def huge_frame_announced(notebook):
    """Announces frames of an exabyte on every descriptor and never sends them."""
    fill(
        notebook,
        """
import os

def when_called(*args):
    for number in range(3, 64):
        try:
            os.set_blocking(number, False)
            os.write(number, b"\\x7f" + b"\\xff" * 15)
        except OSError:
            pass
""",
    )


@attack("harm: the batch stops or hangs", stock="one array of 150 MB is no trouble to a kernel")
def huge_answer(notebook):
    """Returns an array of 150 MB where six numbers are expected."""
    fill(
        notebook,
        """
def lstm_step(x, h_prev, c_prev, p):
    return np.ones((3, 6_000_000)), np.ones((3, 6_000_000)), None
""",
    )


@attack("points", stock=PLUMBING)
def late_answer(notebook):
    """Sleeps past a cell's time, so that its answer arrives during a later question."""
    fill(
        notebook,
        """
import time
calls = []

def when_called(*args):
    if is_coupled(args) and not calls:
        calls.append(1)
        time.sleep(25)
""",
    )


@attack("harm: the batch stops or hangs", stock="the kernel's death is noticed")
def descriptors_closed(notebook):
    """Closes every descriptor but the first three."""
    fill(
        notebook,
        """
import os

def when_called(*args):
    os.closerange(3, 1024)
""",
    )


@attack("points; harm: the batch stops or hangs", stock="a copied kernel answers like the first")
def two_processes_answer(notebook):
    """Forks inside the tested function; both processes go on and answer."""
    fill(
        notebook,
        """
import os
forks = []

def when_called(*args):
    if len(forks) < 3:
        forks.append(os.fork())
""",
    )


@attack("points", stock=PLUMBING)
def engine_objects_found(notebook):
    """Searches the interpreter for the engine's modules and makes every check in them pass."""
    fill(
        notebook,
        """
import sys, types

def agree(*args, **more):
    return True

def when_called(*args):
    for name, module in list(sys.modules.items()):
        if "grading" not in name:
            continue
        for key, value in list(vars(module).items()):
            if isinstance(value, types.FunctionType) and (
                "check" in key or "valid" in key or "limit" in key or "refuse" in key
            ):
                setattr(module, key, agree)
""",
    )
