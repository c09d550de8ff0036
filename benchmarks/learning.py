"""What the studies of learning share: one start for every cell, training until solved, spread."""

import numpy as np

from rnncourse import gru, init, lstm, model, optim, rnn

CELLS = {"rnn": rnn, "lstm": lstm, "gru": gru}


def start(rng, name, D, H, V, orthogonal=True):
    """Draw a model in float32: recurrent weights orthogonal if asked, the LSTM's forget bias 1."""
    params = model.init_params(rng, CELLS[name], D, H, V, np.float32)
    weights = params.cell
    if orthogonal:
        weights = init.with_orthogonal_recurrence(rng, weights)
    if name == "lstm":
        weights = init.with_forget_bias(weights, 1.0)
    return params._replace(cell=weights)


def train(name, params, batches, loss, lr, clip=1.0, solved_below=-np.inf, window=50, **how):
    """Take a step for each batch of (x, targets) with Adam; stop early when solved.

    Solved means that the mean of the last `window` losses lies below `solved_below`. Returns the
    trained parameters, the losses, and the number of steps, or None where it was not solved.
    """
    state, losses = None, []
    for x, targets in batches:
        value, grads, _ = model.loss_and_grads(
            CELLS[name], params, x, targets, loss, fast=True, **how
        )
        grads, _ = optim.clip_by_norm(grads, clip)
        params, state = optim.adam(params, grads, state, lr=lr)
        losses.append(value)
        if len(losses) >= window and np.mean(losses[-window:]) < solved_below:
            return params, np.array(losses), len(losses)
    return params, np.array(losses), None


def spread(values):
    """Median and quartiles, as a dict that JSON can hold; None for no values at all."""
    if not len(values):
        return None
    low, median, high = np.quantile(values, [0.25, 0.5, 0.75])
    return {"median": float(median), "low": float(low), "high": float(high)}
