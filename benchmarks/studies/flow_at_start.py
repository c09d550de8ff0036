"""How much of an early state reaches the last one in a network that has not been trained?

The spectral norm of d state_T / d state_0, over [h, c] for the LSTM, with standard normal inputs,
one sequence a seed. Weights are drawn from PyTorch's range where the name says nothing else;
`small` and `large` draw the LSTM's recurrent weights from N(0, 0.01^2) and N(0, (8 / sqrt H)^2)
(and `small` those of the input too). All numbers are powers of ten.
"""

import numpy as np

from rnncourse import gradients, gru, init, lstm, rnn

PAGE = "module/gates"
LAGS = (10, 30, 100)


def run(quick=False, progress=True):
    """Draw every network with every seed; median and quartiles of the exponent at each lag."""
    seeds, D, H = (range(3), 8, 32) if quick else (range(20), 16, 64)
    result = {"seeds": list(seeds), "sizes": {"T": LAGS[-1], "B": 1, "D": D, "H": H}}
    for name, (cell, start) in NETWORKS.items():
        runs = [_exponents(cell, start, seed, D, H) for seed in seeds]
        low, median, high = np.quantile(runs, [0.25, 0.5, 0.75], axis=0)
        result[name] = {
            f"lag{lag}": {"low": low[k], "median": median[k], "high": high[k]}
            for k, lag in enumerate(LAGS)
        }
        if progress:
            print(f"{name}: 10^{median[-1]:.1f} ({low[-1]:.1f} to {high[-1]:.1f})", flush=True)
    return result


def claims(result):
    """Architecture is not enough, the forget bias makes memory, and large weights explode."""
    far = {name: result[name]["lag100"] for name in NETWORKS}
    assert far["rnn"]["high"] < -15
    assert far["rnn"]["high"] < far["rnn_orthogonal"]["low"]
    assert far["rnn_orthogonal"]["high"] < -2
    assert far["lstm_bias_0"]["high"] < -10
    assert far["lstm_small_bias_0"]["high"] < -25
    assert far["lstm_bias_0"]["high"] < far["lstm_bias_1"]["low"]
    assert far["lstm_bias_1"]["high"] < far["lstm_bias_3"]["low"]
    assert far["lstm_bias_3"]["low"] > -1
    assert far["lstm_large_bias_1"]["low"] > 3
    assert far["gru"]["high"] < far["gru_bias_3"]["low"]


def _exponents(cell, start, seed, D, H):
    rng = np.random.default_rng(seed)
    params = start(rng, cell.init_params(rng, D, H))
    x = rng.normal(size=(LAGS[-1], 1, D))
    products = list(gradients.jacobian_products(cell, params, x))
    norms = [np.linalg.norm(products[lag][0], ord=2) for lag in LAGS]
    return np.log10(norms)


def _orthogonal(rng, params):
    return init.with_orthogonal_recurrence(rng, params)


def _forget(bias):
    return lambda rng, params: init.with_forget_bias(params, bias)


def _small(rng, params):
    drawn = (rng.normal(scale=0.01, size=array.shape) for array in params[:2])
    return init.with_forget_bias(lstm.Params(*drawn, np.zeros_like(params.b)), 0.0)


def _large(rng, params):
    W_h = rng.normal(scale=8 / np.sqrt(len(params.W_h)), size=params.W_h.shape)
    return init.with_forget_bias(params._replace(W_h=W_h), 1.0)


NETWORKS = {
    "rnn": (rnn, lambda rng, params: params),
    "rnn_orthogonal": (rnn, _orthogonal),
    "lstm_small_bias_0": (lstm, _small),
    "lstm_bias_0": (lstm, _forget(0.0)),
    "lstm_bias_1": (lstm, _forget(1.0)),
    "lstm_bias_3": (lstm, _forget(3.0)),
    "lstm_large_bias_1": (lstm, _large),
    "gru": (gru, lambda rng, params: params),
    "gru_bias_3": (gru, lambda rng, params: init.with_update_bias(params, 3.0)),
}
