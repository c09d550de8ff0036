"""Is a spoken digit recognised when its voice is new, and does the order of its frames matter?

1,800 utterances, a nearest neighbour on mean and standard deviation of the frames beside three
cells of 32 units, 400 steps of Adam on batches of 32. Judged on a half of the utterances when all
voices are in both halves, and on a voice that was held out; frames as they are or shuffled; with
and without each utterance's own mean.
"""

import numpy as np

from benchmarks import learning
from rnncourse import at_end, data, train

PAGE = "practice/speech"
H, B, STEPS = 32, 32, 400
RATES = {"rnn": 0.003, "gru": 0.01, "lstm": 0.01}
MODELS = ("nearest", *RATES)
CASES = {  # new voice, mean taken out, frames shuffled
    "shared": (False, False, False),
    "shared_shuffled": (False, False, True),
    "new": (True, False, False),
    "new_centred": (True, True, False),
    "new_centred_shuffled": (True, True, True),
}


def run(quick=False, progress=True):
    """Judge every model in every case."""
    frames, digit, voice = data.spoken_digits(np.float32)
    seeds, voices, models = (
        ((0,), (1,), ("nearest", "gru")) if quick else (range(3), range(5), MODELS)
    )
    result = {
        "seeds": list(seeds),
        "sizes": {"utterances": len(frames), "H": H, "B": B},
        "voices": list(voices),
        "rates": RATES,
        "steps": 200 if quick else STEPS,
    }
    for case, (new, centred, shuffled) in CASES.items():
        result[case] = {}
        splits = [_split(voice, v if new else None, s) for v in voices for s in seeds]
        splits = splits if new else splits[: len(seeds)]
        for name in models:
            rights = []
            for k, (learn, judge) in enumerate(splits):
                rng = np.random.default_rng(seeds[k % len(seeds)])
                parts = _prepared(rng, frames, learn, centred, shuffled)
                guess = _guesses(rng, name, parts, digit, learn, judge, result["steps"])
                rights.append(float(np.mean(guess == digit[judge])))
            result[case][name] = table = {"right": learning.spread(rights)}
            if new:
                by_voice = np.median(np.reshape(rights, (len(voices), -1)), axis=1)
                table |= {"by_voice": by_voice.tolist(), "worst": float(by_voice.min())}
            if progress:
                print(f"{case}, {name}: {table}", flush=True)
    return result


def claims(result):
    """What the page says of voices, order and baseline."""
    right = {
        case: {name: table["right"]["median"] for name, table in result[case].items()}
        for case in CASES
    }
    assert right["shared"]["nearest"] > 0.93
    assert abs(right["shared"]["gru"] - right["shared"]["nearest"]) < 0.04
    assert right["shared_shuffled"]["nearest"] == right["shared"]["nearest"]
    assert right["shared_shuffled"]["gru"] > right["shared"]["gru"] - 0.1
    for name in result["shared"]:
        assert right["new"][name] < right["shared"][name] - 0.15
    assert right["new_centred"]["nearest"] < right["new"]["nearest"]
    assert right["new_centred"]["gru"] > right["new_centred"]["nearest"] + 0.15
    worst = result["new_centred"]["gru"]["worst"] - result["new"]["gru"]["worst"]
    assert worst > 0.15
    assert right["new_centred"]["gru"] - right["new"]["gru"] <= worst
    assert right["new_centred_shuffled"]["gru"] > right["new_centred"]["gru"] - 0.15
    if "rnn" in right["shared"]:
        assert right["shared"]["rnn"] < right["shared"]["nearest"] - 0.1
        assert right["new_centred_shuffled"]["rnn"] < right["new_centred"]["rnn"] / 2
        assert right["new_centred_shuffled"]["lstm"] < right["new_centred"]["lstm"] - 0.05


def _split(voice, held_out, seed):
    """Which utterances to learn from and which to judge by."""
    if held_out is not None:
        return np.flatnonzero(voice != held_out), np.flatnonzero(voice == held_out)
    order = np.random.default_rng(seed).permutation(len(voice))
    return np.split(order, 2)


def _prepared(rng, frames, learn, centred, shuffled):
    """The utterances in units of the learning half; centred or shuffled where asked."""
    if centred:
        frames = [part - part.mean(axis=0) for part in frames]
    together = np.concatenate([frames[k] for k in learn])
    mean, std = together.mean(axis=0), together.std(axis=0)
    frames = [(part - mean) / std for part in frames]
    return [rng.permutation(part) for part in frames] if shuffled else frames


def _guesses(rng, name, parts, digit, learn, judge, steps):
    if name == "nearest":
        return _nearest(parts, digit, learn, judge)
    cell = learning.CELLS[name]

    def loss(params, batch):
        x, lengths = at_end.pad([parts[k] for k in batch])
        return at_end.loss_and_grads(cell, params, x, lengths, digit[batch])

    start = learning.start(rng, name, D=13, H=H, V=10, orthogonal=False)
    batches = [rng.choice(learn, B) for _ in range(steps)]
    params = train.fit(loss, start, batches, lr=RATES[name]).params
    x, lengths = at_end.pad([parts[k] for k in judge])
    return at_end.predict(cell, params, x, lengths).argmax(axis=-1)


def _nearest(parts, digit, learn, judge):
    """The digit of the utterance whose mean and standard deviation are nearest."""
    points = np.array([np.r_[part.mean(axis=0), part.std(axis=0)] for part in parts])
    points = np.round(points - points[learn].mean(axis=0), 4)  # means taken out are 0, not 1e-8
    points = points / np.maximum(points[learn].std(axis=0), 1e-3)
    away = points[judge] @ points[learn].T - 0.5 * np.sum(points[learn] ** 2, axis=1)
    return digit[learn[away.argmax(axis=1)]]
