"""Who takes part, and the check that all of them do the same work before any is timed."""

import numpy as np

from benchmarks.naive import naive
from benchmarks.onnx_runtime import onnx_runtime
from benchmarks.ours import fused, fused_checkpoint, fused_reset_after, readable
from benchmarks.products import products_features, products_rows
from benchmarks.torch_nn import torch_nn
from rnncourse import unroll, unroll_backward
from rnncourse.tree import leaves

CONTENDERS = {
    "fused": fused,
    "fused reset after": fused_reset_after,
    "readable": readable,
    "naive": naive,
    "torch": torch_nn,
    "onnxruntime": onnx_runtime,
    "products rows": products_rows,
    "products features": products_features,
}
EXTRA = {"fused checkpoint": fused_checkpoint}
TOLERANCE = {"float32": 1e-3, "float64": 1e-9}  # of an array's largest value


def build(problem, mode, threads, names=tuple(CONTENDERS)):
    """Make every contender that can do this work and check its answer.

    Parameters
    ----------
    problem : Problem
    mode : str
        forward or training.
    threads : int
    names : sequence of str
        Keys of `CONTENDERS` or `EXTRA`.

    Returns
    -------
    dict of callable
        By name, the work to time.
    """
    makers = CONTENDERS | EXTRA
    return check({name: makers[name](problem, mode, threads) for name in names}, problem)


def check(contenders, problem):
    """Let every contender do its work and compare its answer with that of `unroll`.

    It works twice and the second answer counts, so that nothing may pile up between repetitions.

    Parameters
    ----------
    contenders : dict of Contender or None
        None cannot do this work and is left out.
    problem : Problem

    Returns
    -------
    dict of callable
        By name, the work to time.

    Raises
    ------
    ValueError
        If an answer differs.
    """
    taking_part = {name: one for name, one in contenders.items() if one is not None}
    answers = {}
    for name, one in taking_part.items():
        if one.read:
            one.run()
            answers[name] = leaves(one.read(one.run()))
    cell, params, x, state, dout = problem
    out, _, caches = unroll(cell, params, x, state)
    expected = [out]
    if any(len(answer) > 1 for answer in answers.values()):
        expected += leaves(unroll_backward(cell, params, caches, dout))
    for name, answer in answers.items():
        if len(answer) not in (1, len(expected)):
            raise ValueError(f"{name}: expected {len(expected)} results, got {len(answer)}")
        for number, (got, right) in enumerate(zip(answer, expected, strict=False)):
            error = np.abs(got - right).max() / max(np.abs(right).max(), 1e-8)
            if not error <= TOLERANCE[x.dtype.name]:
                raise ValueError(f"{name}: result {number} is off by {error:.1e} of its size")
    return {name: one.run for name, one in taking_part.items()}
