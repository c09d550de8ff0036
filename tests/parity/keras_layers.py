"""Keras layers with drawn weights, and what they answer; Keras is imported inside."""

import os

import numpy as np

from rnncourse import gru, gru_reset_after, lstm, rnn
from rnncourse.stack import ways
from rnncourse.tree import leaves, tree_map

os.environ["KERAS_BACKEND"] = "torch"  # read when Keras is first imported

# Keras 3.15 turns PyTorch's tensors into arrays in a way that NumPy 2.4 calls old.
OLD_ARRAY = "ignore:__array__ implementation doesn't accept:DeprecationWarning"

T, B, D, H = 5, 2, 3, 4
KINDS = {
    "SimpleRNN": (rnn, {}),
    "LSTM": (lstm, {}),
    "GRU": (gru_reset_after, {}),
    "GRU before": (gru, {"reset_after": False}),
}


def layer_of(kind, merge=None, dtype="float64", H=H, **options):
    """A Keras layer; `with_weights` builds it."""
    import keras

    one = getattr(keras.layers, kind.split()[0])(
        H, dtype=dtype, return_sequences=True, **KINDS[kind][1], **options
    )
    if merge is None:
        return one
    return keras.layers.Bidirectional(one, merge_mode=merge, dtype=dtype)


def with_weights(model, biases_of_state=True):
    """Build it, and give it weights of order one, all from one seed."""
    rng = np.random.default_rng(3)
    if not model.built:
        model.build((B, None, D))
    for variable in model.weights:
        value = rng.normal(size=variable.shape) / 2
        if variable.shape[0] == 2 and not biases_of_state:
            value[1, : 2 * H] = 0  # (2, 3H): keeps b_hn
        variable.assign(value)
    return model


def model_of(*parts):
    import keras

    return with_weights(keras.Sequential([keras.Input((None, D), dtype=parts[0].dtype), *parts]))


def problem(net, dtype):
    """Input and initial states."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(T, B, D)).astype(dtype)
    starts = [layer.cell.init_state(B, H, dtype) for layer in net for _ in ways(layer)]
    state = tree_map(lambda zeros: rng.normal(size=zeros.shape).astype(dtype), tuple(starts))
    return x, state


def call(model, x, **options):
    """Everything that a Keras model returns, as arrays, the output time first."""
    result = model(np.swapaxes(x, 0, 1), **options)
    out, *states = result if isinstance(result, tuple) else [result]
    return np.swapaxes(out.detach().numpy(), 0, 1), *(s.detach().numpy() for s in states)


def assert_close(mine, theirs, dtype, *cells):
    """Equal up to rounding: that of float64, or what Keras makes of it.

    Keras multiplies float64 matrices in float32, except on TensorFlow; on PyTorch it hands the
    LSTM and the GRU with reset_after to PyTorch, which does not.
    """
    double = dtype == "float64" and set(cells) <= {lstm, gru_reset_after}
    tol = 1e-12 if double else 1e-5
    for got, expected in zip(leaves(mine), leaves(theirs), strict=True):
        np.testing.assert_allclose(got, expected, rtol=tol, atol=tol, strict=True)
