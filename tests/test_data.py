"""The synthetic tasks keep their rules, the real recordings are the ones that were described."""

import hashlib
import re
from importlib.resources import files

import numpy as np
import pytest

from rnncourse import data

DATASETS = files("rnncourse") / "datasets"


# Adding problem


@pytest.mark.parametrize("T", [2, 3, 7, 50])
def test_adding_problem_marks_one_step_in_each_half(rng, T):
    x, targets = data.adding_problem(rng, T, B=200)
    assert x.shape == (T, 200, 2) and targets.shape == (200, 1)
    values, marks = x[..., 0], x[..., 1]
    assert ((0 <= values) & (values < 1)).all() and set(np.unique(marks)) <= {0, 1}
    np.testing.assert_array_equal(marks[: T // 2].sum(axis=0), 1)
    np.testing.assert_array_equal(marks[T // 2 :].sum(axis=0), 1)
    assert marks.any(axis=1).all()  # in 200 sequences every step is marked once


def test_adding_problem_asks_for_the_sum_of_the_marked_numbers(rng):
    x, targets = data.adding_problem(rng, 9, 20)
    for b in range(20):
        marked = [x[t, b, 0] for t in range(9) if x[t, b, 1] == 1]
        assert len(marked) == 2 and targets[b, 0] == pytest.approx(sum(marked))


def test_always_answering_one_errs_by_a_sixth(rng):
    _, targets = data.adding_problem(rng, 10, 50_000)
    assert np.mean((targets - 1) ** 2) == pytest.approx(1 / 6, rel=0.03)
    assert targets.mean() == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(
    "T, B, message",
    [
        (1, 5, "T: expected at least 2, got 1"),
        (0, 5, "T: expected at least 2, got 0"),
        (5, 0, "B: expected at least 1, got 0"),
    ],
)
def test_adding_problem_refuses_sizes_too_small(rng, T, B, message):
    with pytest.raises(ValueError, match=message):
        data.adding_problem(rng, T, B)


# Copy task


def test_copy_task_shows_waits_and_asks(rng):
    x, targets = data.copy_task(rng, blanks=5, B=50, symbols=3, length=4)
    assert x.shape == (13, 50, 5) and targets.shape == (13, 50)
    np.testing.assert_array_equal(x.sum(axis=-1), 1)
    shown = x.argmax(axis=-1)
    assert set(np.unique(shown[:4])) == {1, 2, 3}
    assert not shown[4:8].any()
    np.testing.assert_array_equal(shown[8], 4)  # the go sign, on the last blank
    assert not shown[9:].any()
    assert not targets[:9].any()
    np.testing.assert_array_equal(targets[9:], shown[:4])


def test_copy_task_with_one_blank_has_the_go_sign_alone(rng):
    x, targets = data.copy_task(rng, blanks=1, B=2)
    assert x.shape == (21, 2, 10) and targets.shape == (21, 2)
    np.testing.assert_array_equal(x[10].argmax(axis=-1), 9)


@pytest.mark.parametrize("name", ["blanks", "B", "symbols", "length"])
def test_copy_task_refuses_sizes_below_one(rng, name):
    sizes = dict(blanks=2, B=2, symbols=2, length=2) | {name: 0}
    with pytest.raises(ValueError, match=f"{name}: expected at least 1, got 0"):
        data.copy_task(rng, **sizes)


# Temporal order


@pytest.mark.parametrize("T", [10, 37, 100])
def test_temporal_order_hides_two_symbols_among_distractors(rng, T):
    x, targets = data.temporal_order(rng, T, B=300)
    assert x.shape == (T, 300, 6) and targets.shape == (300,)
    np.testing.assert_array_equal(x.sum(axis=-1), 1)
    shown = x.argmax(axis=-1)
    assert set(np.unique(shown)) == set(range(6)) and set(targets) == {0, 1, 2, 3}
    for b in range(300):
        first, second = np.flatnonzero(shown[:, b] < 2)
        assert T // 10 <= first < 2 * T // 10 and 5 * T // 10 <= second < 6 * T // 10
        order = "XY"[shown[first, b]] + "XY"[shown[second, b]]
        assert ["XX", "XY", "YX", "YY"][targets[b]] == order


@pytest.mark.parametrize("T, B, message", [(9, 1, "T: expected at least 10, got 9"), (10, 0, "B")])
def test_temporal_order_refuses_sizes_too_small(rng, T, B, message):
    with pytest.raises(ValueError, match=message):
        data.temporal_order(rng, T, B)


# All three


TASKS = {
    "adding": lambda rng, dtype=float: data.adding_problem(rng, 10, 4, dtype),
    "copy": lambda rng, dtype=float: data.copy_task(rng, 3, 4, dtype=dtype),
    "order": lambda rng, dtype=float: data.temporal_order(rng, 10, 4, dtype),
}


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_tasks_follow_the_generator_and_keep_the_dtype(task):
    one, same, other, single = (
        task(np.random.default_rng(seed), dtype)
        for seed, dtype in [(0, float), (0, float), (1, float), (0, np.float32)]
    )
    np.testing.assert_array_equal(one[0], same[0])
    np.testing.assert_array_equal(one[1], same[1])
    assert (one[0] != other[0]).any()
    assert one[0].dtype == np.float64 and single[0].dtype == np.float32
    for x, targets in (one, single):
        assert targets.dtype == x.dtype or np.issubdtype(targets.dtype, np.integer)
        assert x.flags.c_contiguous


# Recordings


@pytest.mark.parametrize("name", ["moby_dick.txt", "ecg.npz"])
def test_files_are_the_ones_described(name):
    readme = (DATASETS / "README.md").read_text("utf-8")
    section = readme.split(f"## {name}")[1].split("\n## ")[0]
    described = re.search(r"sha256: `([0-9a-f]{64})`", section)[1]
    assert hashlib.sha256((DATASETS / name).read_bytes()).hexdigest() == described
    assert "- Source: " in section and "- Licence: " in section


def test_moby_dick_starts_where_everyone_knows_it_does():
    text = data.moby_dick()
    assert "Call me Ishmael." in text[:200]
    assert 250_000 < len(text) < 280_000
    assert "\r" not in text and len(data.alphabet(text)) < 100


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_ecg_is_five_minutes_of_millivolts(dtype):
    series = data.ecg(dtype)
    assert series.shape == (5 * 60 * data.ECG_RATE,) and series.dtype == dtype
    assert -5 < series.min() < -0.5 and 0.5 < series.max() < 5  # a heart, in millivolts
    raw = np.load(DATASETS / "ecg.npz")["ecg"]
    np.testing.assert_allclose(series[:50] * 200 + 1024, raw[:50].astype(float), rtol=1e-6)


# Text


def test_text_survives_encoding_and_decoding():
    text = data.moby_dick()[:5000]
    symbols = data.alphabet(text)
    assert list(symbols) == sorted(set(text))
    numbers = data.encode(text, symbols)
    assert np.issubdtype(numbers.dtype, np.integer) and numbers.shape == (5000,)
    assert data.decode(numbers, symbols) == text


def test_encode_refuses_characters_it_does_not_know():
    with pytest.raises(ValueError, match=r"expected characters of 'abc', got also \['d', 'e'\]"):
        data.encode("bede", "abc")


def test_encode_refuses_an_empty_text():
    with pytest.raises(ValueError, match="text: expected at least one character"):
        data.encode("", "abc")


# Arrays


def test_one_hot_has_a_single_one_where_the_number_says():
    numbers = np.array([[0, 2], [1, 1], [2, 0]])
    rows = data.one_hot(numbers, 3, np.float32)
    assert rows.shape == (3, 2, 3) and rows.dtype == np.float32
    np.testing.assert_array_equal(rows.argmax(axis=-1), numbers)
    np.testing.assert_array_equal(rows.sum(axis=-1), 1)
    assert data.one_hot(np.zeros((0, 2), int), 3).shape == (0, 2, 3)


@pytest.mark.parametrize("numbers, got", [([0, 3], "0 to 3"), ([-1, 2], "-1 to 2")])
def test_one_hot_refuses_numbers_out_of_range(numbers, got):
    with pytest.raises(ValueError, match=f"numbers: expected 0 to 2, got {got}"):
        data.one_hot(np.array(numbers), 3)


@pytest.mark.parametrize("tail", [(), (2,)])
def test_windows_follow_each_other_in_the_batch(rng, tail):
    series = rng.normal(size=(11, *tail))
    cut = data.windows(series, 3)
    assert cut.shape == (3, 3, *tail)
    for b in range(3):
        np.testing.assert_array_equal(cut[:, b], series[3 * b : 3 * b + 3])
    assert cut.flags.c_contiguous and not np.shares_memory(cut, series)


def test_one_window_may_be_the_whole_series():
    np.testing.assert_array_equal(data.windows(np.arange(4), 4), np.arange(4)[:, None])


@pytest.mark.parametrize("T", [0, -1, 5])
def test_windows_refuse_lengths_that_do_not_fit(T):
    with pytest.raises(ValueError, match=f"T: expected 1 to 4, the length of the series, got {T}"):
        data.windows(np.arange(4), T)
