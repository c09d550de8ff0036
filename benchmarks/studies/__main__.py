"""Run studies: measure, check what the book claims of them, store the results."""

import argparse
import datetime
import json
import os
import platform
import sys
import time

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def parse(arguments, names):
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.studies", description=__doc__)
    add = parser.add_argument
    add("names", nargs="*", metavar="NAME", help=f"all, or some of: {', '.join(names)}")
    add("--quick", action="store_true", help="seconds each; the results are not stored")
    options = parser.parse_args(arguments)
    for name in options.names:
        if name not in names:
            parser.error(f"there is no study {name!r}; there are {', '.join(names)}")
    options.names = options.names or names
    return options


def main(arguments=None):
    """Run the studies that the command line names, or all."""
    from benchmarks import studies

    options = parse(arguments, studies.names())
    for k, name in enumerate(options.names, start=1):
        print(f"{k}/{len(options.names)} {name}", flush=True)
        study = studies.load(name)
        start = time.perf_counter()
        result = studies.plain(study.run(quick=options.quick))
        seconds = time.perf_counter() - start
        if not options.quick:  # kept even if it contradicts the book, so that one can look at it
            store(studies.result_file(name), name, result, seconds)
        study.claims(result)
        print(f"{name}: the claims hold, {seconds:.0f} s", flush=True)


def store(file, name, result, seconds):
    """Write a result with what a reader needs to judge and to repeat it."""
    import numpy as np

    from benchmarks import machine

    record = {
        "study": name,
        "command": f"python -m benchmarks.studies {name}",
        "date": datetime.date.today().isoformat(),
        "seconds": round(seconds, 1),
        "cpu": machine.cpu(),
        "versions": {"python": platform.python_version(), "numpy": np.__version__},
        "result": result,
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def on_one_thread():
    """Start again with one BLAS thread: sums are in one order, and results repeat."""
    if any(os.environ.get(name) != "1" for name in THREADS):
        os.environ.update(dict.fromkeys(THREADS, "1"))
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


if __name__ == "__main__":
    on_one_thread()
    main()
