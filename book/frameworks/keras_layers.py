"""Keras: weights of an LSTM and a GRU become ours; outputs, states, order."""

import os

import numpy as np

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras

from rnncourse import init, interop, layers, lstm

rng = np.random.default_rng(0)
T, B, D, H = 6, 2, 3, 4
x = rng.normal(size=(T, B, D))
common = {"return_sequences": True, "return_state": True, "dtype": "float64"}
theirs, ours = {}, {}

for name, layer in {
    "lstm": keras.layers.LSTM(H, **common),
    "gru": keras.layers.GRU(H, **common),
}.items():
    layer.build((B, T, D))
    for variable in layer.weights:
        variable.assign(rng.normal(size=variable.shape) / 2)
    out, *states = layer(np.swapaxes(x, 0, 1))  # batch first
    theirs[name] = np.swapaxes(keras.ops.convert_to_numpy(out), 0, 1)
    theirs[f"{name}, last h"] = keras.ops.convert_to_numpy(states[0])

    network = interop.from_keras(layer)
    ours[name], state, _ = layers.forward(network, x)
    ours[f"{name}, last h"] = state[0].h if name == "lstm" else state[0]

# A fresh Keras LSTM starts with forget gates open.
fresh = keras.layers.LSTM(H, dtype="float64")
fresh.build((B, T, D))
theirs["fresh bias"] = keras.ops.convert_to_numpy(fresh.cell.bias)
zeros = lstm.Params(*map(np.zeros, lstm.param_shapes(D, H)))
ours["fresh bias"] = init.with_forget_bias(zeros, 1.0).b

# The GRU with the reset before: z r h there, r z n here. (Keras multiplies
# this one in single precision, so the weights are compared, not the outputs.)
before = keras.layers.GRU(H, reset_after=False, dtype="float64")
before.build((B, T, D))
theirs["kernel"] = keras.ops.convert_to_numpy(before.cell.kernel)
r_block, z_block, n_block = np.split(
    interop.from_keras(before)[0].forward.W_x, 3, axis=1
)
ours["kernel"] = np.concatenate([z_block, r_block, n_block], axis=1)
