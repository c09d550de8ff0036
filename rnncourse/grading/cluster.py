"""Judging on many machines with dask.distributed; each submission travels as bytes.

Workers need this package, bubblewrap and no disk in common. A worker judges one submission in
each of its threads, in the same sandbox as one machine does. When a worker is lost, what it had
is judged elsewhere. Nothing is written here.
"""

import atexit
import ipaddress
import socket
import threading
from itertools import islice
from urllib.parse import urlsplit

from distributed import Client, as_completed
from distributed.security import Security
from nbgrader.converters.base import NbGraderException

from rnncourse.grading.engine import Engine
from rnncourse.grading.judge import judge, prove
from rnncourse.grading.made_from import of_grader

AHEAD = 2  # submissions that wait for each thread
SECONDS_TO_CONNECT = 30

_mine = threading.local()


class BadScheduler(NbGraderException):
    """A scheduler that is not used, and why."""


def check_address(address):
    """Refuse an address on which others could listen.

    Raises
    ------
    BadScheduler
        For what is neither tls:// nor tcp:// on this machine.
    """
    parts = urlsplit(address)
    if parts.scheme == "tls" and parts.hostname:
        return
    if parts.scheme != "tcp" or not parts.hostname:
        raise BadScheduler(
            f"expected a scheduler such as tls://grader.example:8786, got {address!r}"
        )
    if not all(map(_is_here, _addresses(parts.hostname))):
        raise BadScheduler(
            f"{address} leaves this machine without encryption: students' work, marks and hidden "
            "tests could be read and changed on the way. Start the scheduler and the workers with "
            "TLS and name it as tls://..."
        )


def judged_there(address, jobs, stage, assignment, limits, unsafe, hidden, wanted=None):
    """Judge jobs on the scheduler's workers; yield job and outcome as they finish.

    Parameters
    ----------
    address : str
        The scheduler: tls://host:port, or tcp:// on this machine. Certificates are dask's own
        settings (`distributed.comm.tls`).
    jobs : iterable of (student, path)
        Read as workers become free.
    stage : callable
        Job's path -> Staged, MadeFrom; runs here.
    assignment : Assignment
    limits : Limits
    unsafe : bool
    hidden : tuple of str
    wanted : callable, optional
        Which notebooks, by name.

    Yields
    ------
    job, outcome
        A Judged, or the exception in its place: of a submission whose workers were lost again and
        again too.

    Raises
    ------
    BadScheduler
        When the address is refused, nobody answers, there is no worker, or a worker has another
        version of the grader.
    """
    check_address(address)
    names = [name for name in assignment.notebooks if wanted is None or wanted(name)]
    with _connect(address) as client:
        threads = _check_workers(client, limits)
        tests = client.scatter(assignment, broadcast=True)
        jobs, there = iter(jobs), {}

        def send(count):
            sent = []
            for job in islice(jobs, count):
                student, path = job
                staged, made_from = stage(path)
                future = client.submit(
                    _judge_here, student, staged, tests, made_from, names, limits, unsafe, hidden,
                    pure=False, retries=1,
                )  # fmt: skip
                there[future.key] = job
                sent.append(future)
            return sent

        finished = as_completed(send(AHEAD * threads), loop=client.loop)
        for future in finished:
            job, error = there.pop(future.key), future.exception()
            outcome = error if error is not None else future.result()
            future.release()
            finished.update(send(1))
            yield job, outcome


def _connect(address):
    security = Security(require_encryption=True) if address.startswith("tls:") else None
    try:
        return Client(address, security=security, timeout=SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, TypeError, ValueError) as error:
        raise BadScheduler(f"{address} cannot be used: {error}") from error


def _check_workers(client, limits):
    """The number of threads of all workers, which must have the same grader as we have."""
    threads = sum(client.nthreads().values())
    if not threads:
        raise BadScheduler("The scheduler has no worker. Start some: dask worker tls://...")
    here = of_grader(limits)
    others = [worker for worker, there in client.run(of_grader, limits).items() if there != here]
    if others:
        raise BadScheduler(
            f"{', '.join(sorted(others))}: another version of the grader or of its libraries than "
            "here. Install the same one on all machines."
        )
    return threads


def _judge_here(student, staged, assignment, made_from, names, limits, unsafe, hidden):
    """Runs in a worker's thread, which keeps its engine for the next submission."""
    engine = _engine(limits, unsafe, hidden)
    try:
        verdict = judge(engine, student, staged, assignment, names.__contains__)
    except Exception:
        _close()
        raise
    return verdict._replace(made_from=made_from)


def _engine(limits, unsafe, hidden):
    settings = limits, unsafe, hidden
    if getattr(_mine, "settings", None) != settings:
        _close()
        _mine.engine = prove(Engine(limits, unsafe=unsafe, hidden=hidden).__enter__())
        _mine.settings = settings
        atexit.register(_mine.engine.close)
    return _mine.engine


def _close():
    if getattr(_mine, "engine", None) is not None:
        _mine.engine.close()
    _mine.engine = _mine.settings = None


def _addresses(host):
    try:
        return {info[4][0] for info in socket.getaddrinfo(host, None)}
    except OSError as error:
        raise BadScheduler(f"{host} is not known: {error}") from error


def _is_here(address):
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback
