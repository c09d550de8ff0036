"""Too much of everything: memory, text, pictures, files."""

from tests.grading.attacks.bank.kit import attack, fill

SOURCE_OF_TEXT = "line = 'x' * 999 + '\\n'"


@attack("harm: three gigabytes are taken")
def memory_hog(notebook):
    """Fills three gigabytes of memory."""
    fill(
        notebook,
        """
hoard = []
for _ in range(30):
    hoard.append(bytearray(b"x") * (100 << 20))
boast("3-GB")
""",
    )


@attack("harm: three gigabytes are taken")
def memory_of_children(notebook):
    """Six processes fill half a gigabyte each, below any limit for one process."""
    fill(
        notebook,
        """
import os, time
pids = []
for _ in range(6):
    pid = os.fork()
    if pid == 0:
        hoard = bytearray(b"x") * (500 << 20)
        time.sleep(4)
        os._exit(0)
    pids.append(pid)
if all(os.waitpid(pid, 0)[1] == 0 for pid in pids):
    boast("3-GB-in-children")
""",
    )


@attack("harm: shared memory is taken")
def shared_memory(notebook):
    """Fills a gigabyte of anonymous shared memory files and /dev/shm."""
    fill(
        notebook,
        """
import os
held = []
for _ in range(8):
    descriptor = os.memfd_create("hoard")
    os.write(descriptor, bytes(128 << 20))
    held.append(descriptor)
with open("/dev/shm/left-behind-hoard", "wb") as file:
    for _ in range(20):
        file.write(bytes(10 << 20))
boast("1-GB-shared")
""",
    )


@attack(
    "harm: a page or a notebook of more than 20 MB",
    stock="it keeps the first thousand lines of a cell",
)
def stdout_flood(notebook):
    """Prints 200 MB."""
    fill(
        notebook,
        f"import sys; {SOURCE_OF_TEXT}\nfor _ in range(200):\n"
        "    sys.stdout.write(line * 1000)\n    sys.stdout.flush()",
    )


@attack(
    "harm: a page or a notebook of more than 20 MB",
    stock="it keeps the first thousand lines of a cell",
)
def stderr_flood(notebook):
    """Writes 100 MB to stderr, past Python, on descriptors 1 and 2."""
    fill(
        notebook,
        f"import os; {SOURCE_OF_TEXT}\nfor _ in range(50):\n"
        "    os.write(2, line.encode() * 1000)\n    os.write(1, line.encode() * 1000)",
    )


@attack(
    "harm: a page or a notebook of more than 20 MB", stock="the run fails, for this student alone"
)
def display_flood(notebook):
    """Displays twenty thousand small results, one by one."""
    fill(
        notebook,
        """
from IPython.display import display
for number in range(20_000):
    display("x" * 1500)
""",
    )


@attack("harm: a page or a notebook of more than 20 MB")
def huge_picture(notebook):
    """Displays a PNG picture of 60 MB."""
    fill(
        notebook,
        """
import os
from IPython.display import Image, display
head = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489")
display(Image(data=head + os.urandom(60_000_000), format="png"))
""",
    )


@attack("harm: the disk is filled")
def big_files(notebook):
    """Writes 200 MB beside the notebook, where they are kept."""
    fill(
        notebook,
        """
for number in range(20):
    with open(f"ballast-{number}.bin", "wb") as file:
        file.write(bytes(10 << 20))
""",
    )


@attack("harm: a page or a notebook of more than 20 MB")
def huge_exception(notebook):
    """Raises an exception with a message of 40 MB in every test."""
    fill(
        notebook,
        """
def when_called(*args):
    raise ValueError("x" * 40_000_000)
""",
    )
