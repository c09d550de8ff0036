"""Does the embedded Reber grammar separate the cells, as it is and with longer strings?

Strings one after the other, 100 steps, 32 units, batches of 32, Adam at rate 0.01, clipping at 1,
PyTorch's range of initial weights, the LSTM with a forget bias of 1. A state with an edge to
itself is left with probability 1/2 (as usual) or 1/10 (longer strings). Counted in 100 fresh
streams of 400 steps: the share of strings whose last symbol but one, decided by the second, is
predicted right (guessing gets half), and of all other steps the share at which a legal symbol is.
"""

import numpy as np

from benchmarks import learning
from rnncourse import losses, model, tasks

PAGE = "practice/tasks"
H, B, T, RATE = 32, 32, 100, 0.01


def run(quick=False, progress=True):
    """Train every cell on both kinds of strings with every seed."""
    loops, seeds, steps = ((0.9,), (0,), 500) if quick else ((0.5, 0.9), range(5), 800)
    result = {
        "seeds": list(seeds),
        "sizes": {"T": T, "B": B, "H": H, "loop": list(loops)},
        "rate": RATE,
        "steps": steps,
        "guessing": 0.5,
    }
    for loop in loops:
        key = "usual" if loop == 0.5 else "longer"
        result[key] = {}
        for name in ("rnn", "gru") if quick else learning.CELLS:
            runs = [_judge(loop, name, seed, steps) for seed in seeds]
            closing, other, lags = np.array(runs).T
            result[key]["lag"] = float(np.median(lags))
            result[key][name] = table = {
                "closing": learning.spread(closing),
                "other": learning.spread(other),
                "solved": int(np.sum(closing > 0.99)),
            }
            if progress:
                print(f"loop {loop}, {name}: {table}", flush=True)
    return result


def claims(result):
    """All solve the usual strings; of longer ones the gated cells, the simple RNN seldom."""
    for name, table in result.get("usual", {}).items():
        if name != "lag":
            assert table["closing"]["median"] > 0.95
    longer = result["longer"]
    for name in ("gru", "lstm"):
        if name in longer:
            assert longer[name]["solved"] == len(result["seeds"])
    assert longer["rnn"]["closing"]["median"] < 0.75
    assert min(longer[name]["other"]["median"] for name in ("rnn", "gru")) > 0.95


def _judge(loop, name, seed, steps):
    """Shares right at closing symbols and elsewhere, and the mean steps between the two symbols."""
    rng = np.random.default_rng(seed)
    cell = learning.CELLS[name]
    start = learning.start(rng, name, D=7, H=H, V=7, orthogonal=False)
    batches = (tasks.embedded_reber(rng, T, B, loop, "float32")[:2] for _ in range(steps))
    params, _, _ = learning.train(name, start, batches, losses.cross_entropy, RATE)
    x, targets, legal = tasks.embedded_reber(rng, 400, 100, loop, "float32")
    y, _ = model.predict(cell, params, x)
    right = np.take_along_axis(legal, y.argmax(axis=-1)[..., None], axis=-1)[..., 0]
    closing = (x[..., 6] == 1) & (targets > 0)  # E, and the string goes on: the inner one ended
    length = targets.size / (np.sum(targets == 0) / 2)  # a string has two B
    return right[closing].mean(), right[~closing].mean(), length - 3
