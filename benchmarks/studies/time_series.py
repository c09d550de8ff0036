"""On which series does a recurrent network forecast better than a tuned autoregression?

A heart 8 to 200 ms ahead, yearly sunspots 1 and 3 years ahead, monthly carbon dioxide 12 months
ahead, as level and as the change over a year. Blocks follow each other in time: learn, tune (the
autoregression's order; when to stop on the short series), judge. Root mean square errors on the
last block.
"""

import numpy as np

from benchmarks import learning
from rnncourse import autoregression, data, early_stopping, forecasting, train

PAGE = "practice/time-series"
RATE = data.ECG_RATE // 3  # samples per second
ORDERS = (1, 2, 5, 10, 20, 40, 60, 120, 240, 360)
T, B, H, WARM, STEPS = 120, 32, 32, 20, 400


def run(quick=False, progress=True):
    """Judge every model on every series."""
    horizons = (12,) if quick else (1, 6, 12, 24)
    names = ("gru",) if quick else tuple(learning.CELLS)
    seeds, steps = ((0,), 250) if quick else (range(5), STEPS)
    result = {
        "seeds": list(seeds),
        "sizes": {"H": H, "H_short": 8, "T": T, "B": B},
        "steps": steps,
        "cells": list(names),
    }

    def add(path, table):
        result.setdefault(path[0], {})[path[1]] = table
        if progress:
            print(*path, table, flush=True)

    for ahead in horizons:
        add(("heart", f"ms{1000 * ahead // RATE}"), _heart(ahead, names, seeds, steps, quick))
    for ahead in (3,) if quick else (1, 3):
        table = _short(data.sunspots(), (200, 250), ahead, names, seeds)
        add(("sunspots", f"years{ahead}"), table)
    months = data.co2()
    add(("co2", "level"), _short(months, (300, 400), 12, names, seeds))
    add(("co2", "change"), _short(months[12:] - months[:-12], (288, 388), 12, names, seeds))
    return result


def claims(result):
    """Who wins where."""
    heart = result["heart"]
    for table in heart.values():
        assert table["autoregression"] < table["stays"]
    for ahead in {"ms50", "ms100", "ms200"} & set(heart):
        for name in {"gru", "lstm"} & set(result["cells"]):
            assert heart[ahead][name]["median"] < 0.9 * heart[ahead]["autoregression"]
    if "rnn" in result["cells"]:
        assert heart["ms100"]["gru"]["median"] < heart["ms100"]["rnn"]["median"]
        assert heart["ms100"]["rnn"]["median"] < heart["ms100"]["autoregression"]
        assert heart["ms200"]["rnn"]["median"] > heart["ms200"]["mean"]
        one = result["sunspots"]["years1"]
        assert abs(one["gru"]["median"] / one["autoregression"] - 1) < 0.25
    three = result["sunspots"]["years3"]
    level, change = result["co2"]["level"], result["co2"]["change"]
    for name in result["cells"]:
        assert three["autoregression"] < three[name]["median"]
        assert level[name]["median"] > 5 * level["autoregression"]
        assert change[name]["median"] < level[name]["median"] / 5
        assert abs(change[name]["median"] / change["autoregression"] - 1) < 0.25
        assert change[name]["median"] < change["stays"]
    assert change["autoregression"] < level["autoregression"]


def rms(error):
    return float(np.sqrt(np.mean(np.square(error))))


def tuned(series, learn, ahead, orders, tune, judge):
    """Choose the order on `tune`; return it, and the error on `judge` (slices of targets)."""

    def error(n, where):
        made = autoregression.forecast(autoregression.fit(series[learn], n, ahead), series)
        return rms(made[where.start - ahead : where.stop - ahead] - series[where])

    order = min(orders, key=lambda n: error(n, tune))
    return order, error(order, judge)


def _heart(ahead, names, seeds, steps, quick):
    series, minute, gap = data.ecg()[::3], 60 * RATE, 3 * RATE  # gap: the longest order, 3 s
    learn = slice(0, 3 * minute)
    tune = slice(3 * minute + gap + ahead, 4 * minute)
    judge = slice(4 * minute + gap + ahead, len(series))
    orders = (20, 60) if quick else ORDERS
    order, error = tuned(series, learn, ahead, orders, tune, judge)
    mean, std = series[learn].mean(), series[learn].std()
    scaled = ((series - mean) / std).astype(np.float32)
    table = {
        "stays": rms(series[judge] - series[judge.start - ahead : judge.stop - ahead]),
        "mean": rms(series[judge] - mean),
        "order": order,
        "autoregression": error,
    }
    for name in names:
        errors = []
        for seed in seeds:
            made = _learned(name, scaled, learn, judge.start - ahead - gap, ahead, seed, steps)
            errors.append(rms(made[gap:-ahead] - scaled[judge]) * std)
        table[name] = learning.spread(errors)
    return table


def _learned(name, scaled, learn, start, ahead, seed, steps):
    """Train on windows of the learning block; forecast from `start` on."""
    rng, cell = np.random.default_rng(seed), learning.CELLS[name]
    steps_of = np.arange(T)[:, None]

    def loss(params, begin):
        x, y = scaled[begin + steps_of], scaled[begin + steps_of + ahead]
        return forecasting.loss_and_grads(cell, params, x[..., None], y[..., None], WARM)

    params = learning.start(rng, name, D=1, H=H, V=1, orthogonal=False)
    batches = rng.integers(0, learn.stop - T - ahead, (steps, B))
    params = train.fit(loss, params, list(batches), lr=0.01).params
    return forecasting.forecast(cell, params, scaled[start:])


def _short(series, cuts, ahead, names, seeds):
    """A series of some hundred values: the whole learning block at each step, early stopping."""
    first, second = cuts
    learn, tune, judge = slice(0, first), slice(*cuts), slice(second, len(series))
    order, error = tuned(series, learn, ahead, range(1, 37), tune, judge)
    mean, std = series[learn].mean(), series[learn].std()
    scaled = ((series - mean) / std).astype(np.float32)
    table = {
        "stays": rms(series[judge] - series[judge.start - ahead : -ahead]),
        "mean": rms(series[judge] - mean),
        "order": order,
        "autoregression": error,
    }
    x, y = scaled[: first - ahead, None, None], scaled[ahead:first, None, None]
    for name in names:
        cell, errors = learning.CELLS[name], []

        def error_on(params, where, cell=cell):
            made = forecasting.forecast(cell, params, scaled)
            return rms(made[where.start - ahead : where.stop - ahead] - scaled[where]) * std

        for seed in seeds:
            rng = np.random.default_rng(seed)
            best = early_stopping.fit(
                lambda params, _, cell=cell: forecasting.loss_and_grads(cell, params, x, y, WARM),
                learning.start(rng, name, D=1, H=8, V=1, orthogonal=False),
                range(300),
                lambda params: error_on(params, tune),
                lr=0.01,
            )
            errors.append(error_on(best.params, judge))
        table[name] = learning.spread(errors)
    return table
