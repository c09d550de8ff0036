"""One sequence step by step, as it arrives: the latency of a step at B = 1.

Every contender carries its state from step to step and is given each step's input in the form it
likes best: an array (D,) or (1, D), a tensor, or what a session of ONNX Runtime takes.
"""

import numpy as np

from benchmarks import onnx_runtime, torch_nn
from benchmarks.cases import Case, make_problem
from benchmarks.contender import Answer, Contender
from benchmarks.contenders import check
from benchmarks.machine import limit_threads
from benchmarks.measure import measure
from benchmarks.record import make_record
from benchmarks.shapes import PAUSE
from rnncourse import fused as kernels
from rnncourse import lstm
from rnncourse.tree import leaves

GROUP = "stream"
WIDTHS = (32, 64, 128, 256)
STEPS = 100  # in one repetition


def run(options, progress):
    """Measure each cell, width and precision; seconds are those of `T` steps."""
    widths, T = ((8,), 5) if options.quick else (WIDTHS, STEPS)
    work = [
        (Case(cell, T, 1, H, H, dtype, "stream"), threads)
        for threads in options.threads
        for dtype in options.dtypes
        for cell in options.cells
        for H in widths
    ]
    records = []
    for case, threads in progress(work, GROUP):
        problem = make_problem(case)
        problem = problem._replace(state=problem.cell.init_state(1, case.H, problem.x.dtype))
        with limit_threads(threads):
            runs = check({name: make(problem, threads) for name, make in MAKERS.items()}, problem)
            timings = measure(runs, options.rounds, options.slot, PAUSE if threads > 1 else 0.0)
        records.append(make_record(GROUP, case, threads, timings))
    return records


def readable(problem, threads):
    """`cell.step` in a loop."""
    cell, params, x, state, _ = problem

    def steps(made=None):
        now = state
        for x_t in x:  # (1, D)
            h, now, _ = cell.step(params, x_t, now)
            if made is not None:
                made.append(h)

    return _contender(steps)


def fused(problem, threads):
    """`fused.stream`."""
    rows = list(problem.x[:, 0])  # (D,) each
    stream = kernels.stream(problem.cell, problem.params)

    def steps(made=None):
        stream.reset()
        for x_t in rows:
            h = stream.step(x_t)
            if made is not None:
                made.append(h[None].copy())  # the next step overwrites h

    return _contender(steps)


def torch_cell(problem, threads):
    """`torch.nn.RNNCell`, `LSTMCell` or `GRUCell` under inference_mode."""
    import torch

    cell, params, *_ = problem
    name = torch_nn.NAMES[torch_nn.short_name(cell)] + "Cell"
    module = getattr(torch.nn, name)(*params.W_x.shape[:1], len(params.W_h))
    module = module.to(torch.from_numpy(problem.x).dtype)
    torch_nn.load(module, cell, params, suffix="")
    rows = [torch.from_numpy(x_t.copy()) for x_t in problem.x]  # (1, D) each
    parts = tuple(torch.from_numpy(part.copy()) for part in leaves(problem.state))
    first = parts if cell is lstm else parts[0]

    def steps(made=None):
        with torch.inference_mode():
            now = first
            for x_t in rows:
                now = module(x_t, now)
                if made is not None:
                    made.append((now[0] if cell is lstm else now).numpy())

    return _contender(steps, torch_nn.has_form(cell))


def onnx_session(problem, threads):
    """A session run with T = 1, state in and out."""
    running = onnx_runtime.session(problem.cell, problem.params, threads)
    if running is None:
        return None
    rows = [x_t[None].copy() for x_t in problem.x]  # (1, 1, D) each
    first = [part[None] for part in leaves(problem.state)]
    names = ("h", "c")[: len(first)]
    wanted = [f"last_{name}" for name in names]

    def steps(made=None):
        now = first
        for x_t in rows:
            now = running.run(wanted, dict(zip(names, now, strict=True), x=x_t))
            if made is not None:
                made.append(now[0][0])

    return _contender(steps)


MAKERS = {"fused": fused, "readable": readable, "torch": torch_cell, "onnxruntime": onnx_session}


def _contender(steps, checked=True):
    def read(_):
        made = []
        steps(made)
        return Answer(np.stack(made))

    return Contender(steps, read if checked else None)
