"""Which cell learns to hold three symbols over 10 and 30 blanks, and repeat them?

Copy task with 4 symbols, 3 of them to hold, 32 units, batches of 32 fresh sequences, Adam at rate
0.01, clipping at 1; every cell starts with orthogonal recurrent weights, the LSTM with a forget
bias of 1. Counted is the share of symbols that are said right in 1,000 fresh sequences after 2,000
steps; guessing gets a quarter.
"""

import numpy as np

from benchmarks import learning
from rnncourse import losses, model, tasks

PAGE = "practice/tasks"
SYMBOLS, LENGTH, H, B, RATE = 4, 3, 32, 32, 0.01


def run(quick=False, progress=True):
    """Train every cell at every number of blanks with every seed."""
    waits, seeds, steps = ((30,), (0,), 600) if quick else ((10, 30), range(5), 2000)
    result = {
        "seeds": list(seeds),
        "sizes": {"blanks": list(waits), "symbols": SYMBOLS, "length": LENGTH, "B": B, "H": H},
        "rate": RATE,
        "steps": steps,
        "guessing": 1 / SYMBOLS,
    }
    for blanks in waits:
        result[f"blanks{blanks}"] = {}
        for name in ("rnn", "gru") if quick else learning.CELLS:
            shares = [_right(blanks, name, seed, steps) for seed in seeds]
            result[f"blanks{blanks}"][name] = table = {"right": learning.spread(shares)}
            if progress:
                print(f"{blanks} blanks, {name}: {table}", flush=True)
    return result


def claims(result):
    """Over the longest wait the simple RNN only guesses; the gated cells do much better."""
    longest = result[f"blanks{max(result['sizes']['blanks'])}"]
    guessing = result["guessing"]
    assert longest["rnn"]["right"]["high"] < guessing + 0.1
    for name in ("gru", "lstm"):
        if name in longest:
            assert longest[name]["right"]["median"] > guessing + 0.1


def _right(blanks, name, seed, steps):
    rng = np.random.default_rng(seed)

    def draw(batch):
        return tasks.copy_task(rng, blanks, batch, SYMBOLS, LENGTH, "float32")

    start = learning.start(rng, name, D=SYMBOLS + 2, H=H, V=SYMBOLS + 2)
    batches = (draw(B) for _ in range(steps))
    params, _, _ = learning.train(name, start, batches, losses.cross_entropy, RATE)
    x, targets = draw(1000)
    y, _ = model.predict(learning.CELLS[name], params, x)
    return float(np.mean(y[-LENGTH:].argmax(axis=-1) == targets[-LENGTH:]))
