"""Bad input to `layers`: the right exception, saying what was expected and what came."""

import re

import numpy as np
import pytest

from rnncourse import layers, lstm, rnn
from rnncourse.layers import Layer
from tests.layered import make_net


@pytest.fixture
def net():
    """Two layers, two directions, T = 4, B = 3, D = 3, H = 2."""
    return make_net([(lstm, 2, 2), (rnn, 2, 2)])


def forward(net, **changed):
    stack, x, lengths, state, _, _, merge = net._replace(**changed)
    return layers.forward(stack, x, lengths, state, merge)


def backward(net, **changed):
    cache = forward(net)[2]
    net = net._replace(**changed)
    return layers.backward(net.layers, cache, net.dout, net.dstate)


def raises(kind, message):
    return pytest.raises(kind, match="^" + re.escape(message))


def spoilt(array, index, value):
    array = array.copy()
    array[index] = value
    return array


both = pytest.mark.parametrize("run", [forward, backward])

# Layers


@both
def test_layers_that_are_no_list(net, run):
    with raises(TypeError, "layers: expected a list of Layer, got Layer"):
        run(net, layers=net.layers[0])
    with raises(TypeError, "layers: expected a list of Layer, got tuple"):
        run(net, layers=tuple(net.layers))


@both
def test_no_layers(net, run):
    with raises(ValueError, "layers: expected at least one Layer, got an empty list"):
        run(net, layers=[])


@both
def test_a_layer_that_is_none(net, run):
    with raises(TypeError, "layers[1]: expected a Layer, got tuple"):
        run(net, layers=[net.layers[0], tuple(net.layers[1])])


@both
def test_a_cell_that_is_none(net, run):
    wrong = net.layers[1]._replace(cell="rnn")
    with raises(TypeError, "layers[1].forward: expected a cell such as rnn or lstm, got 'rnn'"):
        run(net, layers=[net.layers[0], wrong])


@both
@pytest.mark.parametrize("way", ["forward", "backward"])
def test_weights_of_another_cell_or_shape_are_named(net, run, way):
    low, high = net.layers
    with raises(TypeError, f"layers[1].{way}: params: expected rnncourse.params.Params for rnn"):
        run(net, layers=[low, high._replace(**{way: tuple(high.forward)})])
    wrong = getattr(high, way)._replace(b=np.zeros(3))
    with raises(ValueError, f"layers[1].{way}: params.b: expected shape (2,), got (3,)"):
        run(net, layers=[low, high._replace(**{way: wrong})])
    wrong = getattr(high, way)._replace(b=np.array([0, np.nan]))
    with raises(ValueError, f"layers[1].{way}: params.b: expected finite values"):
        run(net, layers=[low, high._replace(**{way: wrong})])


def test_a_layer_without_forward_weights(net):
    with raises(TypeError, "layers[0].forward: params: expected"):
        forward(net, layers=[Layer(lstm, None, net.layers[0].backward)])


@pytest.mark.parametrize("D, H", [(4, 2), (3, 1)])
def test_two_directions_of_unequal_width(net, rng, D, H):
    wrong = net.layers[0]._replace(backward=lstm.init_params(rng, D, H))
    message = "layers[0].backward: expected D = 3, H = 2, float64, as forward; got D = "
    with raises(ValueError, f"{message}{D}, H = {H}, float64"):
        forward(net, layers=[wrong, net.layers[1]])


def test_two_directions_of_unequal_dtype(net, rng):
    wrong = net.layers[0]._replace(backward=lstm.init_params(rng, 3, 2, np.float32))
    with raises(TypeError, "layers[0].backward: expected D = 3, H = 2, float64, as forward; got"):
        forward(net, layers=[wrong, net.layers[1]])


def test_widths_that_do_not_chain(net):
    message = "layers[1]: expected D = 2, H = 2, float64, to stand on layers[0] (sum); got D = 4"
    with raises(ValueError, message):
        forward(net, merge="sum")
    message = "layers[1]: expected D = 4, H = 2, float64, to stand on layers[0] (concat); got D = 3"
    with raises(ValueError, message):
        forward(net, layers=net.layers[:1] * 2)


def test_layers_of_unequal_dtype(net, rng):
    message = "layers[1]: expected D = 4, H = 2, float64, to stand on layers[0] (concat); got"
    with raises(TypeError, message):
        forward(net, layers=[net.layers[0], Layer(rnn, rnn.init_params(rng, 4, 2, np.float32))])


# Merge, number of layers, weights


