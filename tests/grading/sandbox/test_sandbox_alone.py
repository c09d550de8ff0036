"""Nothing of a submission is left when it has ended: no process, no file, no trace for the next."""

import signal
import time
from pathlib import Path

import pytest

from tests.grading.sandbox.sandboxed import Sandbox

DAEMON = """
import glob, os, sys, time
SLEEP = "import time; open('ready', 'x'); time.sleep(600)"
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execv(sys.executable, [sys.executable, "-c", SLEEP, {token!r}])
    os._exit(0)
while not glob.glob("ready"):
    time.sleep(0.01)
print("started", flush=True)
"""


def processes(token):
    """The processes of this machine with a word in their command line."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if token.encode() in words:
            found.append(int(path.parent.name))
    return found


@pytest.mark.parametrize("more", ["", "time.sleep(600)"], ids=["by itself", "by the keeper"])
def test_a_daemon_ends_with_its_submission(sandbox, token, more):
    outcome = sandbox.run(DAEMON.format(token=token) + more, signal=15 if more else 0)
    assert outcome.status == (137 if more else 0)
    assert processes(token) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGKILL])
def test_a_submission_cannot_stop_its_keeper(sandbox, number):
    code = f"""
    import os, time
    for pid in -1, 0, os.getppid():
        try:
            os.kill(pid, {int(number)})
        except OSError:
            pass
    print("done")
    """
    sandbox.run(code)
    assert sandbox.run("print(1)").text == "1\n"


def test_a_submission_ends_with_its_keeper(sandbox):
    outcome = sandbox.run("import time; print(1, flush=True); time.sleep(3); print(2)", signal=9)
    assert outcome == ("1\n", "", -9)


def test_the_keeper_holds_nothing_of_the_submission_open(sandbox):
    code = "import os, time; os.closerange(0, 64); time.sleep(60)"
    assert sandbox.run(code, signal=15, submission_seconds=10) == ("", "", 137)


LEAVE = """
import builtins, os, sys
for folder in ".", "/student/tmp", "/dev/shm", "/student":
    open(folder + "/left", "w").write("x")
os.mkdir("/student/tmp/folder")
os.symlink("/usr", "/student/tmp/link")
os.environ["LEFT"] = "x"
builtins.left = sys.left = "x"
import numpy
numpy.left = "x"
numpy.random.seed(0)
sys.path.insert(0, "/student/tmp")
"""
LOOK = """
import builtins, os, sys, numpy
for folder in ".", "/student/tmp", "/dev/shm", "/student", "/dev/pts":
    print(folder, sorted(os.listdir(folder)))
print("LEFT" in os.environ, hasattr(builtins, "left"), hasattr(sys, "left"), sys.path)
print(hasattr(numpy, "left"), [p for p in os.listdir("/proc") if p.isdigit()])
for name in "shm", "msg", "sem":
    print(len(open(f"/proc/sysvipc/{name}").readlines()))
print(os.uname().nodename)
"""


def test_the_next_submission_finds_nothing(sandbox):
    untouched = sandbox.run(LOOK)
    assert sandbox.run(LEAVE).text == ""
    assert sandbox.run(LOOK) == untouched
    home, *_, name = untouched.text.splitlines()
    assert (home, name) == (". []", "sandbox")


def test_every_submission_has_namespaces_of_its_own(sandbox):
    code = """
    import os
    parent = eval(os.environ["NAMESPACES"])
    print([name for name in parent if os.readlink(f"/proc/self/ns/{name}") == parent[name]])
    """
    assert sandbox.run(code).text == "['time', 'time_for_children']\n"


def test_nothing_outlives_the_grader(token):
    box = Sandbox()
    box.send(DAEMON.format(token=token) + "time.sleep(600)")
    while not processes(token):
        time.sleep(0.01)
    box.process.kill()
    box.process.wait()
    for _ in range(200):
        if not processes(token):
            break
        time.sleep(0.1)
    left = processes(token)
    box.wire.close()
    assert left == []
