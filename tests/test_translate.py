"""Encoder and decoder against sentences read one at a time, slopes, and attention by loops."""

import numpy as np
import pytest

from rnncourse import attention, gradients, gru, gru_reset_after, head, lstm, rnn, translate, unroll
from rnncourse.tree import leaves

equation = pytest.mark.equation
CELLS = [rnn, gru, gru_reset_after]
SOURCES = [["a", "b"], ["c", "a", "b", "c"], ["b"]]
TARGETS = [["x", "y", "x"], ["z"], ["y", "y", "y", "z", "x"]]
SOURCE_WORDS = translate.vocabulary(SOURCES)
TARGET_WORDS = translate.vocabulary(TARGETS)


def make_batch(chosen=(0, 1, 2), dtype=float):
    pairs = [SOURCES[i] for i in chosen], [TARGETS[i] for i in chosen]
    return translate.batch(*pairs, SOURCE_WORDS, TARGET_WORDS, dtype)


def make_params(cell=gru, attend=False, dtype=float):
    rng = np.random.default_rng(1)
    return translate.init_params(rng, cell, 4, 5, 4, attend, dtype)


def read_and_write(cell, params, b):
    """One pair by `unroll` and loops: the log probability of each of its words."""
    source = translate.padded([SOURCES[b]], SOURCE_WORDS)[0][:, 0]
    states, last, _ = unroll(cell, params.encoder, np.eye(4)[source][:, None])
    words = [0, *(TARGET_WORDS[word] for word in TARGETS[b]), 0]
    out, _, _ = unroll(cell, params.decoder, np.eye(4)[words[:-1]][:, None], last)
    found = []
    for h, word in zip(out[:, 0], words[1:], strict=True):
        if len(params.head.W_y) == 10:
            likeness = [np.exp(sum(h * e)) for e in states[:, 0]]
            pairs = zip(likeness, states[:, 0], strict=True)
            h = np.concatenate([h, sum(w * e for w, e in pairs) / sum(likeness)])
        scores = np.exp(h @ params.head.W_y + params.head.b_y)
        found.append(np.log(scores[word] / scores.sum()))
    return found


def test_a_batch_holds_each_pair_in_a_column_with_end_around_the_translation():
    batch = make_batch()
    assert batch.source.shape == (4, 3, 4) and batch.lengths.tolist() == [2, 4, 1]
    assert batch.source.argmax(-1)[:, 1].tolist() == [3, 1, 2, 3]
    assert batch.source.argmax(-1)[:, 2].tolist() == [2, 0, 0, 0]
    assert batch.given.argmax(-1)[:, 0].tolist() == [0, 1, 2, 1, 0, 0]
    assert batch.targets[:, 0].tolist() == [1, 2, 1, 0, 0, 0]
    assert batch.mask.sum(axis=0).tolist() == [4, 2, 6]
    assert batch.mask[:2, 1].all() and not batch.mask[2:, 1].any()


def test_vocabulary_gives_each_word_a_number_once():
    assert translate.vocabulary([["b", "."], ["a", "b"]]) == {".": 0, "a": 1, "b": 2}


@equation("eq-encode")
@pytest.mark.parametrize("cell", CELLS)
def test_what_is_remembered_is_the_state_after_each_sentences_own_end(cell):
    params, batch = make_params(cell), make_batch()
    memory, _ = translate.encode(cell, params, batch.source, batch.lengths)
    for b, sentence in enumerate(SOURCES):
        alone = batch.source[: len(sentence), b : b + 1]
        _, last, _ = unroll(cell, params.encoder, alone)
        np.testing.assert_allclose(memory.last[b], last[0], rtol=1e-12, atol=1e-14)