@pytest.mark.parametrize("merge", ["mean", None])
def test_an_unknown_merge(net, rng, merge):
    message = f"merge: expected 'concat' or 'sum', got {merge!r}"
    with raises(ValueError, message):
        forward(net, merge=merge)
    with raises(ValueError, message):
        layers.init_params(rng, rnn, 3, 2, merge=merge)


@pytest.mark.parametrize("n", [0, -1])
def test_too_few_layers_to_draw(rng, n):
    with raises(ValueError, f"n_layers: expected at least 1, got {n}"):
        layers.init_params(rng, rnn, 3, 2, n_layers=n)


def test_with_params_of_another_number_or_kind(net):
    tree = layers.params(net.layers)
    expected = "params: expected a tuple of 4, one for each layer and direction, got "
    with raises(ValueError, expected + "3"):
        layers.with_params(net.layers, tree[:3])
    with raises(TypeError, expected + "Params"):
        layers.with_params(net.layers, tree[0])


# x and dout


@pytest.mark.parametrize("shape", [(4, 3), (4, 3, 2), (4, 3, 3, 1)])
def test_x_of_another_shape(net, shape):
    with raises(ValueError, f"x: expected shape (T, B, 3), got {shape}"):
        forward(net, x=np.zeros(shape))


@pytest.mark.parametrize("shape", [(0, 3, 3), (4, 0, 3)])
def test_x_of_size_zero(net, shape):
    with raises(ValueError, f"x: expected shape (T, B, 3), got {shape}; every size must be"):
        forward(net, x=np.zeros(shape))


@pytest.mark.parametrize("shape", [(4, 3, 2), (3, 3, 4), (4, 2, 4), (4, 3)])
def test_dout_of_another_shape(net, shape):
    with raises(ValueError, f"dout: expected shape (4, 3, 4), got {shape}"):
        backward(net, dout=np.zeros(shape))


@pytest.mark.parametrize("name, run", [("x", forward), ("dout", backward)])
def test_another_type_or_dtype(net, name, run):
    array = getattr(net, name)
    with raises(TypeError, f"{name}: expected a NumPy array, got list"):
        run(net, **{name: array.tolist()})
    for dtype in (np.float32, int):
        with raises(TypeError, f"{name}: expected dtype float64, as in params, got "):
            run(net, **{name: array.astype(dtype)})


@pytest.mark.parametrize("name, run", [("x", forward), ("dout", backward)])
@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("step", [(1, 0), (3, 1), (0, 2)])
def test_nan_or_infinity_in_a_real_step(net, name, run, value, step):
    with raises(ValueError, f"{name}: expected finite values, got 1 of "):
        run(net, **{name: spoilt(getattr(net, name), (*step, 0), value)})


# States


@pytest.mark.parametrize("name, run", [("state", forward), ("dstate", backward)])
def test_states_of_another_number_or_kind(net, name, run):
    states = getattr(net, name)
    expected = f"{name}: expected a tuple of 4, one for each layer and direction, got "
    with raises(ValueError, expected + "3"):
        run(net, **{name: states[:3]})
    with raises(TypeError, expected + "list"):
        run(net, **{name: list(states)})
    with raises(TypeError, expected + "State"):
        run(net, **{name: states[0]})
    with raises(TypeError, f"{name}[1]: expected State, as lstm.init_state returns, got ndarray"):
        run(net, **{name: (states[0], states[2], *states[2:])})
    with raises(ValueError, f"{name}[3]: expected shape (3, 2), got (2, 2)"):
        run(net, **{name: (*states[:3], states[3][:2])})
    wrong = states[1]._replace(c=spoilt(states[1].c, (0, 0), np.nan))
    with raises(ValueError, f"{name}[1].c: expected finite values"):
        run(net, **{name: (states[0], wrong, *states[2:])})


# Cache


@pytest.mark.parametrize("cache", [None, []])
def test_a_cache_that_is_none(net, cache):
    with raises(TypeError, "cache: expected the Cache of forward, got "):
        layers.backward(net.layers, cache, net.dout)


def test_a_cache_of_other_layers(net):
    message = "cache: expected one of these layers; it has other layers or directions"
    with raises(ValueError, message):
        backward(net, layers=[*net.layers, net.layers[1]])
    with raises(ValueError, message):
        backward(net, layers=[net.layers[0], net.layers[1]._replace(backward=None)])
    other = make_net([(rnn, 2, 2), (rnn, 2, 2)])
    with raises(TypeError, "caches: expected caches of rnn, got one of rnncourse.lstm.Cache"):
        backward(net, layers=other.layers, dstate=None)
