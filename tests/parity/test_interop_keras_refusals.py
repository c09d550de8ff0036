"""What Keras computes and we do not is refused, with a reason."""

import numpy as np
import pytest

from rnncourse import lstm, rnn
from rnncourse.interop import from_keras
from tests.networks import network
from tests.parity.keras_layers import KINDS, OLD_ARRAY, D, H, layer_of, model_of, with_weights

pytestmark = [pytest.mark.parity, pytest.mark.filterwarnings(OLD_ARRAY)]
kinds = pytest.mark.parametrize("kind", KINDS)


def refused(layer, message, error=ValueError):
    with pytest.raises(error, match=message):
        from_keras(layer)


@kinds
def test_other_activations_are_refused(kind):
    refused(with_weights(layer_of(kind, activation="relu")), "expected activation tanh, got relu")
    refused(with_weights(layer_of(kind, activation=None)), "expected activation tanh, got linear")
    if kind != "SimpleRNN":
        hard = layer_of(kind, "concat", recurrent_activation="hard_sigmoid")
        refused(with_weights(hard), "expected recurrent_activation sigmoid, got hard_sigmoid")


def test_activations_of_ones_own_are_refused():
    import keras

    refused(with_weights(layer_of("LSTM", activation=lambda a: a)), "got <lambda>")
    refused(with_weights(layer_of("LSTM", activation=keras.layers.LeakyReLU())), "got <LeakyReLU")


def test_what_was_not_built_is_refused():
    import keras

    for layer in (layer_of("GRU"), layer_of("GRU", "concat"), keras.Sequential([layer_of("GRU")])):
        refused(layer, "expected a built layer; call it once")


def test_a_layer_that_only_reads_backwards_is_refused():
    refused(with_weights(layer_of("LSTM", go_backwards=True)), "expected go_backwards=False")


def test_a_forward_layer_that_reads_backwards_is_refused():
    import keras

    two = keras.layers.Bidirectional(
        layer_of("LSTM", go_backwards=True), backward_layer=layer_of("LSTM"), dtype="float64"
    )
    refused(with_weights(two), "expected go_backwards=False in its forward layer")


def test_a_stateful_layer_is_refused_until_it_is_not():
    layer = with_weights(layer_of("LSTM", stateful=True))
    refused(layer, "expected stateful=False, got True; set its stateful to False")
    layer.stateful = False
    assert from_keras(layer)[0].cell is lstm


@pytest.mark.parametrize("merge", ["mul", "ave", None])
def test_other_merges_are_refused(merge):
    import keras

    two = keras.layers.Bidirectional(layer_of("GRU"), merge_mode=merge, dtype="float64")
    refused(with_weights(two), 'expected merge_mode "concat" or "sum", got')


def test_two_merges_in_one_model_are_refused():
    model = model_of(layer_of("GRU", "concat"), layer_of("GRU"), layer_of("GRU", "sum"))
    refused(model, r"expected one merge_mode in all layers, got \['concat', 'sum'\]")


@pytest.mark.parametrize("kind, width", [("GRU", H), ("LSTM", H + 1)])
def test_two_directions_that_differ_are_refused(kind, width):
    import keras

    two = keras.layers.Bidirectional(
        layer_of("LSTM"), backward_layer=layer_of(kind, H=width, go_backwards=True), dtype="float64"
    )
    refused(with_weights(two), "expected two directions of one cell and size")


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "mixed_float16"])
def test_other_dtypes_are_refused(dtype):
    layer = layer_of("GRU", None, dtype, recurrent_initializer="zeros")
    refused(with_weights(layer), "expected float32 or float64, got weights of", TypeError)


def test_a_wrapper_of_another_dtype_is_refused():
    import keras

    two = keras.layers.Bidirectional(layer_of("GRU"), dtype="float32")  # would round outputs
    refused(with_weights(two), "expected float32 or float64, got weights of float64", TypeError)


def test_weights_that_are_not_finite_are_refused():
    layer = with_weights(layer_of("LSTM"))
    layer.cell.bias.assign(np.full(4 * H, np.inf))
    refused(layer, "params.b: expected finite values, got 16 of 16")


def test_other_layers_are_refused():
    import keras

    class Mine(keras.layers.LSTM):
        """It may compute anything."""

    message = "expected SimpleRNN, LSTM, GRU, Bidirectional or a Sequential of them, got "
    refused(keras.layers.Dense(3), message + "Dense", TypeError)
    refused(Mine(3), message + "Mine", TypeError)
    refused(network(rnn), message + "list", TypeError)
    model = keras.Sequential([keras.Input((None, D)), keras.layers.LSTM(3), keras.layers.Dense(1)])
    refused(model, message + "Dense; of another model, pass its recurrent layers", TypeError)
