"""Streams, perplexity, temperature and sampling, each against a plain statement of it."""

import numpy as np
import pytest

from rnncourse import gru, language, lstm, model, rnn
from tests.scalar import assert_close

equation = pytest.mark.equation


@equation("eq-streams")
@pytest.mark.parametrize("N, B, T", [(100, 3, 7), (61, 4, 5), (13, 2, 3), (12, 2, 3), (7, 1, 6)])
def test_each_stream_is_a_piece_of_the_text_and_goes_on_from_batch_to_batch(rng, N, B, T):
    ids = rng.integers(0, 9, N)
    n = (N - 1) // B
    batches = language.streams(ids, B, T)
    assert len(batches) == n // T
    for k, (symbols, following) in enumerate(batches):
        assert symbols.shape == following.shape == (T, B)
        for b in range(B):
            for t in range(T):
                place = b * n + k * T + t
                pair = symbols[t, b], following[t, b]
                np.testing.assert_array_equal(pair, ids[place : place + 2])


@pytest.mark.parametrize("B, T", [(0, 3), (3, 0), (4, 5), (2, 10)])
def test_streams_refuse_what_the_text_does_not_hold(B, T):
    with pytest.raises(ValueError, match=f"got {B} and {T}"):
        language.streams(np.arange(20), B, T)


@equation("eq-perplexity")
@equation("eq-bits")
def test_a_uniform_guess_over_v_symbols_has_perplexity_v_and_log2_v_bits():
    for V in (2, 6, 78):
        surprise = -np.log(1 / V)
        assert language.perplexity(surprise) == pytest.approx(V, rel=1e-12)
        assert language.bits(surprise) == pytest.approx(np.log2(V), rel=1e-12)
        assert 2 ** language.bits(surprise) == pytest.approx(language.perplexity(surprise))


@equation("eq-temperature")
@pytest.mark.parametrize("temperature", [0.3, 1.0, 2.0])
def test_temperature_raises_probabilities_to_a_power(rng, temperature):
    logits = rng.normal(size=(3, 5))
    p = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    powered = p ** (1 / temperature)
    expected = powered / powered.sum(axis=-1, keepdims=True)
    assert_close(language.with_temperature(logits, temperature), expected)


def test_near_zero_only_the_likeliest_is_left_and_nothing_overflows():
    p = language.with_temperature(np.array([5.0, 1000.0, 999.0]), 1e-3)
    assert p.tolist() == [0, 1, 0]
    for temperature in (0, -1, np.nan):
        with pytest.raises(ValueError, match="temperature: expected a number above 0"):
            language.with_temperature(p, temperature)


def talkative(cell, V=4):
    """A model whose scores are sharp enough to have opinions."""
    params = model.init_params(np.random.default_rng(3), cell, V, 5, V)
    return params._replace(head=params.head._replace(W_y=6 * params.head.W_y))


@equation("eq-sample")
@pytest.mark.parametrize("cell", [rnn, lstm, gru])
def test_symbols_are_drawn_as_often_as_the_model_says(cell):
    params, rng = talkative(cell), np.random.default_rng(0)
    start = np.array([1, 2])
    drawn = [tuple(language.sample(cell, params, rng, start, 2, 0.8)) for _ in range(3000)]
    y, _ = model.predict(cell, params, np.eye(4)[[1, 2]][:, None])
    first = language.with_temperature(y[-1, 0], 0.8)
    for a in range(4):
        y, _ = model.predict(cell, params, np.eye(4)[[1, 2, a]][:, None])
        second = language.with_temperature(y[-1, 0], 0.8)
        for b in range(4):
            share = np.mean([pair == (a, b) for pair in drawn])
            assert abs(share - first[a] * second[b]) < 0.04


def test_cold_samples_follow_the_likeliest_symbol_and_seeds_repeat():
    params = talkative(gru)
    start = np.array([0])
    cold = language.sample(gru, params, np.random.default_rng(0), start, 6, 1e-6)
    text = [0]
    for symbol in cold:
        y, _ = model.predict(gru, params, np.eye(4)[text][:, None])
        assert y[-1, 0].argmax() == symbol
        text.append(symbol)
    one, other = (
        language.sample(gru, params, np.random.default_rng(7), start, 20) for _ in range(2)
    )
    np.testing.assert_array_equal(one, other)


def test_float32_models_write_too():
    params = model.init_params(np.random.default_rng(0), gru, 3, 5, 3, np.float32)
    assert language.sample(gru, params, np.random.default_rng(0), np.array([0]), 5).shape == (5,)


def test_samples_need_a_start_and_a_length():
    params, rng = talkative(gru), np.random.default_rng(0)
    with pytest.raises(ValueError, match="start: expected at least one symbol"):
        language.sample(gru, params, rng, np.array([], int), 5)
    with pytest.raises(ValueError, match="n: expected a number of steps"):
        language.sample(gru, params, rng, np.array([0]), 0)