@equation("eq-decode")
@equation("eq-masked-loss")
@equation("eq-attention-read")
@pytest.mark.parametrize("attend", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_loss_is_the_mean_over_all_words_of_pairs_taken_one_by_one(cell, attend):
    params = make_params(cell, attend)
    loss, _ = translate.loss_and_grads(cell, params, make_batch())
    words = [log_p for b in range(3) for log_p in read_and_write(cell, params, b)]
    assert len(words) == 4 + 2 + 6
    assert loss == pytest.approx(-np.mean(words), rel=1e-12)


@equation("eq-encode-backward")
@pytest.mark.parametrize("attend", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_gradients_pass_the_check(cell, attend):
    batch = make_batch()
    worst = gradients.check(
        lambda params: translate.loss_and_grads(cell, params, batch), make_params(cell, attend)
    )
    assert worst < 1e-7


@pytest.mark.parametrize("attend", [False, True])
def test_padding_changes_neither_loss_nor_gradients(attend):
    params = make_params(attend=attend)
    short = make_batch((0, 2))
    more = [(0, 3), (0, 0), (0, 0)]
    long = short._replace(
        source=np.pad(short.source, more, constant_values=7.0),
        given=np.pad(short.given, more),
        targets=np.pad(short.targets, more[:2], constant_values=-1),
        mask=np.pad(short.mask, more[:2]),
    )
    one, other = (translate.loss_and_grads(gru, params, batch) for batch in (short, long))
    for a, b in zip(leaves(one), leaves(other), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("attend", [False, True])
def test_float32_stays_float32(attend):
    batch = make_batch(dtype=np.float32)
    params = make_params(attend=attend, dtype=np.float32)
    _, grads = translate.loss_and_grads(gru, params, batch)
    assert {array.dtype for array in leaves((params, grads))} == {np.dtype(np.float32)}


def test_an_lstm_is_refused_because_its_outputs_show_half_of_its_state():
    params, batch = make_params(), make_batch()
    with pytest.raises(TypeError, match="whose state is its output, got rnncourse.lstm"):
        translate.encode(lstm, params, batch.source, batch.lengths)


def test_wrong_sentences_are_refused():
    with pytest.raises(ValueError, match="at least one"):
        translate.padded([], SOURCE_WORDS)
    with pytest.raises(ValueError, match="at least one word"):
        translate.padded([["a"], []], SOURCE_WORDS)
    with pytest.raises(ValueError, match="got also.*'q'"):
        translate.padded([["a", "q"]], SOURCE_WORDS)
    with pytest.raises(ValueError, match="translations: expected 2, got 1"):
        translate.batch(SOURCES[:2], TARGETS[:1], SOURCE_WORDS, TARGET_WORDS)


def lookup(query, states, lengths):
    """Attention by loops."""
    T, B, H = query.shape
    context, weights = np.zeros((T, B, H)), np.zeros((B, T, len(states)))
    for t in range(T):
        for b in range(B):
            scores = [query[t, b] @ states[j, b] for j in range(lengths[b])]
            total = sum(np.exp(score) for score in scores)
            for j, score in enumerate(scores):
                weights[b, t, j] = np.exp(score) / total
                context[t, b] += weights[b, t, j] * states[j, b]
    return context, weights


@pytest.fixture
def looked(rng):
    return rng.normal(size=(5, 3, 4)), rng.normal(size=(6, 3, 4)), np.array([6, 1, 4])


@equation("eq-attention-scores")
@equation("eq-attention-weights")
@equation("eq-attention-context")
def test_attention_equals_loops_and_gives_padding_nothing(looked):
    context, cache = attention.forward(*looked)
    expected, weights = lookup(*looked)
    np.testing.assert_allclose(context, expected, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(cache.weights, weights, rtol=1e-12, atol=1e-14)
    assert not cache.weights[1, :, 1:].any() and (cache.weights[1, :, 0] == 1).all()


@equation("eq-attention-dweights")
@equation("eq-attention-dscores")
@equation("eq-attention-dstates")
def test_attention_backward_passes_the_check(rng, looked):
    query, states, lengths = looked
    dcontext = rng.normal(size=query.shape)

    def f(pair):
        context, cache = attention.forward(*pair, lengths)
        return np.sum(context * dcontext), attention.backward(cache, dcontext)

    assert gradients.check(f, (query, states)) < 1e-7


def test_large_scores_do_not_overflow():
    states = 1e3 * np.array([[[1.0, 0.0]], [[0.0, 1.0]]])
    context, _ = attention.forward(states, states, np.array([2]))
    np.testing.assert_array_equal(context, states)


def test_the_read_out_tells_whether_the_decoder_attends():
    assert translate.attends(make_params(attend=True)) and not translate.attends(make_params())
    assert isinstance(make_params().head, head.Params)
