"""The training loop: batches in, better parameters out."""

from typing import Any, NamedTuple

import numpy as np

from rnncourse import optim


class Result(NamedTuple):
    """What training leaves behind."""

    params: Any  # trained parameters
    losses: np.ndarray  # (steps,) the loss of each batch, before its step
    norms: np.ndarray  # (steps,) the gradient's norm, before clipping


def fit(loss_and_grads, params, batches, optimiser=optim.adam, lr=1e-3, clip=1.0, progress=False):
    """Take one optimiser step for each batch.

    Parameters
    ----------
    loss_and_grads : callable
        ``loss_and_grads(params, batch) -> (loss, grads)``.
    params : tree of ndarray
        Not changed; the trained ones are new.
    batches : iterable
        Finite; give it a length to see how much is left.
    optimiser : callable
        ``optim.adam``, ``optim.momentum`` or ``optim.sgd``.
    lr : float
        Learning rate.
    clip : float or None
        Limit on the gradient's norm; None leaves gradients as they are.
    progress : bool
        Show a progress bar; needs tqdm.

    Returns
    -------
    Result
        Also after Ctrl-C: training ends early and nothing is lost.

    Raises
    ------
    FloatingPointError
        If a loss is NaN or infinite.
    ValueError
        If `batches` is empty.
    """
    if progress:
        from tqdm.auto import tqdm

        batches = tqdm(batches, unit="step")
    limit = np.inf if clip is None else clip
    losses, norms, state = [], [], None
    try:
        for batch in batches:
            loss, grads = loss_and_grads(params, batch)
            if not np.isfinite(loss):
                raise FloatingPointError(
                    f"loss: expected a finite number, got {loss} at step {len(losses)}; "
                    "lower lr or clip"
                )
            grads, norm = optim.clip_by_norm(grads, limit)
            params, state = optimiser(params, grads, state, lr=lr)
            losses.append(loss)
            norms.append(norm)
            if progress:
                batches.set_postfix(loss=f"{loss:.4g}")
    except KeyboardInterrupt:
        if not losses:
            raise
        print(f"Stopped after {len(losses)} steps.")
    if not losses:
        raise ValueError("batches: expected at least one batch, got none")
    return Result(params, np.array(losses), np.array(norms))
