"""Greedy decoding and the beam against every translation there is."""

from itertools import product

import numpy as np
import pytest

from rnncourse import decoding, gru, translate, unroll
from tests.test_translate import SOURCES, make_batch, make_params

equation = pytest.mark.equation


def sharp(attend=False):
    """Weights so large that the network has opinions."""
    params = make_params(attend=attend)
    return params._replace(head=params.head._replace(W_y=4 * params.head.W_y))


def alone(b):
    return make_batch((b,)).source


def log_p(params, source, words):
    """Log probability of a whole translation, END included: all at once, no decoder of ours."""
    batch = translate.Batch(
        source,
        np.array([len(source)]),
        np.eye(4)[[0, *words]][:, None],
        np.array([*words, 0])[:, None],
        np.ones((len(words) + 1, 1), bool),
    )
    loss, _ = translate.loss_and_grads(gru, params, batch)
    return -loss * (len(words) + 1)


@pytest.mark.parametrize("attend", [False, True])
def test_a_step_gives_probabilities_and_says_where_it_looked(attend):
    params, batch = sharp(attend), make_batch()
    memory, _ = translate.encode(gru, params, batch.source, batch.lengths)
    logs, state, weights = decoding.step(gru, params, memory, np.array([0, 2, 1]), memory.last)
    np.testing.assert_allclose(np.exp(logs).sum(axis=-1), 1, rtol=1e-12)
    _, expected, _ = unroll(gru, params.decoder, np.eye(4)[[[0, 2, 1]]], memory.last)
    np.testing.assert_allclose(state, expected, rtol=1e-12, atol=1e-14)
    if attend:
        np.testing.assert_allclose(weights.sum(axis=-1), 1, rtol=1e-12)
        assert weights[2].tolist() == [1, 0, 0, 0]  # that source has one word
    else:
        assert weights is None


@equation("eq-greedy")
@pytest.mark.parametrize("attend", [False, True])
def test_greedy_takes_the_likeliest_word_each_time(attend):
    params, batch = sharp(attend), make_batch()
    found, looked = decoding.greedy(gru, params, batch.source, batch.lengths, limit=4)
    assert len(looked) == (4 if attend else 0)
    for b, words in enumerate(found):
        source = alone(b)
        for t in range(len(words) + (len(words) < 4)):
            next_word = words[t] if t < len(words) else 0
            begun = [
                translate_score(params, source, [*words[:t], word]) for word in range(1, 4)
            ] + [log_p(params, source, words[:t])]
            np.testing.assert_array_equal((*range(1, 4), 0)[int(np.argmax(begun))], next_word)


def translate_score(params, source, words):
    """Log probability of a beginning: the sum over all that may follow it next."""
    ended = log_p(params, source, words)
    batch = translate.Batch(
        source,
        np.array([len(source)]),
        np.eye(4)[[0, *words]][:, None],
        np.array([*words, 0])[:, None],
        np.arange(len(words) + 1)[:, None] == len(words),
    )
    last, _ = translate.loss_and_grads(gru, params, batch)
    return ended + last


def test_greedy_ends_where_end_comes_or_at_the_limit():
    params = sharp()
    batch = make_batch()
    quiet = params._replace(head=params.head._replace(b_y=np.array([99.0, 0, 0, 0])))
    assert decoding.greedy(gru, quiet, batch.source, batch.lengths, 5)[0] == [[], [], []]
    chatty = params._replace(head=params.head._replace(b_y=np.array([0, 99.0, 0, 0])))
    assert decoding.greedy(gru, chatty, batch.source, batch.lengths, 2)[0] == 3 * [[1, 1]]


@equation("eq-sequence-probability")
@pytest.mark.parametrize("attend", [False, True])
@pytest.mark.parametrize("b", range(len(SOURCES)))
def test_a_wide_beam_finds_the_likeliest_of_all_translations(b, attend):
    params, source = sharp(attend), alone(b)
    everything = [words for n in range(4) for words in product(range(1, 4), repeat=n)]
    ranked = sorted(((log_p(params, source, w), list(w)) for w in everything), reverse=True)
    found = decoding.beam(gru, params, source, width=200, limit=3)
    assert len(found) == len(everything)
    for (score, words), (expected, best) in zip(found, ranked, strict=True):
        assert words == best and score == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("attend", [False, True])
def test_a_beam_of_one_is_greedy(attend):
    params, batch = sharp(attend), make_batch()
    params = params._replace(head=params.head._replace(b_y=np.array([1.0, 0, 0, 0])))
    greedy, _ = decoding.greedy(gru, params, batch.source, batch.lengths, limit=12)
    compared = 0
    for b, words in enumerate(greedy):
        found = decoding.beam(gru, params, alone(b), width=1, limit=12)
        if len(words) < 12:
            compared += 1
            assert [found_words for _, found_words in found] == [words]
    assert compared


def test_a_beam_stops_as_soon_as_nothing_better_can_come(monkeypatch):
    params = sharp()
    params = params._replace(head=params.head._replace(b_y=np.array([9.0, 0, 0, 0])))
    taken, step = [], decoding.step
    monkeypatch.setattr(decoding, "step", lambda *a: taken.append(1) or step(*a))
    assert decoding.beam(gru, params, alone(0), width=1, limit=50)[0][1] == []
    assert len(taken) == 1
    taken.clear()
    assert len(decoding.beam(gru, params, alone(0), width=2, limit=50)) == 2
    assert len(taken) < 10


def test_a_beam_may_come_back_empty_and_refuses_what_it_cannot_do():
    params = sharp()
    chatty = params._replace(head=params.head._replace(b_y=np.array([-99.0, 0, 0, 0])))
    assert decoding.beam(gru, chatty, alone(0), width=2, limit=3) == []
    with pytest.raises(ValueError, match="got 0 and shape"):
        decoding.beam(gru, params, alone(0), width=0, limit=3)
    with pytest.raises(ValueError, match="one sentence"):
        decoding.beam(gru, params, make_batch().source, width=2, limit=3)
