"""Forecasts at every step: a network reads a series and says what comes later."""

import numpy as np

from rnncourse import fused, head, losses, model


def loss_and_grads(cell, params, x, targets, warm=0):
    """Mean squared error of the forecasts, without the first steps, and its gradient.

    Parameters
    ----------
    cell : module
        `rnn`, `lstm`, `gru` or `gru_reset_after`.
    params : model.Params
    x : ndarray (T, B, D)
    targets : ndarray (T, B, V)
        What the forecast of each step is meant for.
    warm : int
        Steps for looking only, 0 to T - 1; their forecasts are not judged.

    Returns
    -------
    loss : float
    grads : model.Params

    Raises
    ------
    TypeError, ValueError
        As `fused.forward` and `losses.squared_error`, or if `warm` leaves no step.

    Notes
    -----
    Source: equation eq-forecast-loss.
    """
    if not 0 <= warm < len(x):
        raise ValueError(f"warm: expected 0 to {len(x) - 1}, got {warm}")
    out, _, kept = fused.forward(cell, params.cell, x)
    y, cache = head.forward(params.head, out)
    dy = np.zeros_like(y)
    loss, dy[warm:] = losses.squared_error(y[warm:], targets[warm:])  # eq-forecast-loss
    dout, head_grads = head.backward(params.head, cache, dy)
    _, _, cell_grads = fused.backward(cell, kept, dout)
    return loss, model.Params(cell_grads, head_grads)


def forecast(cell, params, series):
    """Read one series from its beginning and forecast at every step.

    Parameters
    ----------
    cell : module
    params : model.Params
        For one input and one output.
    series : ndarray (N,)
        In the units the network was trained in, float32 or float64 as its weights.

    Returns
    -------
    ndarray (N,)
        Entry t is made from the values up to time t.

    Raises
    ------
    TypeError, ValueError
        As `fused.forward`.
    """
    out, _, _ = fused.forward(cell, params.cell, series[:, None, None], train=False)
    return head.forward(params.head, out)[0][:, 0, 0]
