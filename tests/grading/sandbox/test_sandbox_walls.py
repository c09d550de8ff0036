"""What a submission cannot see, write or ask the kernel for."""

import signal
import sys
from pathlib import Path

import pyseccomp as seccomp
import pytest

from tests.grading.sandbox.sandboxed import CHECKOUT, Sandbox

LOOK = """
import os
found = []
for folder, folders, files in os.walk("/"):
    if folder == "/":
        folders.remove("proc")
    found += [os.path.join(folder, name) for name in files if name in {names}]
print(found)
"""

CALL = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
result = libc.syscall({number}, *map(ctypes.c_long, {words}))
print(result, os.strerror(ctypes.get_errno()))
"""
NEW = {"user": 0x10000000, "pid": 0x20000000, "net": 0x40000000, "mount": 0x20000}


def call(sandbox, name, words):
    """What a system call answers inside."""
    number = seccomp.resolve_syscall(seccomp.Arch.NATIVE, name)
    return sandbox.run(CALL.format(number=number, words=words)).text


def test_the_course_and_the_home_of_the_grader_are_not_there(sandbox, tmp_path):
    (tmp_path / "gradebook.db").write_text("marks")
    places = [CHECKOUT / "assignments", CHECKOUT / "tests", CHECKOUT / "rnncourse", tmp_path]
    home = [path for path in Path.home().iterdir() if not sys.base_prefix.startswith(str(path))]
    code = f"import os; print([p for p in {[*map(str, places + home)]} if os.path.exists(p)])"
    assert sandbox.run(code).text == "[]\n"


def test_no_file_of_the_course_lies_anywhere(sandbox):
    names = {"a3_lstm.ipynb", "a3_lstm.toml", "demo_class.py", "gru_reset_after.py"}
    assert sandbox.run(LOOK.replace("{names}", repr(names))).text == "[]\n"


def test_a_folder_among_the_libraries_can_be_hidden():
    hidden = Path(pytest.__file__).parent
    box = Sandbox(hidden=[hidden])
    listing = box.run(
        f"import os; print(os.listdir({str(hidden)!r})); open('{hidden}/x', 'w')"
    ).text
    box.close()
    assert listing.startswith("[]\n")
    assert "Read-only file system" in listing


def test_files_can_be_made_in_private_folders_alone(sandbox):
    code = """
    import os
    for folder, folders, files in os.walk("/"):
        if folder.count("/") > 4 or folder.startswith("/proc"):
            folders.clear()
        try:
            open(os.path.join(folder, folder.replace("/", "-")), "x").close()
        except OSError:
            continue
        print(folder)
    """
    made = set(sandbox.run(code).text.split())
    assert made == {"/student", "/student/home", "/student/tmp", "/student/shm", "/dev/shm"}


@pytest.mark.parametrize("path", ["/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger"])
def test_the_kernels_switches_cannot_be_written(sandbox, path):
    assert "Error" in sandbox.run(f"open({path!r}, 'w').write('x')").text


def test_no_other_process_is_in_sight(sandbox):
    code = "import os; print([name for name in os.listdir('/proc') if name.isdigit()])"
    assert sandbox.run(code).text == "['1']\n"


def test_the_user_owns_nothing_of_the_system_and_has_no_privilege(sandbox):
    code = """
    import os
    print(os.getuid() != 0, os.stat("/usr").st_uid != os.getuid(), os.getgroups())
    for line in open("/proc/self/status"):
        if line.startswith(("Cap", "NoNewPrivs", "Seccomp:")):
            print(line, end="")
    """
    first, *status = sandbox.run(code).text.splitlines()
    assert first.startswith("True True")
    assert {word for line in status[:5] for word in line.split()[1:]} == {"0" * 16}
    assert status[5:] == ["NoNewPrivs:\t1", "Seccomp:\t2"]


def test_the_graders_environment_is_not_there(monkeypatch):
    monkeypatch.setenv("COURSE_SECRET", "42")
    box = Sandbox()
    names = box.run("import os; print(*sorted(os.environ))").text.split()
    box.close()
    assert "COURSE_SECRET" not in names and "PYTHONPATH" not in names
    assert {"HOME", "PATH", "TMPDIR"} <= {*names}


def test_there_is_no_network_and_no_socket_to_reach_it(sandbox):
    code = """
    import socket
    print([line.split(":")[0].strip() for line in open("/proc/net/dev") if ":" in line])
    for family in socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, socket.AF_NETLINK:
        try:
            socket.socket(family)
        except OSError as error:
            print(error)
    """
    lines = sandbox.run(code).text.splitlines()
    assert lines == ["['lo']"] + ["[Errno 1] Operation not permitted"] * 4


@pytest.mark.parametrize("flag", NEW.values(), ids=NEW)
@pytest.mark.parametrize("name, more", [("unshare", 0), ("clone", signal.SIGCHLD)])
def test_there_is_no_namespace_within_the_namespace(sandbox, name, flag, more):
    assert call(sandbox, name, [flag | more, 0, 0, 0, 0]) in (
        "-1 Operation not permitted\n",
        "-1 Function not implemented\n",
    )


@pytest.mark.parametrize("name", ["clone3", "quotactl", "open_by_handle_at", "init_module"])
def test_what_is_not_on_the_list_does_not_exist(sandbox, name):
    # clone3 among them: the C library then uses clone, whose flags the filter can see.
    assert call(sandbox, name, [0, 0, 0, 0]) == "-1 Function not implemented\n"


REFUSED = {
    "setns": [0, 0],
    "mount": [0, 0, 0, 0, 0],
    "ptrace": [0, 0, 0, 0],
    "bpf": [0, 0, 0],
    "keyctl": [0, 0],
    "add_key": [0, 0, 0, 0, 0],
    "perf_event_open": [0, 0, 0, 0, 0],
    "kexec_load": [0, 0, 0, 0],
    "userfaultfd": [0],
    "io_uring_setup": [1, 0],
    "memfd_create": [0, 0],
    "shmget": [0, 4096, 0o1600],
    "msgget": [0, 0o1600],
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_system_call_that_no_exercise_needs_is_refused(sandbox, name):
    assert call(sandbox, name, REFUSED[name]) == "-1 Operation not permitted\n"


def test_open_files_of_the_parent_are_closed(sandbox):
    code = """
    import os
    for number in range(1024):
        try:
            print(os.readlink(f"/proc/self/fd/{number}").split(":")[0])
        except FileNotFoundError:
            pass
    """
    assert sandbox.run(code).text.split() == ["/dev/null"] * 3 + ["pipe"]


@pytest.mark.parametrize(
    "code", ["import rnncourse", "from rnncourse import lstm", "import rnncourse.grading.limits"]
)
def test_importing_the_course_names_the_rule(sandbox, code):
    assert "assignments need NumPy and matplotlib alone" in sandbox.run(code).text


def test_the_reference_cells_stay_absent_when_the_rule_is_removed(sandbox):
    code = """
    import sys
    del sys.meta_path[0]
    import rnncourse.grading.limits
    import rnncourse.lstm
    """
    assert sandbox.run(code).text.endswith(
        "ModuleNotFoundError: No module named 'rnncourse.lstm'\n"
    )


def test_the_usual_folder_for_temporary_files_is_the_submission_s(sandbox):
    below = any(Path(folder).is_relative_to("/tmp") for folder in (sys.prefix, sys.base_prefix))
    shown = "/tmp" if below else "/student/tmp"  # below it, the interpreter has to stay readable
    assert sandbox.run("import os; print(os.path.realpath('/tmp'))").text == f"{shown}\n"


def test_what_exercises_need_works(sandbox):
    code = """
    import asyncio, tempfile, threading
    import matplotlib.pyplot as plt
    import numpy as np
    plt.plot(np.arange(3.0) @ np.eye(3))
    plt.savefig("figure.png")
    with tempfile.TemporaryFile() as file:
        file.write(open("data.txt", "rb").read())
    print(open("data.txt").read(), open("/student/tmp/x", "w").write("abc"))
    stop = threading.Event()
    threads = [threading.Thread(target=stop.wait) for _ in range(50)]
    for thread in threads:
        thread.start()
    stop.set()
    asyncio.run(asyncio.sleep(0))
    pid = __import__("os").fork()
    if pid == 0:
        __import__("os")._exit(3)
    print(__import__("os").waitpid(pid, 0)[1] >> 8)
    """
    assert sandbox.run(code, files={"data.txt": "data"}) == ("data 3\n3\n", "", 0)


@pytest.mark.parametrize("name", ["../x", "/etc/x", "folder/x", ""])
def test_a_file_is_a_plain_name(sandbox, name):
    outcome = sandbox.run("print(1)", files={name: "x"})
    assert (outcome.text, outcome.status) == ("", 125)
    assert outcome.reason.startswith("not confined: ")
