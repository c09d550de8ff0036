"""Networks carried to and from Keras compute what they computed before."""

import numpy as np
import pytest

from rnncourse import gru, gru_reset_after, layers, lstm, rnn
from rnncourse.interop import from_keras, to_keras
from rnncourse.stack import ways
from rnncourse.tree import leaves
from tests.networks import assert_own_arrays, bits, network
from tests.parity.keras_layers import (
    KINDS,
    OLD_ARRAY,
    D,
    H,
    T,
    assert_close,
    call,
    layer_of,
    model_of,
    problem,
    with_weights,
)

pytestmark = [pytest.mark.parity, pytest.mark.filterwarnings(OLD_ARRAY)]
kinds = pytest.mark.parametrize("kind", KINDS)
merges = pytest.mark.parametrize("merge", [None, "concat", "sum"])  # None: one direction
dtypes = pytest.mark.parametrize("dtype", ["float64", "float32"])


# From Keras


@kinds
@merges
@dtypes
@pytest.mark.parametrize("bias", [True, False])
def test_a_layer_becomes_one_of_the_same_outputs_and_states(kind, merge, dtype, bias):
    import torch

    theirs = with_weights(layer_of(kind, merge, dtype, use_bias=bias, return_state=True))
    net = from_keras(theirs)
    assert net[0].cell is KINDS[kind][0] and len(ways(net[0])) == 1 + (merge is not None)
    x, state = problem(net, dtype)
    first = [torch.from_numpy(part) for part in leaves(state)]
    out, last, _ = layers.forward(net, x, state=state, merge=merge or "concat")
    assert_close((out, *leaves(last)), call(theirs, x, initial_state=first), dtype, net[0].cell)


@merges
@dtypes
def test_a_model_of_different_layers(merge, dtype):
    model = model_of(*(layer_of(kind, merge, dtype, 2 + k) for k, kind in enumerate(KINDS)))
    net = from_keras(model)
    assert [layer.cell for layer in net] == [cell for cell, _ in KINDS.values()]
    x, _ = problem([], dtype)
    out, *_ = layers.forward(net, x, merge=merge or "concat")
    assert_close((out,), call(model, x), dtype, rnn)


def test_a_model_in_a_model():
    import keras

    inner = model_of(layer_of("LSTM", H=D), layer_of("GRU", H=D))
    outer = keras.Sequential([keras.Input((None, D), dtype="float64"), inner])
    assert bits(from_keras(outer)) == bits(from_keras(inner))
    assert len(from_keras(outer)) == 2


def test_a_backward_layer_of_ones_own():
    import keras

    two = keras.layers.Bidirectional(
        layer_of("GRU"), backward_layer=layer_of("GRU", go_backwards=True), dtype="float64"
    )
    net = from_keras(with_weights(two))
    x, _ = problem([], "float64")
    assert_close((layers.forward(net, x)[0],), call(two, x), "float64")


@kinds
def test_dropout_acts_in_training_alone(kind):
    theirs = with_weights(layer_of(kind, dropout=0.5, recurrent_dropout=0.5))
    x, _ = problem([], "float64")
    assert_close((layers.forward(from_keras(theirs), x)[0],), call(theirs, x), "float64", rnn)


@kinds
def test_arrays_are_copies(kind):
    theirs = with_weights(layer_of(kind, "concat"))
    net, before = from_keras(theirs), bits(from_keras(theirs))
    values = [variable.value.detach().numpy() for variable in theirs.weights]
    assert_own_arrays(layers.params(net), *values)
    for value in values:
        value[:] = 0
    assert bits(net) == before


# There and back


@pytest.mark.parametrize("cell", [rnn, lstm, gru, gru_reset_after])
@merges
@dtypes
def test_ours_to_keras_to_ours_is_exact(cell, merge, dtype):
    mode = merge or "concat"
    net = network(cell, 3, merge is not None, mode, np.dtype(dtype))
    net[-1].forward.b[0] = -0.0
    assert bits(from_keras(to_keras(net, merge=mode))) == bits(net)


@pytest.mark.parametrize("cell", [rnn, lstm, gru, gru_reset_after])
@merges
@dtypes
def test_ours_run_in_keras(cell, merge, dtype):
    mode = merge or "concat"
    net = network(cell, 3, merge is not None, mode, np.dtype(dtype))
    x, _ = problem([], dtype)
    out, *_ = layers.forward(net, x, merge=mode)
    assert_close((out,), call(to_keras(net, merge=mode), x), dtype, cell)


def test_different_layers_run_in_keras():
    net = network(rnn, H=6) + network(gru, bidirectional=True, D=6, H=5) + network(lstm, D=10)
    model = to_keras(net)
    assert [type(layer).__name__ for layer in model.layers] == [
        "SimpleRNN",
        "Bidirectional",
        "LSTM",
    ]
    x, _ = problem([], "float64")
    assert_close((layers.forward(net, x)[0],), call(model, x), "float64", rnn)
    assert bits(from_keras(model)) == bits(net)


@kinds
@dtypes
def test_keras_to_ours_to_keras_gives_the_same_outputs(kind, dtype):
    model = model_of(layer_of(kind, "concat", dtype), layer_of(kind, "concat", dtype))
    x, _ = problem([], dtype)
    assert_close(call(to_keras(from_keras(model)), x), call(model, x), dtype, KINDS[kind][0])


@kinds
@dtypes
def test_that_is_exact_where_there_was_nothing_to_add(kind, dtype):
    theirs = with_weights(layer_of(kind, "sum", dtype), biases_of_state=False)
    back = to_keras(from_keras(theirs), merge="sum")
    for new, old in zip(back.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_array_equal(new, old, strict=True)


def test_a_new_model_shares_nothing():
    net = network(gru_reset_after, 2, True)
    before = bits(net)
    for variable in to_keras(net).weights:
        variable.value.detach().numpy()[:] = 0
    assert bits(net) == before


def test_a_new_model_draws_no_random_numbers():
    import random

    import torch

    to_keras(network(lstm))  # Keras itself may draw when it is first used
    before = random.getstate(), torch.get_rng_state().tolist()
    to_keras(network(gru_reset_after, 2, True))
    after = random.getstate(), torch.get_rng_state().tolist()
    assert after == before


# What a gate does, told by Keras


@pytest.mark.parametrize("cell", [gru, gru_reset_after])
def test_z_at_one_keeps_the_past_in_keras(cell):
    import torch

    net = network(cell)
    net[0].forward.b[H : 2 * H] = 100  # the sigmoid of this is 1
    x, (state,) = problem(net, "float64")
    (theirs,) = to_keras(net).layers
    (out,) = call(theirs, x, initial_state=[torch.from_numpy(state)])
    assert_close(tuple(out), (state,) * T, "float64", cell)
