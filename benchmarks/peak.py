"""The memory of one training step; `memory` starts this in a process of its own."""

import ctypes
import gc
import json
import math
import sys
import tracemalloc

import numpy as np
import threadpoolctl

from benchmarks.cases import Case, make_problem
from rnncourse import fused, unroll, unroll_backward
from rnncourse.tree import tree_map


def step(contender, problem):
    """One training step as a callable; what it returns is alive when the peak is read."""
    cell, params, x, state, dout = problem
    if contender == "torch":
        import torch

        from benchmarks.torch_nn import torch_nn

        torch.set_num_threads(1)
        return torch_nn(problem, "training", 1).run
    if contender == "readable":

        def run():
            out, _, caches = unroll(cell, params, x, state)
            return out, unroll_backward(cell, params, caches, dout)

        return run
    # With checkpoints the gradient comes from the last state alone.
    checkpoint = math.isqrt(len(x)) if contender == "fused checkpoint" else None
    last = tree_map(np.ones_like, state) if checkpoint else None
    dout = np.zeros_like(dout) if checkpoint else dout

    def run():
        out, _, cache = fused.forward(cell, params, x, state, checkpoint=checkpoint)
        return out, fused.backward(cell, cache, dout, last)

    return run


def growth(contender, case):
    """Bytes above x, dout, out and dx that one training step needs at its peak."""
    _warm_up(contender, case)
    problem = make_problem(case)
    run = step(contender, problem)
    results = problem.x.nbytes + problem.dout.nbytes  # dx has the size of x, out that of dout
    _give_back()
    before = _status("VmRSS")
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")  # the peak starts anew
    made = run()
    rss = _status("VmHWM") - before - results
    del made, run, problem
    return {"rss": rss, "tracemalloc": _traced(contender, case, results)}


def _traced(contender, case, results):
    """The same by Python's own count, which sees NumPy's arrays and not PyTorch's."""
    if contender == "torch":
        return None
    run = step(contender, make_problem(case))
    tracemalloc.start()
    made = run()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    del made
    return peak - results


def _warm_up(contender, case):
    """Load libraries, start threads: what happens once and belongs to no step."""
    run = step(contender, make_problem(case._replace(T=3)))
    for _ in range(2):
        run()


def _give_back():
    """Return freed memory to the system, so that none of it hides growth."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)


def _status(name):
    """Bytes, as Linux counts them for this process."""
    with open("/proc/self/status") as lines:
        for line in lines:
            if line.startswith(name + ":"):
                return int(line.split()[1]) * 1024
    raise OSError(f"/proc/self/status: expected a line {name}; memory is measured on Linux alone")


if __name__ == "__main__":
    with threadpoolctl.threadpool_limits(1):
        print(json.dumps(growth(sys.argv[1], Case(*json.loads(sys.argv[2])))))
