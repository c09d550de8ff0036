"""Leave something where the next submission may find it."""

from tests.grading.attacks.bank.kit import attack, fill


@attack("harm: the next submission finds it")
def files_left(notebook):
    """Files in the temporary folders, in shared memory, in the home, beside the notebook."""
    fill(
        notebook,
        """
import os, pathlib
for folder in ("/tmp", "/var/tmp", "/dev/shm", "/run", "/", os.path.expanduser("~"), "..",
               "../..", "/home/grader", "/root"):
    try:
        pathlib.Path(folder, "left-behind-file").write_text("for the next one")
    except OSError as error:
        print(error)
""",
    )


@attack("harm: the next submission finds it")
def memory_left(notebook):
    """A System V segment, a POSIX message queue and semaphore, a listening abstract socket."""
    fill(
        notebook,
        """
import ctypes, os, socket
libc = ctypes.CDLL(None, use_errno=True)
part = libc.shmget(0x1EF7, 4096, 0o1666)
libc.shmat.restype = ctypes.c_void_p
print(part, libc.msgget(0x1EF7, 0o1666), libc.semget(0x1EF7, 1, 0o1666))
if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    for number in range(256):
        try:
            os.close(number)
        except OSError:
            pass
    door = socket.socket(socket.AF_UNIX)
    door.bind("\\0left-behind")
    door.listen()
    import time
    time.sleep(30)
    os._exit(0)
""",
    )


@attack("harm: the next student's marks")
def caches_poisoned(notebook):
    """Bytecode of NumPy and matplotlib's font cache are replaced where they can be written."""
    fill(
        notebook,
        """
import glob, importlib.util, os, pathlib
import matplotlib
places = glob.glob(os.path.dirname(np.__file__) + "/**/__pycache__/*.pyc", recursive=True)[:5]
for place in places:
    try:
        open(place, "r+b").close()
        boast("bytecode-writable")
        break
    except OSError:
        pass
for folder in {matplotlib.get_cachedir(), matplotlib.get_configdir(),
               os.path.expanduser("~/.cache/matplotlib")}:
    try:
        pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
        pathlib.Path(folder, "fontlist-v390.json").write_text("left-behind")
        pathlib.Path(folder, "matplotlibrc").write_text("backend: module://left_behind")
        pathlib.Path(folder, "left-behind-cache").write_text("x")
    except OSError as error:
        print(error)
""",
    )


@attack("harm: the next student's marks", stock="the kernel chooses its own backend")
def matplotlibrc_in_home(notebook):
    """A matplotlibrc in the home's configuration folder breaks every later plot."""
    fill(
        notebook,
        """
import os, pathlib
for folder in "~/.config/matplotlib", "~/.matplotlib":
    folder = pathlib.Path(os.path.expanduser(folder))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "matplotlibrc").write_text("backend: module://left_behind\\n")
""",
    )


@attack("harm: the next student's marks", stock="every submission has a new interpreter")
def modules_changed(notebook):
    """Changes NumPy and builtins in its own memory, for a process that is used again."""
    fill(
        notebook,
        """
import builtins, sys
builtins.left_behind = sys.left_behind = "left-behind"
np.tanh = lambda a, *more: 0 * a
np.random.default_rng = lambda *args: None
""",
    )
