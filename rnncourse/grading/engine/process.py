"""What the student's and the tester's process have in common."""

import gc
import select
import sys

import numpy as np

from rnncourse.grading.engine.errors import Gone
from rnncourse.grading.engine.frames import REQUEST


def begin(shell, namespace, most):
    """Make a fork of the warmed parent a process of its own; `most` bytes may a cell show."""
    gc.set_threshold(50_000, 20, 20)  # a call across a socket makes many small objects
    shell.start(namespace, most)
    for name in [name for name in sys.modules if name.partition(".")[0] == "rnncourse"]:
        del sys.modules[name]  # what runs here keeps what it uses; a cell cannot import it
    np.random.seed(None)  # noqa: NPY002 - forks would draw the same numbers, and so know each other's
    if "random" in sys.modules:
        sys.modules["random"].seed()


def serve(links):
    """Answer requests, whoever of the others makes one, until somebody hangs up."""
    waiting, of = select.poll(), {link.frames.sock.fileno(): link for link in links}
    for descriptor in of:
        waiting.register(descriptor, select.POLLIN)
    try:
        while True:
            for descriptor, _ in waiting.poll():
                _answer(of[descriptor])
    except Gone:
        pass


def _answer(link):
    while True:
        kind, number, body = link.frames.receive()
        if kind >= REQUEST:
            link.serve(kind, number, body)
        if not link.frames.pending:
            return
