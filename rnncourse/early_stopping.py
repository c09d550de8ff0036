"""Training that keeps the parameters which did best on data it did not learn from."""

from typing import Any, NamedTuple

import numpy as np

from rnncourse import optim


class Result(NamedTuple):
    """What training with early stopping leaves behind."""

    params: Any  # those with the lowest score
    steps: int  # after how many steps that was
    scores: np.ndarray  # (looks,) the score after every `every` steps


def fit(loss_and_grads, params, batches, score, every=20, lr=1e-3, clip=1.0):
    """Take one step of Adam for each batch, look at the score from time to time, keep the best.

    Parameters
    ----------
    loss_and_grads : callable
        ``loss_and_grads(params, batch) -> (loss, grads)``.
    params : tree of ndarray
        Not changed.
    batches : iterable
        Finite, at least `every` of them.
    score : callable
        ``score(params) -> float`` on data for tuning, lower is better. Never the data that judge
        the result: their best moment would be chosen for them.
    every : int
        Steps from one look to the next.
    lr : float
    clip : float
        Limit on the gradient's norm.

    Returns
    -------
    Result

    Raises
    ------
    ValueError
        If there are fewer than `every` batches, or no score is a number.
    """
    state, scores = None, []
    best, kept, steps = np.inf, None, 0
    for step, batch in enumerate(batches, start=1):
        _, grads = loss_and_grads(params, batch)
        grads, _ = optim.clip_by_norm(grads, clip)
        params, state = optim.adam(params, grads, state, lr=lr)
        if step % every == 0:
            scores.append(score(params))
            if scores[-1] < best:
                best, kept, steps = scores[-1], params, step
    if kept is None:
        raise ValueError(
            f"batches: expected at least {every}, and a score that is a number, got scores {scores}"
        )
    return Result(kept, steps, np.array(scores))
