"""The linear forecaster to beat: a weighted sum of the last values, found by least squares."""

import numpy as np


def lagged(series, n):
    """Line up the last n values before and at each time.

    Parameters
    ----------
    series : ndarray (N,)
    n : int
        The order: how many values.

    Returns
    -------
    ndarray (N - n + 1, n)
        Row i holds the values at times i to i + n - 1, the oldest first.

    Raises
    ------
    ValueError
        If `series` is not one row, or `n` is not 1 to N.

    Examples
    --------
    >>> lagged(np.arange(4.0), 2)
    array([[0., 1.],
           [1., 2.],
           [2., 3.]])
    """
    if np.ndim(series) != 1:
        raise ValueError(f"series: expected shape (N,), got {np.shape(series)}")
    if not 1 <= n <= len(series):
        raise ValueError(f"n: expected 1 to {len(series)}, the length of the series, got {n}")
    return np.lib.stride_tricks.sliding_window_view(series, n).copy()


def fit(series, n, ahead):
    """Find the weights that forecast best `ahead` steps ahead, in the mean square.

    Parameters
    ----------
    series : ndarray (N,)
        What to learn from.
    n : int
        The order.
    ahead : int
        How far to forecast, at least 1.

    Returns
    -------
    ndarray (n + 1,)
        The weight of each value, the oldest first, and the constant last.

    Raises
    ------
    ValueError
        As `lagged`, or if the series is too short for a single target.

    Notes
    -----
    Source: Yule 1927, doi:10.1098/rsta.1927.0007, for yearly sunspots, the next year.
    """
    if ahead < 1 or len(series) - ahead < n:
        raise ValueError(
            f"ahead: expected 1 to {len(series) - n} for {n} of {len(series)} values, got {ahead}"
        )
    past = _with_one(lagged(series[:-ahead], n))
    return np.linalg.lstsq(past, series[n - 1 + ahead :], rcond=None)[0]


def forecast(weights, series):
    """Forecast from every time that has enough values behind it.

    Parameters
    ----------
    weights : ndarray (n + 1,)
        From `fit`.
    series : ndarray (N,)

    Returns
    -------
    ndarray (N,)
        Entry t is made from the values up to time t, and is meant for time t + ahead. The first
        n - 1 entries are NaN.

    Raises
    ------
    ValueError
        As `lagged`.

    Notes
    -----
    Source: equation eq-autoregression.
    """
    n = len(weights) - 1
    made = _with_one(lagged(series, n)) @ weights  # eq-autoregression
    return np.concatenate([np.full(n - 1, np.nan), made])


def _with_one(past):
    """A last column of ones: its weight is the constant."""
    return np.column_stack([past, np.ones(len(past), past.dtype)])
