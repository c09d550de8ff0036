"""Grading on workers of a cluster: the same marks, also when a worker is killed halfway."""

import os
import signal
import sys

import pytest
import trustme
from distributed import Client, LocalCluster
from distributed.security import Security
from nbgrader.converters.base import NbGraderException

from rnncourse.grading import cluster
from rnncourse.grading.cluster import BadScheduler, check_address
from tests.grading.homework import autograde, copy_course, dump, hand_in, solved

RIGHT = "def double(x):\n    return 2 * x"
SLOW = "import time\ntime.sleep(0.5)\n" + RIGHT
PLAIN = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": ":0"}


@pytest.fixture
def handed_in(made_course, tmp_path):
    """A class in two courses that are alike: one for here, one for the cluster."""
    courses = [copy_course(made_course, tmp_path / name) for name in ("here", "there")]
    for course in courses:
        for k in range(4):
            code = "double = abs" if k % 3 == 0 else SLOW
            hand_in(course, f"student-{k}", solved(course, code))
        hand_in(course, "student-9", b"{")
    return courses


def test_a_killed_workers_submissions_are_judged_elsewhere(handed_in, monkeypatch):
    here, there = handed_in
    autograde(here)
    as_completed, killed = cluster.as_completed, []

    with LocalCluster(**PLAIN) as workers, Client(workers, set_as_default=False) as client:

        class Finished:
            def __init__(self, futures, loop):
                self.finished = as_completed(futures, loop=loop)
                self.update = self.finished.update

            def __iter__(self):
                for future in self.finished:
                    if not killed:
                        pids = client.run(os.getpid)
                        busy = next(w for w, keys in client.processing().items() if keys)
                        killed.append(pids[busy])
                        os.kill(pids[busy], signal.SIGKILL)
                    yield future

        monkeypatch.setattr(cluster, "as_completed", Finished)
        step = autograde(there, scheduler=workers.scheduler_address)
    assert killed and len(step.results) == 5 and step.failed == []
    assert dump(there) == dump(here)


def test_an_encrypted_cluster_is_used(handed_in, tmp_path, monkeypatch):
    here, there = handed_in
    autograde(here)
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    authority.issue_cert("localhost", "127.0.0.1").private_key_and_cert_chain_pem.write_to_path(
        tmp_path / "both.pem"
    )
    names = {"tls_ca_file": str(tmp_path / "ca.pem")}
    for role in "client", "worker", "scheduler":
        names |= {f"tls_{role}_{part}": str(tmp_path / "both.pem") for part in ("key", "cert")}
    security = Security(require_encryption=True, **names)
    monkeypatch.setattr(cluster, "Security", lambda require_encryption: security)
    with LocalCluster(protocol="tls://", security=security, **PLAIN) as workers:
        assert workers.scheduler_address.startswith("tls://")
        autograde(there, scheduler=workers.scheduler_address)
    assert dump(there) == dump(here)


@pytest.mark.parametrize(
    "address", ["tls://grader.example:8786", "tcp://127.0.0.1:8786", "tcp://[::1]:1"]
)
def test_an_address_that_others_cannot_read_is_taken(address):
    check_address(address)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("tcp://192.0.2.7:8786", "leaves this machine without encryption"),
        ("tcp://0.0.0.0:8786", "leaves this machine without encryption"),
        ("tcp://no-such-host.invalid:1", "is not known"),
        ("grader:8786", "expected a scheduler such as tls"),
        ("ucx://grader:8786", "expected a scheduler such as tls"),
        ("", "expected a scheduler such as tls"),
    ],
)
def test_an_address_that_others_could_read_is_refused_with_the_reason(address, why):
    with pytest.raises(BadScheduler, match=why):
        check_address(address)


def test_a_refused_address_grades_nothing(course):
    hand_in(course, "student-1", solved(course))
    with pytest.raises(NbGraderException, match="without encryption"):
        autograde(course, scheduler="tcp://192.0.2.7:8786")
    assert dump(course) == []


def test_without_dask_the_remedy_is_told(course, monkeypatch):
    hand_in(course, "student-1", solved(course))
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delitem(sys.modules, "rnncourse.grading.cluster")
    with pytest.raises(NbGraderException, match="distributed is missing.*rnncourse.cluster"):
        autograde(course, scheduler="tls://grader.example:8786")


def test_a_cluster_that_cannot_grade_says_so(course, monkeypatch):
    hand_in(course, "student-1", solved(course))
    monkeypatch.setattr(cluster, "SECONDS_TO_CONNECT", 2)
    with pytest.raises(NbGraderException, match="cannot be used"):
        autograde(course, scheduler="tcp://127.0.0.1:9")
    with LocalCluster(n_workers=0, dashboard_address=":0") as nobody:
        with pytest.raises(NbGraderException, match="has no worker"):
            autograde(course, scheduler=nobody.scheduler_address)
    with LocalCluster(**PLAIN | {"n_workers": 1}) as workers:
        monkeypatch.setattr(
            cluster.Client, "run", lambda client, function, limits: {"tcp://worker": "an older one"}
        )
        with pytest.raises(NbGraderException, match="tcp://worker: another version"):
            autograde(course, scheduler=workers.scheduler_address)
    assert dump(course) == []
