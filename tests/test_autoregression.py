"""The linear forecaster against loops, and against a series that it must know exactly."""

import numpy as np
import pytest

from rnncourse import autoregression


def test_lagged_rows_are_the_last_values(rng):
    series = rng.normal(size=9)
    rows = autoregression.lagged(series, 4)
    assert rows.shape == (6, 4)
    for i in range(6):
        for k in range(4):
            assert rows[i, k] == series[i + k]
    assert not np.shares_memory(rows, series)


@pytest.mark.equation("eq-autoregression")
@pytest.mark.parametrize("n", [1, 3])
def test_forecast_is_the_weighted_sum(rng, n):
    series, weights = rng.normal(size=8), rng.normal(size=n + 1)
    made = autoregression.forecast(weights, series)
    assert made.shape == (8,) and np.isnan(made[: n - 1]).all()
    for t in range(n - 1, 8):
        total = weights[n]
        for j in range(n):
            total += weights[n - 1 - j] * series[t - j]
        assert made[t] == pytest.approx(total, rel=1e-12)


@pytest.mark.parametrize("ahead", [1, 2, 5])
def test_a_damped_wave_is_forecast_exactly(ahead):
    t = np.arange(40)
    series = 3 + 0.98**t * np.cos(0.7 * t)
    weights = autoregression.fit(series, 2, ahead)
    made = autoregression.forecast(weights, series)
    np.testing.assert_allclose(made[1:-ahead], series[1 + ahead :], atol=1e-9)


def test_no_other_weights_fit_better(rng):
    series = rng.normal(size=50).cumsum()
    weights = autoregression.fit(series, 3, 2)

    def squares(w):
        return np.nansum((autoregression.forecast(w, series)[:-2] - series[2:]) ** 2)

    for k in range(4):
        for move in (-1e-3, 1e-3):
            other = weights.copy()
            other[k] += move
            assert squares(other) > squares(weights)


def test_no_value_from_the_future_is_used(rng):
    series = rng.normal(size=20)
    weights = rng.normal(size=4)
    changed = series.copy()
    changed[12:] = 0
    before, after = (autoregression.forecast(weights, s)[:12] for s in (series, changed))
    np.testing.assert_array_equal(before, after)


def test_wrong_sizes_are_refused():
    with pytest.raises(ValueError, match=r"series: expected shape \(N,\), got \(3, 1\)"):
        autoregression.lagged(np.ones((3, 1)), 1)
    for n in (0, 4):
        with pytest.raises(ValueError, match=f"n: expected 1 to 3, the length .*, got {n}"):
            autoregression.lagged(np.ones(3), n)
    for ahead in (0, 4):
        with pytest.raises(ValueError, match=f"ahead: expected 1 to 3 for 2 of 5 .*, got {ahead}"):
            autoregression.fit(np.ones(5), 2, ahead)
