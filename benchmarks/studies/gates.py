"""What do training and clipping add to what the gates and their biases give at the start?

Adding problem, T = 100, 16 units, batches of 32 fresh sequences, Adam at rate 0.02, at most 1,000
steps (600 for `gru_large_*`). Solved means a mean squared error below 0.01 over 50 batches; there
training stops. Starts: orthogonal recurrent weights, the rest from PyTorch's range, clipping at 1.
`gru_large_*` start from recurrent weights of N(0, (4 / sqrt H)^2), with and without clipping.

Flow is the power of ten of the spectral norm of d state_T / d state_0 on one sequence; gate is the
mean over time of the most open forget gate (update gate); norm is the largest of a gradient
before clipping, as a power of ten.
"""

import numpy as np

from benchmarks import learning
from rnncourse import gradients, init, losses, model, optim, tasks, train, unroll

PAGE = "module/gates"
T, H, B, RATE, LIMIT, WINDOW = 100, 16, 32, 0.02, 0.01, 50
RUNS = {  # cell, bias of the forget gate, scale of the recurrent weights, limit on the norm
    "rnn": ("rnn", None, None, 1.0),
    "lstm_bias_0": ("lstm", 0.0, None, 1.0),
    "lstm_bias_1": ("lstm", 1.0, None, 1.0),
    "lstm_bias_3": ("lstm", 3.0, None, 1.0),
    "gru": ("gru", None, None, 1.0),
    "gru_large_clipped": ("gru", None, 4.0, 1.0),
    "gru_large_unclipped": ("gru", None, 4.0, None),
}


def run(quick=False, progress=True):
    """Train every network from every seed; look at the flow before and after."""
    seeds = range(2) if quick else range(20)
    result = {
        "seeds": list(seeds),
        "sizes": {"T": T, "B": B, "H": H},
        "rate": RATE,
        "solved_below": LIMIT,
    }
    for name, setting in RUNS.items():
        steps = _steps(name, quick)
        runs = [_one(seed, steps, *setting) for seed in seeds]
        taken = [one["steps"] for one in runs if one["steps"]]
        table = {"solved": len(taken), "steps": learning.spread(taken), "at_most": steps}
        for what in ("flow_before", "flow_after", "gate_before", "gate_after", "norm"):
            table[what] = _spread(what, runs)
        for what in ("flow_after", "gate_after"):
            table[f"{what}_solved"] = _spread(what, [one for one in runs if one["steps"]])
            table[f"{what}_unsolved"] = _spread(what, [one for one in runs if not one["steps"]])
        result[name] = table
        if progress:
            print(f"{name}: {table}", flush=True)
    return result


def claims(result):
    """The bias decides at the start, training may undo it, and large weights explode."""
    start = {name: result[name]["flow_before"] for name in RUNS}
    assert start["lstm_bias_0"]["high"] < start["lstm_bias_1"]["low"]
    assert start["lstm_bias_1"]["high"] < start["lstm_bias_3"]["low"]
    assert start["gru"]["high"] < -8
    assert result["gru"]["solved"] > len(result["seeds"]) / 2
    assert result["gru"]["flow_after"]["low"] > start["gru"]["high"] + 4
    assert result["rnn"]["solved"] == 0
    assert result["gru_large_clipped"]["norm"]["median"] > 1 + result["gru"]["norm"]["median"]
    clipped, free = (result[f"gru_large_{how}"]["solved"] for how in ("clipped", "unclipped"))
    assert clipped >= free
    assert result["rnn"]["flow_before"]["low"] > start["gru"]["high"] + 4
    if len(result["seeds"]) < 20:
        return
    biased = [result[f"lstm_bias_{bias}"] for bias in (0, 1, 3)]
    solved = [table["solved"] for table in biased]
    assert min(solved) > 5
    assert max(solved) - min(solved) <= 3  # hardly a matter of the bias
    steps = [table["steps"]["median"] for table in biased]
    assert steps[0] > steps[1] > steps[2] > 0.75 * steps[0]
    for table in biased[:2]:
        assert table["flow_after_solved"]["low"] > -1 > table["flow_after_unsolved"]["median"]
    gru = result["gru"]
    assert gru["solved"] == 20 > 2 * result["gru_large_clipped"]["solved"]
    assert gru["steps"]["high"] < min(table["steps"]["low"] for table in biased) / 2
    assert result["rnn"]["flow_after"]["high"] < result["rnn"]["flow_before"]["low"]


def _steps(name, quick):
    """How long to train at most."""
    if quick:
        return 350 if name == "gru" else 60
    return 600 if "large" in name else 1000


def _spread(what, runs):
    """Median and quartiles of those runs that have it."""
    return learning.spread([one[what] for one in runs if one[what] is not None])


def _one(seed, steps, name, bias, scale, clip):
    """Train one network: what became of it."""
    rng = np.random.default_rng(seed)
    cell = learning.CELLS[name]
    params = model.init_params(rng, cell, 2, H, 1, np.float32)
    weights = init.with_orthogonal_recurrence(rng, params.cell)
    if bias is not None:
        weights = init.with_forget_bias(weights, bias)
    if scale is not None:
        drawn = rng.normal(scale=scale / np.sqrt(H), size=weights.W_h.shape)
        weights = weights._replace(W_h=drawn.astype(np.float32))
    seen = []

    def loss_and_grads(params, batch):
        value, grads, _ = model.loss_and_grads(
            cell, params, *batch, losses.squared_error, last_only=True, fast=True
        )
        seen.append(value)
        return value, grads

    def solved():
        return len(seen) >= WINDOW and np.mean(seen[-WINDOW:]) < LIMIT

    def batches():
        for _ in range(steps):
            yield tasks.adding_problem(rng, T, B, np.float32)
            if solved():
                return

    before = params._replace(cell=weights)
    after, _, norms = train.fit(loss_and_grads, before, batches(), optim.adam, lr=RATE, clip=clip)
    flow_before, gate_before = _look(name, before)
    flow_after, gate_after = _look(name, after)
    return {
        "steps": len(seen) if solved() else None,
        "flow_before": flow_before,
        "flow_after": flow_after,
        "gate_before": gate_before,
        "gate_after": gate_after,
        "norm": np.log10(norms.max()),
    }


def _look(name, params):
    """Flow through one sequence, and how open the most open gate is."""
    cell = learning.CELLS[name]
    weights = type(params.cell)(*(array.astype(float) for array in params.cell))
    x, _ = tasks.adding_problem(np.random.default_rng(1000), T, 1)
    flow = np.log10(np.linalg.norm(gradients.state_jacobian(cell, weights, x)[0], ord=2))
    _, _, caches = unroll(cell, weights, x)
    field = {"lstm": "f", "gru": "z"}.get(name)
    gate = field and np.mean([getattr(cache, field)[0] for cache in caches], axis=0).max()
    return flow, gate
