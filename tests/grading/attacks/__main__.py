"""Run the bank of attacks against stock nbgrader, against ours, or both, and write the table.

    python -m tests.grading.attacks --stock --ours
    python -m tests.grading.attacks --ours --only tools_rebound --only connects_out --keep DIR

Each attack runs alone, in a container made for it; with --together all run in one batch, which
takes minutes instead of an hour, but stock nbgrader does not survive it. Attacks named with
--only replace their old entries in the table, all other entries stay.
"""

import argparse
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tqdm import tqdm

from tests.grading.attacks import report, runs
from tests.grading.attacks.bank import BANK
from tests.grading.attacks.container import ROOT

RESULTS = ROOT / "benchmarks" / "results"


def main(arguments=None):
    """Run, print a line for each attack, write the table."""
    parser = argparse.ArgumentParser(
        prog="attacks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, what in report.NAMES.items():
        parser.add_argument(f"--{name}", action="store_true", help=f"run against {what}")
    parser.add_argument("--together", action="store_true", help="all attacks in one batch")
    parser.add_argument("--only", action="append", choices=BANK, metavar="ATTACK")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the course folders here")
    parser.add_argument("--jobs", type=int, default=1, help="containers at a time (default: 1)")
    parser.add_argument("--results", type=Path, default=RESULTS, help=f"default: {RESULTS}")
    options = parser.parse_args(arguments)
    graders = [name for name in report.NAMES if getattr(options, name)]
    if not graders:
        parser.error("choose --stock, --ours, or both")
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
    options.results.mkdir(parents=True, exist_ok=True)
    attacks = [BANK[name] for name in options.only or BANK]
    for name in graders:
        outcomes = _run(runs.GRADERS[name], attacks, options)
        data = report.document({name: outcomes}, report.read(options.results))
        report.write(data, options.results)
        print(f"{report.NAMES[name]}: {data['summary'][name]}")
    print(f"Table: {options.results / 'attacks.md'}")


def _run(grader, attacks, options):
    outcomes = {}
    with tempfile.TemporaryDirectory(prefix="attacks-") as folder:
        start = runs.template(grader, Path(folder) / grader.name)

        if options.together:
            outcomes = runs.run(grader, start, attacks, Path(folder) / "batch", per_witness=3)
            batch = outcomes.pop("batch")
            for name, outcome in {"the batch": batch, **outcomes}.items():
                if outcome.succeeded:
                    print(f"{name}: {dict(outcome._asdict())}")
            return outcomes

        def one(attack):
            return attack.name, runs.run_alone(grader, start, attack, options.keep)

        with ThreadPoolExecutor(options.jobs) as pool:
            work = tqdm(pool.map(one, attacks), grader.name, len(attacks), unit="attack")
            for name, outcome in work:
                outcomes[name] = outcome
                if outcome.succeeded:
                    tqdm.write(f"{name}: {dict(outcome._asdict())}")
    return outcomes


if __name__ == "__main__":
    main()
