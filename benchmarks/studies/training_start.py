"""How much do the weights at the start decide? Adding problem, LSTM and GRU, eight starts.

T = 50, 32 units, batches of 32 fresh sequences, Adam at rate 0.01, clipping at 1, at most 2,000
steps. Starts: PyTorch's range, Glorot's range and orthogonal recurrent weights, with gate biases
as drawn (or 0, for Glorot's); then orthogonal with the bias of the LSTM's forget gate, or of the
GRU's update gate, set to 1 and to 3. Solved means a mean squared error below 0.01 over 50 batches.
"""

import numpy as np

from benchmarks import learning
from rnncourse import init, losses, model, tasks

PAGE = "practice/training"
T, H, B, RATE, LIMIT = 50, 32, 32, 0.01, 0.01
BIAS = {"lstm": init.with_forget_bias, "gru": init.with_update_bias}
STARTS = ("pytorch", "glorot", "orthogonal", "orthogonal_bias_1", "orthogonal_bias_3")


def run(quick=False, progress=True):
    """Train both cells from every start with every seed."""
    seeds, steps = ((0,), 1200) if quick else (range(5), 2000)
    starts = ("pytorch",) if quick else STARTS
    result = {
        "seeds": list(seeds),
        "sizes": {"T": T, "B": B, "H": H},
        "rate": RATE,
        "steps": steps,
        "solved_below": LIMIT,
    }
    for name in BIAS:
        result[name] = {}
        for start in starts:
            taken = [_steps(name, start, seed, steps) for seed in seeds]
            solved = [n for n in taken if n]
            table = {"solved": len(solved), "steps": learning.spread(solved)}
            result[name][start] = table
            if progress:
                print(f"{name}, {start}: {table}", flush=True)
    return result


def claims(result):
    """Every start gets there; from each the GRU needs fewer steps, by more than starts differ."""
    runs = len(result["seeds"])
    for start in result["gru"]:
        lstm, gru = result["lstm"][start], result["gru"][start]
        assert lstm["solved"] == runs
        assert gru["solved"] == runs
        assert gru["steps"]["median"] < 0.75 * lstm["steps"]["median"]
    medians = [table["steps"]["median"] for table in result["gru"].values()]
    assert max(medians) < 1.5 * min(medians)


def _steps(name, start, seed, steps):
    """Steps until solved, or None."""
    rng = np.random.default_rng(seed)
    params = model.init_params(rng, learning.CELLS[name], 2, H, 1, np.float32)
    kind, _, bias = start.partition("_bias_")
    weights = params.cell
    if kind == "glorot":
        weights = init.with_glorot(rng, weights)
    elif kind == "orthogonal":
        weights = init.with_orthogonal_recurrence(rng, weights)
    if bias:
        weights = BIAS[name](weights, float(bias))
    batches = (tasks.adding_problem(rng, T, B, "float32") for _ in range(steps))
    _, _, solved = learning.train(
        name,
        params._replace(cell=weights),
        batches,
        losses.squared_error,
        RATE,
        solved_below=LIMIT,
        last_only=True,
    )
    return solved
