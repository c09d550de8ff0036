"""Which cell learns to add two numbers that lie far apart, and after how many steps?

Adding problem at three lengths, 32 units, batches of 32 fresh sequences, Adam, clipping at 1.
Every cell starts with orthogonal recurrent weights, the LSTM with a forget bias of 1. The simple
RNN may take the best of three learning rates, the gated cells get one. Solved means a mean squared
error below 0.01 over 50 batches; always answering 1 errs by 1/6.
"""

import numpy as np

from benchmarks import learning
from rnncourse import losses, tasks

PAGE = "practice/tasks"
LIMIT = 0.01
H, B = 32, 32
RATES = {"rnn": (0.001, 0.003, 0.01), "lstm": (0.01,), "gru": (0.01,)}


def run(quick=False, progress=True):
    """Train every cell at every length and rate with every seed."""
    lengths, seeds, steps = ((100,), (0,), 800) if quick else ((20, 50, 100), range(5), 3000)
    rates = {"rnn": (0.003,), "gru": (0.01,)} if quick else RATES
    result = {
        "seeds": list(seeds),
        "sizes": {"T": list(lengths), "B": B, "H": H},
        "rates": {name: list(tried) for name, tried in rates.items()},
        "steps": steps,
        "solved_below": LIMIT,
    }
    for T in lengths:
        result[f"T{T}"] = {}
        for name, tried in rates.items():
            tables = [_table(T, name, lr, seeds, steps) for lr in tried]
            best = max(tables, key=lambda table: (table["solved"], -table["loss"]["median"]))
            result[f"T{T}"][name] = best
            if progress:
                print(f"T = {T}, {name}: {best}", flush=True)
    return result


def claims(result):
    """The GRU solves what the simple RNN does not; where several cells do, it is soonest."""
    runs = len(result["seeds"])
    if "T20" in result:
        short = result["T20"]
        assert short["rnn"]["solved"] == runs
        assert short["rnn"]["steps"]["median"] > 5 * short["gru"]["steps"]["median"]
    longest = result[f"T{max(result['sizes']['T'])}"]
    assert longest["rnn"]["solved"] == 0
    assert longest["rnn"]["loss"]["median"] > 0.8 / 6
    for name in ("gru", "lstm"):
        if name in longest:
            assert longest[name]["solved"] > runs / 2
    if "lstm" in longest:
        assert longest["gru"]["steps"]["median"] < longest["lstm"]["steps"]["median"]


def _table(T, name, lr, seeds, steps):
    losses_at_end, taken = [], []
    for seed in seeds:
        values, solved = _learn(T, name, lr, seed, steps)
        losses_at_end.append(values[-50:].mean())
        if solved:
            taken.append(solved)
    return {
        "rate": lr,
        "solved": len(taken),
        "steps": learning.spread(taken),
        "loss": learning.spread(losses_at_end),
    }


def _learn(T, name, lr, seed, steps):
    rng = np.random.default_rng(seed)
    params = learning.start(rng, name, D=2, H=H, V=1)
    batches = (tasks.adding_problem(rng, T, B, "float32") for _ in range(steps))
    _, values, solved = learning.train(
        name, params, batches, losses.squared_error, lr, solved_below=LIMIT, last_only=True
    )
    return values, solved
