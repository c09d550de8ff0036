"""Take forever, or too deep."""

from tests.grading.attacks.bank.kit import attack, fill

# The functions hang in one part of the assignment only, which is enough and shorter.
STOPPED = "the kernel is interrupted after the time of a cell"


@attack("harm: the batch hangs", stock=STOPPED)
def endless_cell(notebook):
    """A cell that loops for ever."""
    fill(notebook, "while True:\n    pass")


@attack("harm: the batch hangs", stock=STOPPED)
def endless_function(notebook):
    """A tested function that loops for ever."""
    fill(
        notebook,
        """
def when_called(*args):
    while is_coupled(args):
        pass
""",
    )


@attack("harm: the batch hangs", stock="a kernel that does not answer is killed")
def ignores_interrupts(notebook):
    """Loops for ever and ignores signals and KeyboardInterrupt."""
    fill(
        notebook,
        """
import signal
for number in signal.SIGINT, signal.SIGTERM, signal.SIGALRM, signal.SIGXCPU:
    signal.signal(number, signal.SIG_IGN)
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
""",
    )


@attack("harm: the batch hangs", stock="the regular expression is interrupted like a loop")
def stuck_in_c(notebook):
    """A regular expression of exponential time, which cannot be interrupted."""
    fill(
        notebook,
        """
import re

def when_called(*args):
    if is_coupled(args):
        re.match(r"(a+)+$", "a" * 60 + "b")
""",
    )


@attack("harm: the batch hangs", stock=STOPPED)
def sleeps(notebook):
    """A tested function that sleeps for an hour, in small pieces."""
    fill(
        notebook,
        """
import time

def when_called(*args):
    for _ in range(36_000 * is_coupled(args)):
        time.sleep(0.1)
""",
    )


@attack("harm: the batch stops", stock="the kernel's death is noticed")
def endless_recursion(notebook):
    """Recursion without an end, with Python's limit lifted."""
    fill(
        notebook,
        """
import sys
sys.setrecursionlimit(10**9)

def deeper(array):
    return np.apply_along_axis(deeper, 0, array)

def when_called(*args):
    deeper(np.zeros(3))
""",
    )


@attack("harm: the batch hangs", stock="printing does not reset the time of a cell")
def endless_prints(notebook):
    """Prints a dot now and then for ever, so that it seems to be at work."""
    fill(
        notebook,
        """
import time
while True:
    print(".", end="", flush=True)
    time.sleep(0.05)
""",
    )


@attack("harm: the batch hangs", stock="input is refused where nobody can type")
def waits_for_input(notebook):
    """Asks for input and reads from descriptor 0."""
    fill(
        notebook,
        """
import os
try:
    input("password: ")
except BaseException as error:
    print(error)
os.read(0, 1)
""",
    )
