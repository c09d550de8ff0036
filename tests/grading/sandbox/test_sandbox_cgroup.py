"""Memory that the kernel counts; on a machine without such groups, on a folder like one."""

import os

import pytest

from rnncourse.grading.limits import Limits
from rnncourse.grading.sandbox import cgroup

MIB = 2**20
BUFFERS = """
import os, socket, time
for _ in range(20):
    if os.fork() == 0:
        kept = [socket.socketpair() for _ in range(25)]
        for end in sum(kept, ()):
            end.setblocking(False)
            try:
                while True:
                    end.send(bytes(4096))
            except BlockingIOError:
                pass
        time.sleep(3)
        os._exit(0)
time.sleep(3)
"""


def test_what_no_process_holds_is_counted_where_there_are_control_groups(sandbox):
    outcome = sandbox.run(BUFFERS, memory=150 * MIB, disk=8 * MIB)
    assert outcome.status == (137 if cgroup.base() else 0)


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A folder that looks like /sys/fs/cgroup with this process in /user/session."""
    session = tmp_path / "user" / "session"
    session.mkdir(parents=True)
    for folder, controllers in (
        (tmp_path, "memory"),
        (tmp_path / "user", "cpu memory"),
        (session, ""),
    ):
        (folder / "cgroup.subtree_control").write_text(controllers)
        (folder / "cgroup.procs").write_text("")
    monkeypatch.setattr(cgroup, "TOP", tmp_path)
    above = [session, session.parent, tmp_path]
    monkeypatch.setattr(cgroup, "_own_and_above", lambda: iter(above))
    return tmp_path


def test_the_nearest_group_that_counts_memory_is_used(machine):
    assert cgroup.base() == machine / "user"


def test_without_a_controller_there_is_no_group(machine):
    for folder in (machine, machine / "user"):
        (folder / "cgroup.subtree_control").write_text("cpu")
    assert cgroup.base() is None and cgroup.make(os.getuid()) is None


def test_a_machine_without_groups_has_none(machine, monkeypatch):
    monkeypatch.setattr(cgroup, "_own_and_above", lambda: iter([machine / "absent"]))
    assert cgroup.make(os.getuid()) is None


def test_own_group_and_those_above_lie_below_the_top():
    folders = list(cgroup._own_and_above())
    assert all(folder.is_relative_to(cgroup.TOP) for folder in folders)
    assert not folders or folders[-1] == cgroup.TOP


def test_groups_of_graders_that_are_gone_are_removed(machine):
    gone, here = machine / "user/rnncourse-999999999-a", machine / f"user/rnncourse-{os.getpid()}-a"
    for folder in (gone / "parent", gone / "7", here / "parent"):
        folder.mkdir(parents=True)
    cgroup.make(os.getuid())
    assert not gone.exists() and here.exists()


def test_a_submission_gets_its_limits(machine, monkeypatch):
    monkeypatch.setattr(cgroup, "INSIDE", machine)
    group = cgroup.make_for_submission(Limits(memory=5, disk=2))
    assert group.parent == machine
    values = {path.name: path.read_text() for path in group.iterdir()}
    assert values == {"memory.max": "7", "memory.oom.group": "1", "memory.swap.max": "0"}


def test_out_of_memory_is_told(machine):
    (machine / "memory.events").write_text("low 0\nhigh 0\nmax 3\noom 1\noom_kill 2\n")
    assert cgroup.leave(machine) == 2
