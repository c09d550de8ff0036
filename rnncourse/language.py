"""Language models: text as parallel streams, how they are judged, how they write."""

import numpy as np

from rnncourse import checks, fused, head


def streams(ids, B, T):
    """Cut a text into B streams and read them side by side, T symbols at a time.

    Stream b of one batch goes on where it ended in the batch before, so a state can be carried.

    Parameters
    ----------
    ids : ndarray of int (N,)
    B, T : int
        Streams, and symbols of each in a batch; what is left over at the end is dropped.

    Returns
    -------
    list of (ndarray (T, B), ndarray (T, B))
        Symbols, and the symbols that follow them.

    Raises
    ------
    ValueError
        If `B` or `T` is below 1, or the text is too short for one batch.

    Examples
    --------
    >>> for symbols, following in streams(np.arange(13), B=2, T=3):
    ...     print(symbols.T.tolist(), following.T.tolist())
    [[0, 1, 2], [6, 7, 8]] [[1, 2, 3], [7, 8, 9]]
    [[3, 4, 5], [9, 10, 11]] [[4, 5, 6], [10, 11, 12]]
    """
    if B < 1 or T < 1 or len(ids) <= B * T:
        raise ValueError(
            f"B, T: expected at least 1, and B * T below {len(ids)}, the length of the text; "
            f"got {B} and {T}"
        )
    n = (len(ids) - 1) // B
    now, following = (part.reshape(B, n).T for part in (ids[: n * B], ids[1 : n * B + 1]))
    return [
        (now[t : t + T].copy(), following[t : t + T].copy())  # eq-streams
        for t in range(0, n - T + 1, T)
    ]


def perplexity(loss):
    """How many equally likely symbols would be as surprising as a mean `loss` in nats.

    Examples
    --------
    >>> round(perplexity(np.log(6)))  # a die
    6
    """
    return float(np.exp(loss))  # eq-perplexity


def bits(loss):
    """The mean surprise in bits of a `loss` in nats.

    Examples
    --------
    >>> bits(np.log(8))
    3.0
    """
    return float(loss / np.log(2))  # eq-bits


def with_temperature(logits, temperature):
    """Probabilities of a softmax, sharpened or flattened.

    Parameters
    ----------
    logits : ndarray (..., V)
    temperature : float
        1 leaves the model as it is, towards 0 only the likeliest is left, above 1 all come closer.

    Returns
    -------
    ndarray (..., V)

    Raises
    ------
    ValueError
        If `temperature` is not above 0.

    Notes
    -----
    Source: equation eq-temperature.

    Examples
    --------
    >>> with_temperature(np.log([0.2, 0.8]), 0.5).round(2)
    array([0.06, 0.94])
    """
    if not temperature > 0:
        raise ValueError(f"temperature: expected a number above 0, got {temperature}")
    scaled = (logits - logits.max(axis=-1, keepdims=True)) / temperature
    p = np.exp(scaled)  # eq-temperature
    return p / p.sum(axis=-1, keepdims=True)


def sample(cell, params, rng, start, n, temperature=1.0):
    """Let a model write: draw a symbol, read it, draw the next.

    Parameters
    ----------
    cell : module
        `rnn`, `lstm`, `gru` or `gru_reset_after`.
    params : model.Params
        Reads one-hot symbols and scores the next: D = V.
    rng : numpy.random.Generator
    start : ndarray of int (N,)
        What it reads before it writes; at least one symbol.
    n : int
        Symbols to write.
    temperature : float
        As for `with_temperature`.

    Returns
    -------
    ndarray of int (n,)

    Raises
    ------
    ValueError
        If `n` or `temperature` is not above 0, or `start` is empty.
    """
    checks.steps("n", n)
    if not len(start):
        raise ValueError("start: expected at least one symbol, got none")
    stream = fused.stream(cell, params.cell)
    rows = np.eye(len(params.cell.W_x), dtype=params.cell.W_x.dtype)
    for symbol in start:
        h = stream.step(rows[symbol])
    written = []
    for _ in range(n):
        logits, _ = head.forward(params.head, h)
        p = with_temperature(logits.astype(float), temperature)
        written.append(rng.choice(len(p), p=p))  # eq-sample
        h = stream.step(rows[written[-1]])
    return np.array(written)
