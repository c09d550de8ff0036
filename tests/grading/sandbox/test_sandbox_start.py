"""Machines that allow less: what still works, what is refused, and what is said."""

import os
import sys
from pathlib import Path

import pytest

from rnncourse.grading.sandbox import NoSandbox, launch, start, view
from tests.grading.sandbox.sandboxed import Sandbox
from tests.grading.sandbox.test_sandbox_alone import DAEMON, processes

MIB = 2**20


@pytest.fixture
def fresh(monkeypatch):
    """Ask the machine anew."""
    launch.way_that_works.cache_clear()
    yield monkeypatch
    launch.way_that_works.cache_clear()


def test_without_bubblewrap_there_is_one_clear_line(fresh):
    fresh.setenv("PATH", "")
    with pytest.raises(NoSandbox) as error:
        start([sys.executable, "-c", ""])
    (line,) = str(error.value).splitlines()
    assert "bwrap is not installed" in line and "python -m rnncourse.grading.doctor" in line


def test_a_machine_that_refuses_says_why(fresh, tmp_path):
    script = tmp_path / "bwrap"
    script.write_text("#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2; exit 1")
    script.chmod(0o755)
    fresh.setenv("PATH", f"{tmp_path}:/usr/bin")
    tmp_path.parent.chmod(0o755)
    with pytest.raises(NoSandbox, match="^No sandbox: .*setting up uid map: Permission denied"):
        start([sys.executable, "-c", ""])


def test_a_place_where_a_process_cannot_be_confined_is_no_sandbox(fresh):
    fresh.setattr(launch, "PROBE", "import sys; sys.exit('confining failed')")
    with pytest.raises(NoSandbox, match="confining failed"):
        start([sys.executable, "-c", ""])


def test_the_parent_too_has_no_network_and_sees_no_other_process():
    reading, writing = os.pipe()
    code = f"""if True:
        import os
        links = [line.split(":")[0].strip() for line in open("/proc/net/dev") if ":" in line]
        others = [pid for pid in os.listdir("/proc") if pid.isdigit() and int(pid) > os.getpid()]
        os.write({writing}, repr((links, others, os.getpid() < 10, dict(os.environ))).encode())
    """
    with start([sys.executable, "-c", code], pass_fds=[writing]), open(reading) as answer:
        os.close(writing)
        links, others, first, environment = eval(answer.read())
    assert (links, others, first) == (["lo"], [], True)
    assert environment.keys() - launch.ENVIRONMENT.keys() <= {"PYTHONPATH", "PWD", "LC_CTYPE"}


@pytest.mark.parametrize("folder", [Path.home(), view.PACKAGE.parent])
def test_an_interpreter_that_is_the_home_or_the_course_is_refused(fresh, folder):
    fresh.setattr(sys, "prefix", str(folder))
    with pytest.raises(NoSandbox, match="Make an environment in a folder of its own"):
        start([sys.executable, "-c", ""])


def test_a_hidden_folder_that_holds_the_interpreter_is_around_it(fresh):
    around = str(Path(sys.prefix).parent)
    words = view.inside(hidden=[around, Path(sys.prefix, "lib")])
    order = [words.index(path) for path in (sys.prefix, str(Path(sys.prefix, "lib")))]
    assert order == sorted(order)
    assert around not in words or words.index(around) < order[0]


@pytest.fixture(scope="module")
def partly_hidden():
    """A sandbox in a place that hides a part of /proc, as containers do."""
    box = Sandbox(through=["bwrap", "--dev-bind", "/", "/", "--tmpfs", "/proc/tty", "--"])
    yield box
    box.close()


def test_where_proc_cannot_be_mounted_a_submission_goes_without(partly_hidden):
    code = """
    import os, numpy, matplotlib.pyplot
    print(os.listdir("/proc"), os.getpid())
    """
    assert partly_hidden.run(code) == ("[] 1\n", "", 0)


def test_where_proc_cannot_be_mounted_memory_counts_all_the_same(partly_hidden):
    code = """
    import os, time
    for _ in range(5):
        if os.fork() == 0:
            kept = bytearray(64 * 2**20)
            time.sleep(60)
    time.sleep(60)
    """
    outcome = partly_hidden.run(code, memory=200 * MIB)
    assert outcome.reason.startswith("memory: ")


@pytest.fixture(scope="module")
def unsafe():
    box = Sandbox(unsafe=True)
    yield box
    box.close()


def test_unsafe_still_has_a_folder_of_its_own_and_removes_it(unsafe):
    code = """
    import os, tempfile
    print(os.getcwd(), os.listdir(), tempfile.gettempdir(), os.environ["HOME"])
    open("left", "w")
    """
    home, files, temporary, named = unsafe.run(code, files={"a": "x"}).text.split()
    assert files == "['a']"
    assert home == named and Path(temporary).parent == Path(home).parent
    assert not Path(home).parent.exists()


def test_unsafe_still_has_limits(unsafe):
    hog = "import numpy as np; np.ones(2 * 10**7)"
    assert "MemoryError" in unsafe.run(hog, memory=128 * MIB).text
    outcome = unsafe.run("while True: pass", submission_seconds=0.3)
    assert outcome == ("", "wall time: more than 0.3 s\n", 137)
    outcome = unsafe.run("while True: pass", cpu_seconds=1)
    assert outcome.reason.startswith("processor time: ")


def test_unsafe_still_ends_what_it_started(unsafe, token):
    assert unsafe.run(DAEMON.format(token=token)).text == "started\n"
    assert processes(token) == []


def test_unsafe_still_names_the_rule(unsafe):
    assert "assignments need NumPy and matplotlib alone" in unsafe.run("import rnncourse").text
