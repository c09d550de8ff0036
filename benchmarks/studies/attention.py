"""Up to which length does one state hold a number, and what does looking back change?

A GRU reads English number names of one to nine digits, another writes French; 64 units each,
3,000 pairs, drawn so that each number of digits is equally frequent. Once the decoder knows the
encoder's last state alone, once it also attends to all of them. Tests are other numbers of each
length. Right means every word right.
"""

import numpy as np

from benchmarks import number_translation as translation

PAGE = "practice/attention"
PAIRS, TESTS = 3000, 200
PLAN = ((900, 0.01), (300, 0.003))


def run(quick=False, progress=True):
    """Train with every seed, without attention and with it."""
    seeds, plan, digits = ((0,), ((160, 0.01),), 4) if quick else (range(3), PLAN, 9)
    result = {
        "seeds": list(seeds),
        "sizes": {"H": 64, "B": 64, "pairs": PAIRS, "tests": TESTS, "digits": digits},
        "plan": [list(part) for part in plan],
    }
    for name, attend in (("fixed", False), ("attending", True)):
        runs = [_right_by_digits(seed, plan, digits, attend) for seed in seeds]
        tests = range(3, digits + 1)
        result[name] = {f"digits{n}": _spread([run[n] for run in runs]) for n in tests}
        result[name]["mean"] = _spread([np.mean(list(run.values())) for run in runs])
        if progress:
            print(name, result[name], flush=True)
    return result


def claims(result):
    """Attention is better, and by more on long numbers than on short ones."""
    fixed, attending = result["fixed"], result["attending"]
    assert attending["mean"]["median"] > fixed["mean"]["median"] + 0.1
    if result["sizes"]["digits"] == 9:
        assert fixed["digits3"]["median"] > 0.9 and fixed["digits9"]["median"] < 0.5
        assert attending["digits9"]["lowest"] > 0.8
        assert fixed["digits9"]["highest"] < attending["digits9"]["lowest"]


def draw(rng, digits, n):
    """(n,) numbers of exactly so many digits; of up to so many where `digits` is an array."""
    return rng.integers(10 ** (digits - 1), 10**digits, n)


def _right_by_digits(seed, plan, digits, attend):
    rng = np.random.default_rng(seed)
    seen = draw(rng, rng.integers(1, digits + 1, PAIRS), PAIRS)
    translator = translation.learn(seen, seed, plan, attend=attend)
    result = {}
    for n in range(3, digits + 1):
        tests = np.setdiff1d(draw(rng, n, TESTS + 100), seen)
        result[n] = translation.right(translator, rng.permutation(tests)[:TESTS]).mean()
    return result


def _spread(values):
    return {
        "median": float(np.median(values)),
        "lowest": float(min(values)),
        "highest": float(max(values)),
    }
