"""Many submissions on several workers, and a grader that is killed at any moment."""

import os
import signal
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from rnncourse.grading import batch
from tests.grading.homework import autograde, copy_course, dump, hand_in, open_course, solved


class Pretended:
    """An engine that only counts."""

    open_now = 0

    def __init__(self):
        type(self).open_now += 1

    def __exit__(self, *exception):
        type(self).open_now -= 1


@pytest.fixture
def engine():
    Pretended.open_now = 0
    yield Pretended
    assert Pretended.open_now == 0


@pytest.mark.parametrize("workers", [1, 3])
def test_every_job_is_done_once_and_engines_are_closed(engine, workers):
    found = dict(batch.judged(range(50), lambda engine, job: job * job, engine, workers))
    assert found == {k: k * k for k in range(50)}


def test_jobs_are_taken_up_as_workers_become_free(engine):
    taken = []

    def jobs():
        for k in range(100):
            taken.append(k)
            yield k

    running = batch.judged(jobs(), lambda engine, job: job, engine, 2)
    next(running)
    assert len(taken) <= 4
    running.close()


def test_a_job_that_breaks_its_engine_is_tried_once_more_and_then_told(engine):
    tries = []

    def work(engine, job):
        tries.append((job, engine))
        if job == "always" or (job == "once" and len(tries) < 3):
            raise RuntimeError(f"broken by {job}")
        return "done"

    found = dict(batch.judged(["fine", "once", "always", "after"], work, engine, 1))
    assert found["fine"] == found["once"] == found["after"] == "done"
    assert str(found["always"]) == "broken by always"
    engines = {job: [e for j, e in tries if j == job] for job in found}
    assert len(engines["always"]) == 2 and len({id(e) for e in engines["always"]}) == 2


def test_a_grader_that_cannot_start_stops_before_the_first_job():
    def broken():
        raise OSError("no engine")

    with pytest.raises(OSError, match="no engine"):
        list(batch.judged([1, 2], lambda engine, job: job, broken, 2))


STUDENTS = "student-1", "student-2", "student-3"


@pytest.fixture
def handed_in(made_course, tmp_path):
    """Three submissions, one of them broken, in two courses that are alike."""
    courses = [copy_course(made_course, tmp_path / name) for name in ("killed", "calm")]
    for course in courses:
        for student, code in zip(
            STUDENTS, ("double = abs", "def double(x): return 2 * x", ""), strict=True
        ):
            hand_in(course, student, solved(course, code), files={"timestamp.txt": b"2026-01-01"})
        hand_in(course, "student-0", b"{")
    return courses


MOMENTS = [
    (Session, "commit"),
    (Path, "rename"),
    (Path, "mkdir"),
    (Path, "write_bytes"),
    (Path, "chmod"),
]


def killed_at(moment, root):
    """Grade in a child process that kills itself at the n-th change it makes -> was it killed."""
    child = os.fork()
    if child == 0:
        left = [moment]
        for owner, name in MOMENTS:
            setattr(owner, name, deadly(getattr(owner, name), left))
        try:
            autograde(open_course(root))
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def deadly(method, left):
    """The method, but at the n-th change the process ends, before it or right after it."""

    def call(*args, **options):
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        done = method(*args, **options)
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    return call


@pytest.mark.usefixtures("double")
def test_killed_at_any_moment_and_started_again_it_gives_the_same_gradebook(handed_in, tmp_path):
    killed, calm = handed_in
    autograde(calm)
    for moment in range(1, 200):
        was_killed = killed_at(moment, killed.root)
        for folder in Path(killed.root, "autograded").glob("*/*"):
            if not folder.name.startswith("."):
                assert (folder / "hw.ipynb").exists() and (folder.name == "hw")
        if not was_killed:
            break
    else:
        pytest.fail("it never came to an end")
    assert moment > 20
    assert dump(killed) == dump(calm)
    trees = [
        {
            path.relative_to(course.root): path.read_bytes()
            for path in Path(course.root, "autograded").rglob("*")
            if path.is_file() and ".gone" not in str(path)
        }
        for course in handed_in
    ]
    assert trees[0] == trees[1]


@pytest.mark.usefixtures("double")
def test_killed_while_grading_again_it_gives_the_same_gradebook(handed_in):
    killed, calm = handed_in
    for course in handed_in:
        autograde(course)
        for student in STUDENTS:
            newer = {"timestamp.txt": b"2026-01-02"}
            hand_in(course, student, solved(course, "def double(x): return x + x"), files=newer)
    autograde(calm)
    for moment in range(1, 200, 3):
        if not killed_at(moment, killed.root):
            break
    autograde(killed)
    assert dump(killed) == dump(calm)
