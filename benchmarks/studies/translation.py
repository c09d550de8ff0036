"""How well does an encoder-decoder translate number names that it has not seen?

A GRU reads English, another writes French; 64 units each, 3,000 pairs below 100,000. Once the
tests are other numbers of the same kind, once they end in 71, 77, 84 or 96 and no number of the
training pairs has one of these as its last two digits or before its thousand. Beside it a
dictionary that translates word for word. Right means every word right.
"""

import numpy as np

from benchmarks import number_translation as translation

PAGE = "practice/translation"
ENDINGS = (71, 77, 84, 96)
PAIRS = 3000
PLAN = ((700, 0.01), (300, 0.003))


def run(quick=False, progress=True):
    """Train with every seed on either choice of numbers."""
    seeds, plan, tests, below = (range(5), PLAN, 1000, 100_000)
    if quick:
        seeds, plan, tests, below = ((0,), ((300, 0.01), (40, 0.003)), 200, 10_000)
    runs = [_run(seed, plan, tests, below, progress) for seed in seeds]
    return {
        "seeds": list(seeds),
        "sizes": {"H": 64, "B": 64, "pairs": PAIRS, "tests": tests, "below": below},
        "plan": [list(part) for part in plan],
        **{name: _spread([run[name] for run in runs]) for name in runs[0]},
    }


def claims(result):
    """It beats the dictionary on numbers like those it saw, and not where endings are new."""
    assert result["like_training"]["lowest"] > result["dictionary"]["median"] + 0.1
    assert result["new_endings"]["highest"] < result["like_training"]["lowest"] - 0.3
    assert result["new_endings"]["median"] < result["dictionary_new_endings"]["median"]
    assert result["ending_71"]["median"] < 0.1
    if len(result["seeds"]) > 1:
        assert result["like_training"]["lowest"] > 0.95
        assert abs(result["beam"]["median"] - result["like_training"]["median"]) < 0.02


def has_new_ending(numbers):
    """Which numbers have one of `ENDINGS` as the last two digits, or before the thousand."""
    return np.isin(numbers % 100, ENDINGS) | np.isin(numbers // 1000, ENDINGS)


def _run(seed, plan, tests, below, progress):
    numbers = np.random.default_rng(seed).permutation(below)
    result = {}
    seen, like = numbers[:PAIRS], numbers[PAIRS : PAIRS + tests]
    translator = translation.learn(seen, seed, plan)
    result["like_training"] = translation.right(translator, like).mean()
    result["beam"] = translation.right(translator, like, width=5).mean()
    result["dictionary"] = translation.right_by_dictionary(like).mean()

    seen = numbers[~has_new_ending(numbers)][:PAIRS]
    new = numbers[np.isin(numbers % 100, ENDINGS) & ~np.isin(numbers // 1000, ENDINGS)][:tests]
    translator = translation.learn(seen, seed, plan)
    right = translation.right(translator, new)
    result["new_endings"] = right.mean()
    result["beam_new_endings"] = translation.right(translator, new, width=5).mean()
    by_dictionary = translation.right_by_dictionary(new)
    result["dictionary_new_endings"] = by_dictionary.mean()
    for ending in ENDINGS:
        result[f"ending_{ending}"] = right[new % 100 == ending].mean()
        result[f"dictionary_{ending}"] = by_dictionary[new % 100 == ending].mean()
    if progress:
        print(f"seed {seed}: {result}", flush=True)
    return result


def _spread(values):
    return {
        "median": float(np.median(values)),
        "lowest": float(min(values)),
        "highest": float(max(values)),
        "all": [float(value) for value in values],
    }
