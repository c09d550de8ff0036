"""Counting with Kneser-Ney smoothing, against the definition by dictionaries and recursion."""

from collections import Counter

import numpy as np
import pytest

from rnncourse import ngrams

equation = pytest.mark.equation


def by_recursion(text, V, order, symbol, context):
    """p(symbol | context): interpolated Kneser-Ney, written as in Chen and Goodman 1999."""

    def counts(n):
        grams = [tuple(text[i : i + n]) for i in range(len(text) - n + 1)]
        if n == order:
            return Counter(grams)
        before = {tuple(text[i : i + n + 1]) for i in range(len(text) - n)}
        return Counter(gram[1:] for gram in before)

    def p(symbol, context):
        n = len(context) + 1
        below = p(symbol, context[1:]) if context else 1 / V
        counted = counts(n)
        n1, n2 = (sum(c == k for c in counted.values()) for k in (1, 2))
        discount = n1 / (n1 + 2 * n2) if n1 else 0.5
        following = {gram[-1]: c for gram, c in counted.items() if gram[:-1] == context}
        if not following:
            return below
        total = sum(following.values())
        kept = max(following.get(symbol, 0) - discount, 0) / total
        return kept + discount * len(following) / total * below

    return p(symbol, tuple(context))


@pytest.fixture
def text(rng):
    """Symbol 4 of 5 is never seen."""
    return np.cumsum(rng.choice(2, 60)) % 4 * rng.integers(0, 2, 60)


@equation("eq-kneser-ney")
@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_probabilities_are_those_of_the_definition(rng, text, order):
    model = ngrams.fit(text, 5, order)
    assert model.order == order
    sequences = rng.integers(0, 5, (40, order))
    found = ngrams.probability(model, sequences)
    for row, p in zip(sequences.tolist(), found, strict=True):
        expected = by_recursion(text.tolist(), 5, order, row[-1], row[:-1])
        assert p == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_after_any_context_the_probabilities_of_all_symbols_add_up_to_one(rng, text, order):
    model = ngrams.fit(text, 5, order)
    for context in rng.integers(0, 5, (20, order - 1)):
        rows = np.array([[*context, symbol] for symbol in range(5)])
        p = ngrams.probability(model, rows)
        assert p.min() > 0 and p.sum() == pytest.approx(1, rel=1e-12)


def test_surprise_is_minus_log_two_of_the_probability(text):
    model = ngrams.fit(text, 5, 3)
    bits = ngrams.surprise(model, np.array([0, 1, 4, 0, 2]))
    p = ngrams.probability(model, np.array([[0, 1, 4], [1, 4, 0], [4, 0, 2]]))
    np.testing.assert_allclose(2**-bits, p, rtol=1e-12)


def test_symbols_that_follow_many_others_are_likelier_when_the_context_is_new():
    # 1 is common, but always after 0; 2 is rarer and stands behind everything
    text = np.array([0, 1] * 20 + [3, 2, 0, 2, 1, 2, 2, 0, 1])
    model = ngrams.fit(text, 5, 2)
    one, two = ngrams.probability(model, np.array([[4, 1], [4, 2]]))
    assert two > one


def test_wrong_texts_and_orders_are_refused(text):
    for order in (0, 60, 28):
        with pytest.raises(ValueError, match=f"order: expected 1 to 59 .* got {order}"):
            ngrams.fit(text, 5, order)
    with pytest.raises(ValueError, match="ids: expected 0 to 2, got 0 to 3"):
        ngrams.fit(text, 3, 2)
    model = ngrams.fit(text, 5, 3)
    with pytest.raises(ValueError, match=r"sequences: expected \(N, 3\), got \(4, 2\)"):
        ngrams.probability(model, np.zeros((4, 2), int))
    with pytest.raises(ValueError, match="ids: expected at least 3 symbols, got 2"):
        ngrams.surprise(model, np.array([0, 1]))
