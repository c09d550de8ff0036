"""How much of the time does each rung of the ladder save, from the plain LSTM to the fused one?

CPU time of a forward pass over that of the plain one, minimum over rounds in which all take turns,
float32, one thread; the weights' gradient once per step and as one product; and a training step,
readable and fused. Median over three draws of weights and data.
"""

import numpy as np

from benchmarks import learning
from benchmarks.measure import measure, ratio
from rnncourse import fused, ladder, lstm, unroll, unroll_backward

PAGE = "practice/fast"
TIMED = True
SHAPES = {"one": (100, 1, 32, 32), "batch": (50, 32, 64, 64), "wide": (50, 32, 64, 256)}
RUNGS = {
    "gate_by_gate": ladder.gate_by_gate,
    "gates_together": ladder.gates_together,
    "input_ahead": ladder.input_ahead,
    "one_tanh": ladder.one_tanh,
    "fused": lambda params, x: fused.forward(lstm, params, x, train=False)[0],
}


def run(quick=False, progress=True):
    """Measure every rung at every size."""
    shapes = {"one": SHAPES["one"]} if quick else SHAPES
    seeds, rounds, slot = ((0,), 7, 0.02) if quick else (range(3), 11, 0.05)
    result = {
        "seeds": list(seeds),
        "sizes": {key: dict(zip("TBDH", shape, strict=True)) for key, shape in shapes.items()},
        "rounds": rounds,
    }
    for key, shape in shapes.items():
        tables = [_ladder(seed, shape, rounds, slot) for seed in seeds]
        result[key] = {
            name: learning.spread([table[name] for table in tables]) for name in tables[0]
        }
        if progress:
            print(f"{key} {shape}: {result[key]}", flush=True)
    return result


def claims(result):
    """The top is well below the bottom; which rung counts depends on the size."""
    for key in result["sizes"]:
        table = result[key]
        assert table["fused"]["median"] < 0.9
        assert table["training"]["median"] < 0.9
    assert result["one"]["fused"]["median"] < 0.6
    assert result["one"]["one_product"]["median"] < 0.6
    assert result["one"]["one_tanh"]["median"] < 0.5 * result["one"]["input_ahead"]["median"]
    if "wide" in result:
        wide = result["wide"]
        assert wide["input_ahead"]["median"] > 1
        assert wide["one_tanh"]["median"] > 0.85
        assert wide["fused"]["median"] < 0.85 * wide["one_tanh"]["median"]


def _ladder(seed, shape, rounds, slot):
    rng = np.random.default_rng(seed)
    T, B, D, H = shape
    params = lstm.init_params(rng, D, H, np.float32)
    x = rng.normal(size=(T, B, D)).astype(np.float32)
    z = rng.normal(size=(T, B, D + 1 + H)).astype(np.float32)
    da = rng.normal(size=(T, B, 4 * H)).astype(np.float32)
    dout = rng.normal(size=(T, B, H)).astype(np.float32)

    def readable():
        _, _, caches = unroll(lstm, params, x)
        return unroll_backward(lstm, params, caches, dout)

    def fast():
        _, _, cache = fused.forward(lstm, params, x)
        return fused.backward(lstm, cache, dout)

    rungs = {name: lambda rung=rung: rung(params, x) for name, rung in RUNGS.items()}
    table = _against(rungs, "gate_by_gate", rounds, slot)
    ways = {
        "by_step": lambda: ladder.weight_gradient_by_step(z, da),
        "one_product": lambda: ladder.weight_gradient_at_once(z, da),
    }
    table |= _against(ways, "by_step", rounds, slot)
    return table | _against({"readable": readable, "training": fast}, "readable", rounds, slot)


def _against(runs, first, rounds, slot):
    """The ratio of each to the first, minima over minima."""
    timings = measure(runs, rounds, slot)
    return {
        name: ratio(timing.cpu, timings[first].cpu).minima
        for name, timing in timings.items()
        if name != first
    }
