"""What a submission may use, and how it is told."""

import os
import subprocess
import time

import pytest

from rnncourse.grading.sandbox import watch

MIB = 2**20

CROWD = """
import os, time
for _ in range({processes}):
    if os.fork() == 0:
        {work}
        time.sleep(60)
time.sleep(60)
"""


def test_a_process_that_asks_for_too_much_memory_gets_an_exception(sandbox):
    code = "import numpy as np; np.ones(2 * 10**7)"
    assert "MemoryError" not in sandbox.run(code, memory=256 * MIB).text
    assert "MemoryError" in sandbox.run(code, memory=128 * MIB).text


@pytest.mark.parametrize(
    "work",
    [
        "kept = bytearray(64 * 2**20)",
        "import mmap; kept = mmap.mmap(-1, 64 * 2**20); kept[:] = bytes(64 * 2**20)",
        "import ctypes; ctypes.CDLL(None).prctl(4, 0, 0, 0, 0); kept = bytearray(64 * 2**20)",
    ],
    ids=["private", "shared", "hidden from a look at its pages"],
)
def test_memory_counts_over_all_processes(sandbox, work):
    code = CROWD.format(processes=5, work=work)
    outcome = sandbox.run(code, memory=200 * MIB, submission_seconds=30)
    assert outcome.status == 137
    assert outcome.reason.startswith("memory: ") and "of 200 MiB" in outcome.reason


def test_pages_that_processes_share_count_once(sandbox):
    code = """
    import os, time
    kept = bytearray(64 * 2**20)
    for _ in range(10):
        if os.fork() == 0:
            time.sleep(1)
            os._exit(0)
    time.sleep(1)
    print("done")
    """
    assert sandbox.run(code, memory=400 * MIB) == ("done\n", "", 0)


def test_a_process_that_has_ended_holds_no_memory():
    child = subprocess.Popen(["true"])
    while (process := watch.tree(os.getpid())[child.pid]).resident:
        time.sleep(0.01)  # until it waits to be waited for
    assert process.parent == os.getpid() and watch._share(child.pid) == 0
    child.wait()
    assert watch._share(child.pid) == 0


def test_processes_are_counted(sandbox):
    code = """
    import os, time
    try:
        for number in range(1000):
            if os.fork() == 0:
                time.sleep(60)
    except BlockingIOError:
        print(number)
    """
    born = [int(sandbox.run(code, processes=limit).text) for limit in (10, 20)]
    assert 5 <= born[0] <= 10 and born[1] - born[0] == 10


def test_a_bomb_of_processes_ends_with_the_submission(sandbox):
    code = """
    import os
    while True:
        try:
            os.fork()
        except OSError:
            pass
    """
    outcome = sandbox.run(code, submission_seconds=1)
    assert outcome.status == 137
    assert outcome.reason == "wall time: more than 1 s\n"
    assert sandbox.run("print(1)").text == "1\n"


def test_processor_time_counts_over_all_processes(sandbox):
    code = CROWD.format(processes=3, work="while True: pass")
    outcome = sandbox.run(code, cpu_seconds=2, submission_seconds=60)
    assert outcome.status == 137
    assert outcome.reason.startswith("processor time: ")


def test_processor_time_counts_of_processes_that_have_ended(sandbox):
    code = """
    import os, time
    while True:
        if os.fork() == 0:
            end = time.process_time() + 0.3
            while time.process_time() < end:
                pass
            os._exit(0)
        os.wait()
    """
    outcome = sandbox.run(code, cpu_seconds=1, submission_seconds=60)
    assert outcome.reason.startswith("processor time: ")


def test_the_kernel_bounds_the_processor_time_of_one_process(sandbox):
    code = "import resource; print(resource.getrlimit(resource.RLIMIT_CPU))"
    assert sandbox.run(code, cpu_seconds=7).text == "(8, 8)\n"


@pytest.mark.parametrize("code", ["import time; time.sleep(60)", "while True: pass"])
def test_wall_time_ends_it(sandbox, code):
    outcome = sandbox.run(code, submission_seconds=0.3)
    assert outcome == ("", "wall time: more than 0.3 s\n", 137)


def test_a_file_has_a_size(sandbox):
    code = "open('big', 'wb').write(bytes(2 * 2**20))"
    assert "File too large" in sandbox.run(code, file_size=MIB).text
    assert sandbox.run(code, file_size=4 * MIB).text == ""


def test_open_files_have_a_number(sandbox):
    code = """
    kept = []
    try:
        while True:
            kept.append(open("/dev/null"))
    except OSError:
        print(len(kept))
    """
    assert int(sandbox.run(code).text) < 64


def test_addresses_have_an_end_even_where_nothing_is_stored(sandbox):
    code = "import mmap; print(len(mmap.mmap(-1, {} * 2**20, prot=mmap.PROT_READ)))"
    assert sandbox.run(code.format(500), memory=100 * MIB).text == f"{500 * MIB}\n"
    assert "Cannot allocate memory" in sandbox.run(code.format(1000), memory=100 * MIB).text


@pytest.mark.parametrize("folder", [".", "/student/tmp", "/dev/shm"])
def test_all_files_together_have_a_size(sandbox, folder):
    code = f"""
    for k in range(5):
        open(f"{folder}/file-{{k}}", "wb").write(bytes(2**20))
    """
    assert "No space left" in sandbox.run(code, disk=3 * MIB).text
    assert sandbox.run(code, disk=8 * MIB).text == ""


def test_a_limit_cannot_be_raised(sandbox):
    code = """
    import resource
    for name in "DATA", "AS", "NPROC", "FSIZE", "CPU", "NOFILE":
        try:
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (-1, -1))
        except (ValueError, OSError):
            continue
        print(name)
    """
    assert sandbox.run(code).text == ""


def test_a_submission_is_ended_by_a_signal_to_its_keeper(sandbox):
    outcome = sandbox.run("import time; print(1); time.sleep(60)", signal=15)
    assert (outcome.reason, outcome.status) == ("", 137)


@pytest.mark.parametrize(
    "code, status",
    [
        ("import os; os._exit(5)", 5),
        ("import os; os.abort()", 139),
        ("import ctypes; ctypes.string_at(0)", 139),
    ],
)
def test_the_keeper_ends_with_the_status_of_the_submission(sandbox, code, status):
    assert sandbox.run(code) == ("", "", status)
