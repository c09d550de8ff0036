"""The package itself: the readable loop, and the fused kernels."""

import math

from benchmarks.contender import Answer, Contender
from rnncourse import fused as kernels
from rnncourse import gru, gru_reset_after, unroll, unroll_backward


def readable(problem, mode, threads):
    """`unroll`, and `unroll_backward` in a training step."""
    cell, params, x, state, dout = problem

    def forward():
        return unroll(cell, params, x, state)[0]

    def training():
        out, _, caches = unroll(cell, params, x, state)
        return out, *unroll_backward(cell, params, caches, dout)

    return _contender(forward, training, mode)


def fused(problem, mode, threads, checkpoint=None):
    """`fused.forward`, and `fused.backward` in a training step."""
    cell, params, x, state, dout = problem

    def forward():
        return kernels.forward(cell, params, x, state, train=False)[0]

    def training():
        out, _, cache = kernels.forward(cell, params, x, state, checkpoint=checkpoint)
        return out, *kernels.backward(cell, cache, dout)

    return _contender(forward, training, mode)


def fused_reset_after(problem, mode, threads):
    """Beside `gru` alone: the other form of the GRU on the same data, without an answer."""
    if problem.cell is not gru:
        return None
    params = gru_reset_after.Params(*problem.params, problem.params.b[: len(problem.params.W_h)])
    other = fused(problem._replace(cell=gru_reset_after, params=params), mode, threads)
    return other._replace(read=None)


def fused_checkpoint(problem, mode, threads):
    """The training step that keeps a few states and computes the rest once more."""
    if mode != "training":
        return None
    return fused(problem, mode, threads, checkpoint=math.isqrt(len(problem.x)))


def _contender(forward, training, mode):
    if mode == "forward":
        return Contender(forward, Answer)
    return Contender(training, lambda result: Answer(*result))
