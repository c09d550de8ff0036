"""Runs in the container: listens for loot, runs the grader's commands, counts who is left.

The plan is JSON: {"commands": [[seconds, argv, ...], ...]}. What was seen goes to
/report/seen.json: exit codes, what came over the network, processes that did not end.
"""

import ctypes
import json
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from tests.grading.attacks.container import COURSE, REPORT

TCP, UDP, LISTENED, ABSTRACT = 15671, 15672, 15673, "\0rnncourse-attack"
PR_SET_CHILD_SUBREAPER = 36
SETTLE = 3.0  # seconds that a grader's own processes may take to end


def main(plan):
    """Carry out the plan and write what was seen."""
    heard, codes = [], []
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    for family, kind, address in (
        (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", TCP)),
        (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", UDP)),
        (socket.AF_UNIX, socket.SOCK_STREAM, ABSTRACT),
    ):
        threading.Thread(target=_listen, args=(family, kind, address, heard), daemon=True).start()
    threading.Thread(target=_visit, args=(heard,), daemon=True).start()
    for number, (seconds, *argv) in enumerate(plan["commands"]):
        with open(f"{REPORT}/command-{number}.log", "wb") as log:
            codes.append(_run(argv, seconds, log))
    left = _left_behind()
    seen = {"codes": codes, "heard": [text.decode("latin-1") for text in heard], "left": left}
    Path(REPORT, "seen.json").write_text(json.dumps(seen), "utf-8")


def _run(argv, seconds, log):
    # A group of its own: a signal to the whole group does not reach this process.
    with subprocess.Popen(
        argv, cwd=COURSE, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
    ) as process:
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            return "timeout"


def _listen(family, kind, address, heard):
    with socket.socket(family, kind) as server:
        server.bind(address)
        if kind == socket.SOCK_DGRAM:
            while True:
                heard.append(server.recv(65536))
        server.listen()
        while True:
            connection, _ = server.accept()
            with connection:
                connection.settimeout(2)
                try:
                    heard.append(connection.recv(1 << 20))
                except OSError:
                    heard.append(b"connected")


def _visit(heard):
    """Try to enter through a port that an attack may have opened."""
    while True:
        try:
            with socket.create_connection(("127.0.0.1", LISTENED), timeout=1) as door:
                heard.append(door.recv(4096))
                return
        except OSError:
            time.sleep(0.1)


def _left_behind():
    """The processes that outlive their grader; orphans become children of this process."""
    end = time.monotonic() + SETTLE
    while True:
        left = sorted(filter(None, map(_command, _descendants(os.getpid()))))
        if not left or time.monotonic() > end:
            return left
        time.sleep(0.1)


def _descendants(pid):
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield int(child)
            try:
                yield from _descendants(int(child))
            except OSError:
                pass


def _command(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()[:80]
    except OSError:
        return ""


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
