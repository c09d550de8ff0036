"""A language model that counts: n-grams with interpolated Kneser-Ney smoothing.

Kneser and Ney 1995, doi:10.1109/ICASSP.1995.479394, in the interpolated form of Chen and Goodman
1999, doi:10.1006/csla.1999.0128.
"""

from typing import NamedTuple

import numpy as np


class Table(NamedTuple):
    """What was counted of the sequences of one length n; sequences are numbers in base V."""

    grams: np.ndarray  # (M,) sorted
    counts: np.ndarray  # (M,) how often each; below the highest order, after how many symbols
    contexts: np.ndarray  # (C,) sorted, the first n - 1 symbols
    totals: np.ndarray  # (C,) sum of counts over what follows the context
    kinds: np.ndarray  # (C,) how many different symbols follow it
    discount: float  # what each count gives to sequences that were not seen


class Model(NamedTuple):
    """The counts of all orders, 1 first."""

    tables: list
    V: int

    @property
    def order(self):
        """The longest sequence that was counted."""
        return len(self.tables)


def fit(ids, V, order):
    """Count all sequences of up to `order` symbols.

    Parameters
    ----------
    ids : ndarray of int (N,)
        The text, numbers 0 to V - 1; longer than `order`.
    V : int
        Symbols of the alphabet.
    order : int
        1 knows how common each symbol is, 2 looks one symbol back, 5 looks four back.

    Returns
    -------
    Model

    Raises
    ------
    ValueError
        If `order` is below 1 or too large for the text or for 64 bits, or a number is not one
        of 0 to V - 1.

    Notes
    -----
    The discount of an order is n1 / (n1 + 2 n2), where n1 and n2 sequences were counted once and
    twice (Chen and Goodman 1999, section 2.7).
    """
    if not 1 <= order < len(ids) or V**order >= 2**63:
        raise ValueError(f"order: expected 1 to {len(ids) - 1} and V**order < 2**63, got {order}")
    if ids.min() < 0 or ids.max() >= V:
        raise ValueError(f"ids: expected 0 to {V - 1}, got {ids.min()} to {ids.max()}")
    tables = [_table(*np.unique(_grams(ids, order, V), return_counts=True), V)]
    for n in range(order - 1, 0, -1):
        longer = np.unique(_grams(ids, n + 1, V))  # each symbol in front counts once
        tables.append(_table(*np.unique(longer % V**n, return_counts=True), V))
    return Model(tables[::-1], V)


def probability(model, sequences):
    """How likely the last symbol of each sequence is after those before it.

    Parameters
    ----------
    model : Model
    sequences : ndarray of int (N, order)

    Returns
    -------
    ndarray (N,)
        Above 0 for every symbol of the alphabet.

    Raises
    ------
    ValueError
        If the sequences are not as long as the model's order.

    Notes
    -----
    Source: equation eq-kneser-ney.
    """
    if sequences.ndim != 2 or sequences.shape[1] != model.order:
        raise ValueError(f"sequences: expected (N, {model.order}), got {sequences.shape}")
    V = model.V
    code = sequences @ V ** np.arange(model.order - 1, -1, -1)
    p = np.full(len(code), 1 / V)  # below the lowest order: all symbols alike
    for n, table in enumerate(model.tables, start=1):
        gram = code % V**n
        count = _look_up(table.grams, table.counts, gram)
        total = _look_up(table.contexts, table.totals, gram // V)
        kinds = _look_up(table.contexts, table.kinds, gram // V)
        d, total = table.discount, np.where(total, total, 1)
        p_new = (np.maximum(count - d, 0) + d * kinds * p) / total  # eq-kneser-ney
        p = np.where(kinds, p_new, p)  # a context that was never seen adds nothing
    return p


def surprise(model, ids):
    """Bits of surprise at each symbol of a text.

    Parameters
    ----------
    model : Model
    ids : ndarray of int (N,)

    Returns
    -------
    ndarray (N - order + 1,)
        From the first symbol that has order - 1 symbols before it.

    Raises
    ------
    ValueError
        If the text is shorter than the model's order.

    Examples
    --------
    >>> model = fit(np.array([0, 1, 0, 1, 0, 1, 0]), V=2, order=2)
    >>> bits = surprise(model, np.array([0, 1, 0, 0]))
    >>> bool(bits[2] > bits[1])  # 0 after 0 was never seen
    True
    """
    if len(ids) < model.order:
        raise ValueError(f"ids: expected at least {model.order} symbols, got {len(ids)}")
    return -np.log2(probability(model, np.lib.stride_tricks.sliding_window_view(ids, model.order)))


def _grams(ids, n, V):
    """All sequences of n symbols, each as one number."""
    return np.lib.stride_tricks.sliding_window_view(ids, n) @ V ** np.arange(n - 1, -1, -1)


def _table(grams, counts, V):
    contexts, start, kinds = np.unique(grams // V, return_index=True, return_counts=True)
    once, twice = np.count_nonzero(counts == 1), np.count_nonzero(counts == 2)
    discount = once / (once + 2 * twice) if once else 0.5
    totals = np.add.reduceat(counts, start)
    return Table(grams, counts, contexts, totals, kinds, discount)


def _look_up(keys, values, wanted):
    """The values at these keys, 0 where a key is missing."""
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, values[place], 0)
