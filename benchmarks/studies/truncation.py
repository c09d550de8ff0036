"""How long must a chunk be for a simple RNN to learn to repeat its input after a delay?

The input is a random sequence of +1 and -1, the target is the input of six steps ago; always
answering 0 errs by 1. Sequences of 32 steps, 32 fresh ones a batch, Adam at 0.003, clipping at 1.
Only the gradient is truncated, by chunks of various lengths: data, updates and forward passes are
the same for every length. A last network trains its read-out alone and leaves the cell as drawn.
"""

import numpy as np

from benchmarks import learning
from rnncourse import fused, head, init, losses, model, optim, rnn
from rnncourse.tree import tree_map

PAGE = "module/truncated"
DELAY, T, B, H, RATE = 6, 32, 32, 32, 0.003


def run(quick=False, progress=True):
    """Train with every chunk length, from two starts, with every seed."""
    lengths, seeds, steps = (
        ((6, 16), (0,), 250) if quick else ((1, 2, 4, 6, 8, 12, 32), range(5), 400)
    )
    result = {
        "seeds": list(seeds),
        "sizes": {"T": T, "B": B, "H": H, "delay": DELAY},
        "steps": steps,
        "lengths": list(lengths),
    }
    for name in ("orthogonal", "uniform"):
        errors = {
            f"length{k}": [_error_after(name, k, seed, steps) for seed in seeds] for k in lengths
        }
        errors["readout"] = [_error_after(name, None, seed, steps) for seed in seeds]
        result[name] = {key: learning.spread(values) for key, values in errors.items()}
        if progress:
            print(f"{name}: {result[name]}", flush=True)
    return result


def claims(result):
    """Chunks of twice the delay learn it, chunks as long as the delay do not; echoes need none."""
    for name in ("orthogonal", "uniform"):
        errors = result[name]
        for key, error in errors.items():
            if key.startswith("length") and int(key.removeprefix("length")) >= 8:
                assert error["high"] < 0.05, (name, key, error)
        assert errors[f"length{DELAY}"]["median"] > 0.5, (name, errors)
    echoes = result["orthogonal"]["readout"]
    assert echoes["high"] < 0.3 < result["orthogonal"][f"length{DELAY}"]["low"]
    assert result["uniform"]["readout"]["low"] > 0.7
    if "length1" in result["orthogonal"]:
        short = [result["orthogonal"][f"length{k}"] for k in (1, 4)]
        assert short[0]["high"] < echoes["low"] < echoes["high"] < short[1]["low"]


def _error_after(start, length, seed, steps):
    """Mean squared error of the last 30 batches; without a length the cell is not trained."""
    rng = np.random.default_rng(seed)
    params = model.init_params(rng, rnn, 1, H, 1, np.float32)
    if start == "orthogonal":
        params = params._replace(cell=init.with_orthogonal_recurrence(rng, params.cell))
    state, errors = None, []
    for _ in range(steps):
        x = rng.choice([-1, 1], size=(T, B, 1)).astype(np.float32)
        error, grads = _loss_and_grads(params, x, length or T)
        if length is None:
            grads = grads._replace(cell=tree_map(np.zeros_like, grads.cell))
        grads, _ = optim.clip_by_norm(grads, 1.0)
        params, state = optim.adam(params, grads, state, lr=RATE)
        errors.append(error)
    return float(np.mean(errors[-30:]))


def _loss_and_grads(params, x, length):
    """Squared error from step `DELAY` on; the cell's gradient by chunks, the read-out's whole."""
    head_grads = tree_map(np.zeros_like, params.head)

    def loss(out, start):
        y, cache = head.forward(params.head, out)
        dy = np.zeros_like(y)
        due = np.arange(len(out)) + start >= DELAY
        error = 0.0
        if due.any():
            targets = x[max(start, DELAY) - DELAY : start + len(out) - DELAY]
            weight = due.sum() / (T - DELAY)
            value, slopes = losses.squared_error(y[due], targets)
            error, dy[due] = weight * value, weight * slopes
        dh, grads = head.backward(params.head, cache, dy)
        for total, share in zip(head_grads, grads, strict=True):
            total += share
        return error, dh

    error, cell_grads, _ = fused.truncated(rnn, params.cell, x, loss, length)
    return error, model.Params(cell_grads, head_grads)
