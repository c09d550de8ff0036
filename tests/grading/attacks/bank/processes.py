"""Forks and daemons: processes that outlive their submission, or are too many."""

from tests.grading.attacks.bank.kit import attack, fill

DAEMON = """
import os, signal, sys, time

def daemon(work):
    if os.fork():
        return
    os.setsid()
    if os.fork():
        os._exit(0)
    for number in range(256):
        try:
            os.close(number)
        except OSError:
            pass
    for number in range(1, 32):
        if number not in (signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD):
            signal.signal(number, signal.SIG_IGN)
    try:
        work()
    finally:
        os._exit(0)
"""


@attack("harm: a process is left")
def daemon_stays(notebook):
    """A daemon in a session of its own ignores every signal and sleeps."""
    fill(notebook, DAEMON + "daemon(lambda: time.sleep(300))")


@attack("points; harm: all marks")
def daemon_edits_the_gradebook(notebook):
    """A daemon waits until the marks are in the gradebook, then raises them."""
    fill(
        notebook,
        DAEMON
        + """
def work():
    import sqlite3
    for _ in range(100):
        time.sleep(0.1)
        with sqlite3.connect("/course/gradebook.db", timeout=1) as database:
            database.execute(
                "UPDATE grade SET auto_score = 2 WHERE auto_score = 0 AND needs_manual_grade = 0")

daemon(work)
""",
    )


@attack("harm: a process is left")
def daemon_from_a_tested_function(notebook):
    """A tested function starts a subprocess in a new session, which keeps its output open."""
    fill(
        notebook,
        """
import subprocess, sys
started = []

def when_called(*args):
    if not started:
        command = [sys.executable, "-c", "import time; time.sleep(300)"]
        started.append(subprocess.Popen(command, start_new_session=True))
""",
    )


@attack("harm: two hundred processes are left")
def many_forks(notebook):
    """Forks two hundred sleeping processes."""
    fill(
        notebook,
        """
import os, time
for _ in range(200):
    try:
        if os.fork() == 0:
            time.sleep(120)
            os._exit(0)
    except OSError as error:
        print(error)
        break
else:
    boast("200-processes")
""",
    )


@attack("harm: the class waits")
def forks_again_when_killed(notebook):
    """Two processes watch each other and fork again when one of them dies."""
    fill(
        notebook,
        """
import os, time

def watch(generations):
    for _ in range(generations):
        child = os.fork()
        if child:
            os.waitpid(child, 0)
        else:
            time.sleep(60)
            os._exit(0)
    os._exit(0)

if os.fork() == 0:
    os.setsid()
    watch(20)
""",
    )
