"""The real recordings are the ones that were described, and become batches."""

import hashlib
import re
from importlib.resources import files

import numpy as np
import pytest

from rnncourse import data

DATASETS = files("rnncourse") / "datasets"


# Recordings


@pytest.mark.parametrize(
    "name",
    ["moby_dick.txt", "ecg.npz", "spoken_digits/spoken_digits.npz", "sunspots.csv", "co2.csv"],
)
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


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_spoken_digits_are_balanced(dtype):
    frames, digit, voice = data.spoken_digits(dtype)
    lengths = [len(utterance) for utterance in frames]
    assert len(frames) == len(digit) == len(voice) == 1800
    assert min(lengths) == 7 and max(lengths) == 51
    assert all(part.shape[1:] == (13,) and part.dtype == dtype for part in frames)
    for v in range(5):
        counts = np.bincount(digit[voice == v], minlength=10)
        np.testing.assert_array_equal(counts, 60 if v == 4 else 30)


def test_each_utterance_of_the_archive_starts_where_its_lengths_say():
    raw = np.load(DATASETS / "spoken_digits" / "spoken_digits.npz")
    frames = data.spoken_digits().frames
    start = 0
    for k in (0, 1, 2):
        expected = raw["low"] + raw["frames"][start].astype(float) * raw["step"]
        np.testing.assert_allclose(frames[k][0], expected)
        start += int(raw["lengths"][k])
    assert start == sum(len(part) for part in frames[:3])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sunspots_are_the_years_1700_to_2008(dtype):
    years = data.sunspots(dtype)
    assert years.shape == (309,) and years.dtype == dtype
    assert years[0] == 5 and years[-1] == dtype(2.9)
    assert years.argmax() + 1700 == 1957  # the strongest maximum on record


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_co2_is_the_mean_of_each_month(dtype):
    months = data.co2(dtype)
    assert months.shape == (526,) and months.dtype == dtype
    weeks = {}
    for line in (DATASETS / "co2.csv").read_text("ascii").split()[1:]:
        date, value = line.split(",")
        if value:
            weeks.setdefault((int(date[:4]) - 1958) * 12 + int(date[4:6]) - 3, []).append(value)
    assert len(weeks) == 521
    for month, values in weeks.items():
        expected = sum(map(float, values)) / len(values)
        assert months[month] == pytest.approx(expected, rel=1e-6)
    june = months[2] + (months[4] - months[2]) / 2  # of 1958, without a measurement
    assert months[3] == pytest.approx(june, rel=1e-6) and 3 not in weeks


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
