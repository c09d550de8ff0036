"""Train an encoder and a decoder on number names, and count whole translations that are right."""

from typing import Any, NamedTuple

import numpy as np

from rnncourse import decoding, gru, number_names, optim, train, translate


class Translator(NamedTuple):
    """A trained network and the words that it knows."""

    params: Any
    source_words: dict
    target_words: dict


def learn(numbers, seed, plan, H=64, B=64, attend=False):
    """Train on the names of `numbers`; `plan` lists (steps, learning rate)."""
    rng = np.random.default_rng(seed)
    sources, targets = number_names.pairs(numbers)
    words = translate.vocabulary(sources), translate.vocabulary(targets)
    params = translate.init_params(
        rng, gru, len(words[0]), H, len(words[1]), attend, dtype=np.float32
    )

    def loss_and_grads(params, chosen):
        pairs = [sources[i] for i in chosen], [targets[i] for i in chosen]
        return translate.loss_and_grads(gru, params, translate.batch(*pairs, *words, np.float32))

    for steps, lr in plan:
        batches = (rng.integers(0, len(sources), B) for _ in range(steps))
        params = train.fit(loss_and_grads, params, batches, optim.adam, lr=lr).params
    return Translator(params, *words)


def right(translator, numbers, width=1):
    """(N,) bool: which names come out right in every word, greedily or with a beam."""
    sources, targets = number_names.pairs(numbers)
    french = list(translator.target_words)
    limit = max(map(len, targets)) + 3
    if width > 1:
        written = [_by_beam(translator, source, width, limit) for source in sources]
    else:
        source, lengths = translate.padded(sources, translator.source_words)
        x = np.eye(len(translator.source_words), dtype=np.float32)[source]
        written, _ = decoding.greedy(gru, translator.params, x, lengths, limit)
    said = [[french[k] for k in words] for words in written]
    return np.array([one == other for one, other in zip(said, targets, strict=True)])


def dictionary():
    """Each English word and what it is called in French, standing alone."""
    entries = {"and": [], "hundred": ["cent"], "thousand": ["mille"]}
    for n in [*range(20), *range(20, 100, 10)]:
        entries[number_names.words(n, "en")[0]] = number_names.words(n, "fr")
    return entries | {"eighty": ["quatre", "vingt"]}  # as it stands before another word


def right_by_dictionary(numbers):
    """(N,) bool: which names come out right when each word is looked up alone."""
    entries = dictionary()
    sources, targets = number_names.pairs(numbers)
    said = [[french for word in source for french in entries[word]] for source in sources]
    return np.array([one == other for one, other in zip(said, targets, strict=True)])


def _by_beam(translator, source, width, limit):
    numbers = [translator.source_words[word] for word in source]
    x = np.eye(len(translator.source_words), dtype=np.float32)[numbers][:, None]
    found = decoding.beam(gru, translator.params, x, width, limit)
    return found[0][1] if found else []
