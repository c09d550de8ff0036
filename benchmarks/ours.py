"""The package itself: the readable loop, and the fused kernels."""

from benchmarks.contender import Answer, Contender
from rnncourse import unroll, unroll_backward


def readable(problem, mode, threads):
    """`unroll`, and `unroll_backward` in a training step."""
    cell, params, x, state, dout = problem

    def forward():
        return unroll(cell, params, x, state)[0]

    def training():
        out, _, caches = unroll(cell, params, x, state)
        return out, *unroll_backward(cell, params, caches, dout)

    return _contender(forward, training, mode)


def fused(problem, mode, threads):
    """`fused.forward`, and `fused.backward` in a training step."""
    try:
        from rnncourse import fused as kernels
    except ImportError:
        return None
    cell, params, x, state, dout = problem

    def forward():
        return kernels.forward(cell, params, x, state, train=False)[0]

    def training():
        out, _, cache = kernels.forward(cell, params, x, state)
        return out, *kernels.backward(cell, cache, dout)

    return _contender(forward, training, mode)


def _contender(forward, training, mode):
    if mode == "forward":
        return Contender(forward, Answer)
    return Contender(training, lambda result: Answer(*result))
