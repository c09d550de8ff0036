"""An encoder and a decoder: one network reads a sentence, another writes its translation.

After Sutskever, Vinyals and Le 2014, arXiv:1409.3215, and Cho et al. 2014, arXiv:1406.1078.
For cells whose state is their output: `rnn`, `gru`, `gru_reset_after`.
"""

from typing import Any, NamedTuple

import numpy as np

from rnncourse import attention, fused, head, losses
from rnncourse.data import one_hot

END = "."  # stands after each sentence, and before each that is written; always word 0


class Params(NamedTuple):
    """Weights of the two networks and of the read-out."""

    encoder: Any  # the cell's own type, D = words of the source language
    decoder: Any  # the cell's own type, D = words of the target language
    head: head.Params  # reads H numbers, or 2H with attention


class Batch(NamedTuple):
    """Sentence pairs, padded to one length: time first."""

    source: np.ndarray  # (S, B, D) one-hot
    lengths: np.ndarray  # (B,) words of each source
    given: np.ndarray  # (T, B, V) one-hot: END, then the translation
    targets: np.ndarray  # (T, B) word numbers: the translation, then END
    mask: np.ndarray  # (T, B) True where a target is real


class Memory(NamedTuple):
    """What the decoder is told of a source."""

    states: np.ndarray  # (S, B, H) the encoder's, padding included
    lengths: np.ndarray  # (B,)
    last: np.ndarray  # (B, H) the state after each sentence's own last word


def vocabulary(sentences):
    """Number the words of some sentences, END first.

    Parameters
    ----------
    sentences : list of list of str

    Returns
    -------
    dict
        From word to number.

    Examples
    --------
    >>> vocabulary([["vingt", "et", "un"], ["un"]])
    {'.': 0, 'et': 1, 'un': 2, 'vingt': 3}
    """
    found = sorted({word for sentence in sentences for word in sentence} - {END})
    return {word: number for number, word in enumerate([END, *found])}


def padded(sentences, vocabulary):
    """Put sentences side by side, each in a column; END fills what is left.

    Parameters
    ----------
    sentences : list of list of str
    vocabulary : dict
        From `vocabulary`.

    Returns
    -------
    numbers : ndarray of int (S, B)
    lengths : ndarray of int (B,)

    Raises
    ------
    ValueError
        If there is no sentence, one is empty, or a word is not in the vocabulary.

    Examples
    --------
    >>> padded([["a", "b"], ["b"]], {".": 0, "a": 1, "b": 2})
    (array([[1, 2],
           [2, 0]]), array([2, 1]))
    """
    lengths = np.array([len(sentence) for sentence in sentences], int)
    if not lengths.size or not lengths.all():
        raise ValueError("sentences: expected at least one, each with at least one word")
    unknown = {word for sentence in sentences for word in sentence} - vocabulary.keys()
    if unknown:
        raise ValueError(f"sentences: expected words of the vocabulary, got also {sorted(unknown)}")
    numbers = np.full((lengths.max(), len(sentences)), vocabulary[END])
    for b, sentence in enumerate(sentences):
        numbers[: len(sentence), b] = [vocabulary[word] for word in sentence]
    return numbers, lengths


def batch(sources, translations, source_words, target_words, dtype=float):
    """Make a batch of sentence pairs.

    Parameters
    ----------
    sources, translations : list of list of str
    source_words, target_words : dict
        From `vocabulary`.
    dtype : dtype
        float32 or float64.

    Returns
    -------
    Batch

    Raises
    ------
    ValueError
        If the lists differ in length, or as `padded`.
    """
    if len(sources) != len(translations):
        raise ValueError(f"translations: expected {len(sources)}, got {len(translations)}")
    source, lengths = padded(sources, source_words)
    framed, target_lengths = padded([[END, *t, END] for t in translations], target_words)
    targets = framed[1:]
    mask = np.arange(len(targets))[:, None] < target_lengths - 1
    return Batch(
        one_hot(source, len(source_words), dtype),
        lengths,
        one_hot(framed[:-1], len(target_words), dtype),
        targets,
        mask,
    )


def init_params(rng, cell, D, H, V, attend=False, dtype=float):
    """Draw the weights of an encoder, a decoder and a read-out.

    Parameters
    ----------
    rng : numpy.random.Generator
    cell : module
        `rnn`, `gru` or `gru_reset_after`.
    D, H, V : int
        Words of the source language, state width, words of the target language.
    attend : bool
        Give the read-out a place for attention's context, too.
    dtype : dtype
        float32 or float64.

    Returns
    -------
    Params
    """
    return Params(
        cell.init_params(rng, D, H, dtype),
        cell.init_params(rng, V, H, dtype),
        head.init_params(rng, 2 * H if attend else H, V, dtype),
    )


def encode(cell, params, source, lengths):
    """Read the sources.

    Parameters
    ----------
    cell : module
    params : Params
    source : ndarray (S, B, D)
        One-hot.
    lengths : ndarray of int (B,)

    Returns
    -------
    memory : Memory
    cache : fused.sequence.Cache
        For the backward pass.

    Raises
    ------
    TypeError
        If the cell's state is not its output (`lstm`).

    Notes
    -----
    Source: equation eq-encode.
    """
    if isinstance(cell.init_state(1, 1), tuple):
        raise TypeError(f"cell: expected one whose state is its output, got {cell.__name__}")
    states, _, cache = fused.forward(cell, params.encoder, source)
    last = states[lengths - 1, np.arange(len(lengths))]  # eq-encode
    return Memory(states, lengths, last), cache


def attends(params):
    """Whether the read-out of `params` has a place for attention's context."""
    return len(params.head.W_y) == 2 * len(params.decoder.W_h)


def loss_and_grads(cell, params, batch):
    """Read the sources, write the translations under teacher forcing, and go back.

    Parameters
    ----------
    cell : module
    params : Params
    batch : Batch

    Returns
    -------
    loss : float
        Mean cross-entropy of a word, in nats.
    grads : Params

    Notes
    -----
    Source: equations eq-decode, eq-masked-loss, eq-encode-backward.
    """
    memory, encoder_cache = encode(cell, params, batch.source, batch.lengths)
    out, _, cache = fused.forward(cell, params.decoder, batch.given, memory.last)  # eq-decode
    if attends(params):
        context, looked = attention.forward(out, memory.states, batch.lengths)
        out = np.concatenate([out, context], axis=-1)  # eq-attention-read
    logits, seen = head.forward(params.head, out)
    loss, dlogits = losses.masked_cross_entropy(logits, batch.targets, batch.mask)

    dout, head_grads = head.backward(params.head, seen, dlogits)
    dstates = np.zeros_like(memory.states)
    if attends(params):
        dout, dcontext = np.split(dout, 2, axis=-1)
        dquery, dstates = attention.backward(looked, dcontext)
        dout = dout + dquery
    _, dlast, decoder_grads = fused.backward(cell, cache, dout)
    dstates[batch.lengths - 1, np.arange(len(batch.lengths))] += dlast  # eq-encode-backward
    _, _, encoder_grads = fused.backward(cell, encoder_cache, dstates)
    return loss, Params(encoder_grads, decoder_grads, head_grads)
