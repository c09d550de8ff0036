"""PyTorch's answers, stored with their problems, so that no test run needs PyTorch.

`python -m tests.reference` makes `tests/data/torch_*.npz` afresh; that does need it.
"""

from pathlib import Path

import numpy as np

from rnncourse.tree import leaves, tree_map
from tests.conftest import CELLS, Problem, make_problem

FOLDER = Path(__file__).parent / "data"
SIZES = [
    dict(T=5, B=2, D=3, H=4, seed=1),
    dict(T=1, B=3, D=2, H=5, seed=2),  # one step
    dict(T=6, B=1, D=4, H=3, seed=3),  # one sequence
    dict(T=4, B=3, D=1, H=2, seed=4),  # one input
]


def path(cell):
    """Where the answers for a cell are stored."""
    return FOLDER / f"torch_{cell.__name__.rpartition('.')[2]}.npz"


def load(cell, case):
    """Read one problem and PyTorch's answer to it, a flat list of arrays."""
    with np.load(path(cell)) as stored:
        arrays = [stored[f"{case}.{k}"] for k in range(stored[f"{case}.count"])]
    remaining = iter(arrays)
    template = make_problem(cell, **SIZES[case])[1:]
    problem = Problem(cell, *tree_map(lambda _: next(remaining), template))
    return problem, list(remaining)


def make():
    """Ask PyTorch and write one file for each cell."""
    from tests.torch_judge import theirs

    for cell in CELLS:
        stored = {}
        for case, sizes in enumerate(SIZES):
            problem = make_problem(cell, **sizes)
            arrays = leaves(problem[1:]) + leaves(theirs(problem))
            stored |= {f"{case}.{k}": array for k, array in enumerate(arrays)}
            stored[f"{case}.count"] = len(arrays)
        np.savez_compressed(path(cell), **stored)
        print(f"{path(cell).name}: {len(stored)} arrays")


if __name__ == "__main__":
    make()
