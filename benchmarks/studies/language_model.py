"""How many bits per character does a GRU need after a minute's training, against n-grams?

Moby Dick, chapters 1 to 30: the first nine tenths are learned, the last tenth is predicted. The
n-grams have interpolated Kneser-Ney smoothing. A GRU of 128 units is trained with Adam on 32
streams, 32 characters at a time, about a minute on one quiet core. Smaller GRUs, 96 units on 16
streams, carry their state from batch to batch or forget it; each is judged both ways.
"""

import numpy as np

from benchmarks import learning
from rnncourse import data, fused, gru, head, language, losses, model, ngrams, optim

PAGE = "practice/language-model"
T = 32


def run(quick=False, progress=True):
    """Count, train with every seed, and read the held-out text."""
    seeds, minute, short = ((0,), 60, 60) if quick else (range(3), 3000, 1000)
    ids, V, cut = _text()
    result = {
        "seeds": list(seeds),
        "sizes": {"T": T, "minute": {"H": 128, "B": 32}, "short": {"H": 96, "B": 16}},
        "steps": {"minute": minute, "short": short},
        "characters": {"learned": cut, "held_out": len(ids) - cut},
    }
    result["ngrams"] = {
        f"order{n}": float(ngrams.surprise(ngrams.fit(ids[:cut], V, n), ids[cut - n + 1 :]).mean())
        for n in range(1, 8)
    }
    for name, H, B, steps, carry in [
        ("minute", 128, 32, minute, True),
        ("carried", 96, 16, short, True),
        ("forgotten", 96, 16, short, False),
    ]:
        runs = [_learn(seed, H, B, steps, carry) for seed in seeds]
        result[name] = {
            how: learning.spread([run[how] for run in runs]) for how in ("on", "anew", "seen")
        }
        if progress:
            print(name, result[name], flush=True)
    return result


def claims(result):
    """Counting longer contexts helps up to a point; a state is worth carrying."""
    counted = result["ngrams"]
    assert counted["order5"] < counted["order3"] < counted["order2"] < counted["order1"]
    assert counted["order7"] > counted["order6"]
    assert result["minute"]["on"]["median"] < counted["order1"]
    if len(result["seeds"]) > 1:
        assert counted["order5"] < result["minute"]["on"]["low"] < counted["order4"]
        assert result["carried"]["on"]["high"] < result["forgotten"]["on"]["low"]
        for name in ("minute", "carried", "forgotten"):
            assert result[name]["on"]["high"] < result[name]["anew"]["low"]


def _text():
    text = data.moby_dick()
    symbols = data.alphabet(text)
    ids = data.encode(text, symbols)
    return ids, len(symbols), int(0.9 * len(ids))


def _learn(seed, H, B, steps, carry):
    ids, V, cut = _text()
    rng, rows = np.random.default_rng(seed), np.eye(V, dtype=np.float32)
    batches = language.streams(ids[:cut], B, T)
    params = model.init_params(rng, gru, V, H, V, np.float32)
    state, memory, values = None, None, []
    for k in range(steps):
        symbols, following = batches[k % len(batches)]
        if not carry or k % len(batches) == 0:
            state = None
        value, grads, state = model.loss_and_grads(
            gru, params, rows[symbols], following, losses.cross_entropy, state, fast=True
        )
        grads, _ = optim.clip_by_norm(grads, 1.0)
        rate = 0.01 * min(1, 2 * (1 - k / steps))  # falls to 0 in the second half
        params, memory = optim.adam(params, grads, memory, lr=rate)
        values.append(value)
    return {
        "on": _bits(params, ids[cut - 1 :], rows, len(ids) - cut),
        "anew": _bits(params, ids[cut - 1 :], rows, T),
        "seen": language.bits(np.mean(values[-50:])),
    }


def _bits(params, ids, rows, length):
    """Bits per character, read in pieces of `length` that each start without a memory."""
    pieces = language.streams(ids, (len(ids) - 1) // length, length)
    (symbols, following) = pieces[0]
    out, _, _ = fused.forward(gru, params.cell, rows[symbols], train=False)
    logits, _ = head.forward(params.head, out)
    return language.bits(losses.cross_entropy(logits, following)[0])
