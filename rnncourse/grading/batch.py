"""Grade a whole class: `python -m rnncourse.grading.batch a3_lstm`.

It is `nbgrader autograde` and `nbgrader generate_feedback` in one, with a table at the end. Run
it in the course folder, or name the folder. A run that was interrupted, by whatever, is taken up
where it stopped; what is graded already is graded again only with --force or when a newer
submission has come in.
"""

import argparse
import os
import sys
import threading
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from itertools import islice
from queue import SimpleQueue


def judged(jobs, work, open_engine, workers):
    """Run work(engine, job) on many threads with an engine each; yield job and outcome.

    The engines hold the processes, so the threads only wait for them. An engine that fails is
    replaced and the job tried once more; the outcome of a second failure is the exception.

    Parameters
    ----------
    jobs : iterable
        Taken up as workers become free, so it may be long.
    work : callable
    open_engine : callable
        Returns an engine that is ready, or raises: then the whole batch stops.
    workers : int

    Yields
    ------
    job, outcome
        In the order in which they finish.
    """
    idle, stopping = SimpleQueue(), threading.Event()

    def run(job):
        for again in (True, False):
            engine = idle.get()
            try:
                outcome = work(engine, job)
            except Exception as error:  # one submission never stops the others
                outcome = error
                engine.__exit__(None, None, None)
                engine = open_engine() if not stopping.is_set() else engine
            idle.put(engine)
            if not isinstance(outcome, Exception) or not again or stopping.is_set():
                return outcome

    pool, jobs, pending = ThreadPoolExecutor(workers), iter(jobs), {}
    try:
        opening = [pool.submit(lambda: idle.put(open_engine())) for _ in range(workers)]
        while True:
            for opened in wait(opening, return_when=FIRST_COMPLETED).done:
                opened.result()
            for job in islice(jobs, 2 * workers - len(pending)):
                pending[pool.submit(run, job)] = job
            if not pending:
                return
            for future in wait(pending, return_when=FIRST_COMPLETED).done:
                yield pending.pop(future), future.result()
    finally:
        stopping.set()
        pool.shutdown(cancel_futures=True)
        while not idle.empty():
            idle.get().__exit__(None, None, None)


def cpus():
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def main(arguments=None):
    """The command -> exit code: 0 graded, 1 some could not be graded, 2 nothing could start."""
    from rnncourse.grading import command  # nbgrader is slow to import; --help need not wait

    parser = argparse.ArgumentParser(prog="rnncourse.grading.batch", description=__doc__)
    parser.add_argument("assignment", help="its name, such as a3_lstm")
    parser.add_argument(
        "--course",
        default=os.environ.get("COURSE") or ".",
        help="the course folder (default: $COURSE, or this folder)",
    )
    parser.add_argument("--student", default="*", help="only these, as a pattern (default: all)")
    parser.add_argument("--workers", type=int, help=f"default: processors here ({cpus()})")
    parser.add_argument(
        "--scheduler",
        default="",
        metavar="tls://HOST:PORT",
        help="judge on the workers of this dask scheduler (default: here)",
    )
    parser.add_argument("--force", action="store_true", help="grade again what is graded")
    parser.add_argument(
        "--regrade",
        action="store_true",
        help="judge again what other tests or another grader judged: shows the marks before and "
        "after, then asks",
    )
    parser.add_argument("--yes", action="store_true", help="with --regrade: do not ask")
    parser.add_argument(
        "--never-lower", action="store_true", help="keep the score of a cell that would fall"
    )
    parser.add_argument("--no-feedback", action="store_true", help="write no feedback pages")
    parser.add_argument(
        "--unsafe", action="store_true", help="run students' code without a sandbox, at your risk"
    )
    return command.run(parser.parse_args(arguments))


if __name__ == "__main__":
    sys.exit(main())
