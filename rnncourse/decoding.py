"""From a trained encoder and decoder to a translation: word by word, or with a beam."""

from typing import Any, NamedTuple

import numpy as np

from rnncourse import attention, head
from rnncourse.data import one_hot
from rnncourse.translate import Memory, attends, encode


class Partial(NamedTuple):
    """A translation that may still grow."""

    score: float  # log probability of its words so far
    words: tuple  # their numbers, END not among them
    state: Any  # ndarray (1, H) after the last of them


def step(cell, params, memory, words, state):
    """Write one word more of each translation: what may come next, and how likely.

    Parameters
    ----------
    cell : module
    params : translate.Params
    memory : translate.Memory
    words : ndarray of int (B,)
        The last word of each; END (0) at the start.
    state : ndarray (B, H)
        The decoder's.

    Returns
    -------
    log_p : ndarray (B, V)
        Log probability of each word.
    state : ndarray (B, H)
    weights : ndarray (B, S) or None
        Where attention looked; None without attention.
    """
    V = len(params.decoder.W_x)
    _, state, _ = cell.step(params.decoder, one_hot(words, V, state.dtype), state)
    read, weights = state, None
    if attends(params):
        context, looked = attention.forward(state[None], memory.states, memory.lengths)
        read, weights = np.concatenate([state, context[0]], axis=-1), looked.weights[:, 0]
    logits, _ = head.forward(params.head, read)
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)), state, weights


def greedy(cell, params, source, lengths, limit):
    """Translate a batch, taking the likeliest word at every step.

    Parameters
    ----------
    cell : module
    params : translate.Params
    source : ndarray (S, B, D)
        One-hot.
    lengths : ndarray of int (B,)
        Words of each source.
    limit : int
        Most words of a translation.

    Returns
    -------
    translations : list of list of int
        Word numbers without END; of length `limit` where END did not come.
    weights : list of ndarray (B, S)
        Where attention looked, step by step; empty without attention.

    Notes
    -----
    Source: equation eq-greedy.
    """
    memory, _ = encode(cell, params, source, lengths)
    state, words = memory.last, np.zeros(len(lengths), int)
    written, looked = [], []
    for _ in range(limit):
        log_p, state, weights = step(cell, params, memory, words, state)
        words = log_p.argmax(axis=-1)  # eq-greedy
        written.append(words)
        looked += [] if weights is None else [weights]
    rows = np.transpose(written).tolist()  # (B, limit)
    return [row[: row.index(0)] if 0 in row else row for row in rows], looked


def beam(cell, params, source, width, limit):
    """Translate one sentence, following the `width` likeliest beginnings side by side.

    Parameters
    ----------
    cell : module
    params : translate.Params
    source : ndarray (S, 1, D)
        One-hot, without padding.
    width : int
        1 is greedy decoding.
    limit : int
        Most words of a translation.

    Returns
    -------
    list of (float, list of int)
        Up to `width` finished translations, the likeliest first: log probability, word numbers.
        Shorter when fewer reach END within `limit` words; perhaps empty.

    Raises
    ------
    ValueError
        If `width` is below 1, or `source` holds more than one sentence.

    Notes
    -----
    Source: equation eq-sequence-probability.
    """
    if width < 1 or source.shape[1] != 1:
        raise ValueError(
            f"width, source: expected at least 1 and one sentence, got {width} and shape "
            f"{source.shape}"
        )
    memory, _ = encode(cell, params, source, np.array([len(source)]))
    alive, finished = [Partial(0.0, (), memory.last)], []
    for _ in range(limit + 1):
        words = np.array([partial.words[-1] if partial.words else 0 for partial in alive])
        states = np.concatenate([partial.state for partial in alive])
        log_p, states, _ = step(cell, params, _repeated(memory, len(alive)), words, states)
        so_far = np.array([[partial.score] for partial in alive])
        scores = so_far + log_p  # eq-sequence-probability
        best = np.argsort(-scores, axis=None, kind="stable")[:width]
        grown = []
        for k, word in zip(*np.unravel_index(best, scores.shape), strict=True):
            score, words = float(scores[k, word]), alive[k].words
            if word == 0:
                finished.append((score, list(words)))
            else:
                grown.append(Partial(score, (*words, int(word)), states[k : k + 1]))
        alive = grown
        finished = sorted(finished, key=lambda each: -each[0])[:width]
        worst = finished[-1][0] if len(finished) == width else -np.inf
        if not alive or alive[0].score <= worst:  # a score only falls: nothing better can come
            break
    return finished


def _repeated(memory, n):
    """The memory of one sentence for n translations of it."""
    states = np.repeat(memory.states, n, axis=1)
    return Memory(states, np.repeat(memory.lengths, n), np.repeat(memory.last, n, axis=0))
