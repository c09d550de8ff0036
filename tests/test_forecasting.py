"""Forecasts and their loss, against loops and finite differences."""

import numpy as np
import pytest

from rnncourse import early_stopping, forecasting, gradients, gru, lstm, model, rnn


@pytest.mark.equation("eq-forecast-loss")
@pytest.mark.parametrize("cell", [rnn, lstm, gru])
@pytest.mark.parametrize("warm", [0, 2])
def test_loss_is_the_mean_square_over_the_judged_steps(rng, cell, warm):
    x, targets = rng.normal(size=(2, 5, 3, 2))
    params = model.init_params(rng, cell, 2, 4, 2)
    y, _ = model.predict(cell, params, x)
    total = 0.0
    for t in range(warm, 5):
        for b in range(3):
            for v in range(2):
                total += (y[t, b, v] - targets[t, b, v]) ** 2
    loss, _ = forecasting.loss_and_grads(cell, params, x, targets, warm)
    assert loss == pytest.approx(total / ((5 - warm) * 3 * 2), rel=1e-12)
    gradients.check(lambda p: forecasting.loss_and_grads(cell, p, x, targets, warm), params)


@pytest.mark.parametrize("warm", [-1, 5])
def test_some_step_must_be_judged(rng, warm):
    params = model.init_params(rng, rnn, 1, 2, 1)
    with pytest.raises(ValueError, match=f"warm: expected 0 to 4, got {warm}"):
        forecasting.loss_and_grads(rnn, params, np.ones((5, 1, 1)), np.ones((5, 1, 1)), warm)


@pytest.mark.parametrize("cell", [rnn, lstm, gru])
def test_forecast_is_the_model_read_step_by_step(rng, cell):
    params = model.init_params(rng, cell, 1, 3, 1)
    series = rng.normal(size=7)
    made = forecasting.forecast(cell, params, series)
    state = cell.init_state(1, 3)
    for t in range(7):
        y, state = model.predict(cell, params, series[t].reshape(1, 1, 1), state)
        assert made[t] == pytest.approx(y.item(), rel=1e-12)


# Early stopping


def towards_five(params, _):
    return (params[0] - 5.0) ** 2, (2 * (params[0] - 5.0),)


def test_the_best_parameters_are_kept_not_the_last():
    def score(params):
        return abs(params[0] - 2.0)

    start = (np.zeros(()),)
    result = early_stopping.fit(towards_five, start, range(60), score, every=5, lr=0.1)
    assert len(result.scores) == 12 and start[0] == 0
    assert result.steps == 5 * (1 + result.scores.argmin()) < 60
    assert score(result.params) == result.scores.min() < result.scores[-1]


def test_the_first_of_two_equal_scores_is_kept():
    result = early_stopping.fit(towards_five, (np.zeros(()),), range(9), lambda _: 1.0, every=3)
    assert result.steps == 3


@pytest.mark.parametrize("count, score", [(3, 1.0), (8, np.nan)])
def test_without_a_score_nothing_can_be_kept(count, score):
    with pytest.raises(ValueError, match="batches: expected at least 4, and a score"):
        early_stopping.fit(towards_five, (np.zeros(()),), range(count), lambda _: score, every=4)
