"""Who takes part, and the check that all of them do the same work before any is timed."""

import numpy as np

from benchmarks.naive import naive
from benchmarks.onnx_runtime import onnx_runtime
from benchmarks.ours import fused, readable
from benchmarks.products import products_features, products_rows
from benchmarks.torch_nn import torch_nn
from rnncourse.tree import leaves

CONTENDERS = {
    "fused": fused,
    "readable": readable,
    "naive": naive,
    "torch": torch_nn,
    "onnxruntime": onnx_runtime,
    "products rows": products_rows,
    "products features": products_features,
}
TOLERANCE = {"float32": 1e-3, "float64": 1e-9}


def build(problem, mode, threads, names=tuple(CONTENDERS)):
    """Make every contender that can do this work and check its answer against `readable`.

    Parameters
    ----------
    problem : Problem
    mode : str
        forward or training.
    threads : int
    names : sequence of str
        Keys of `CONTENDERS`.

    Returns
    -------
    dict of callable
        By name, the work to time.

    Raises
    ------
    ValueError
        If a contender's answer differs from that of `readable`.
    """
    expected = None
    runs = {}
    for name in names:
        contender = CONTENDERS[name](problem, mode, threads)
        if contender is None:
            continue
        if contender.read is not None:
            if expected is None:
                judge = readable(problem, mode, threads)
                expected = leaves(judge.read(judge.run()))
            _compare(name, problem, contender.read(contender.run()), expected)
        runs[name] = contender.run
    return runs


def _compare(name, problem, answer, expected):
    got = leaves(answer)
    if len(got) != len(expected):
        raise ValueError(f"{name}: expected {len(expected)} results, got {len(got)}")
    tolerance = TOLERANCE[problem.x.dtype.name]
    for number, (array, right) in enumerate(zip(got, expected, strict=True)):
        error = np.abs(array - right).max() / max(np.abs(right).max(), 1e-8)
        if not error <= tolerance:
            raise ValueError(f"{name}: result {number} is off by {error:.1e}, relative to its size")
