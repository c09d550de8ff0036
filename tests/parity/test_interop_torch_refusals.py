"""What PyTorch computes and we do not is refused, with a reason."""

import numpy as np
import pytest

from rnncourse import gru, layers, rnn
from rnncourse.interop import from_torch, to_torch
from rnncourse.layers import Layer
from tests.networks import bits, network
from tests.parity.test_interop_torch import assert_close, kinds, module_of, problem, run

pytestmark = pytest.mark.parity


@pytest.mark.parametrize("kind", ["RNN", "RNNCell"])
def test_relu_is_refused(kind):
    with pytest.raises(ValueError, match="expected nonlinearity \"tanh\", got 'relu'"):
        from_torch(module_of(kind, nonlinearity="relu"))


def test_a_projection_is_refused():
    with pytest.raises(ValueError, match="expected proj_size 0, got 2"):
        from_torch(module_of("LSTM", proj_size=2))


@kinds
def test_dropout_is_refused_while_it_acts(kind):
    module = module_of(kind, num_layers=2, dropout=0.5)
    with pytest.raises(ValueError, match=r"no dropout between layers, got 0.5 .*module.eval\(\)"):
        from_torch(module)
    net = from_torch(module.eval())
    x, state = problem(net, "float64")
    assert_close(layers.forward(net, x, state=state)[:2], run(module, x, state), "float64")


def test_dropout_of_one_layer_acts_nowhere():
    module = module_of("LSTM")
    module.dropout = 0.5
    assert bits(from_torch(module)) == bits(from_torch(module_of("LSTM")))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_other_dtypes_are_refused(dtype):
    with pytest.raises(TypeError, match=rf"weight_ih_l0: expected float32 or float64, .*{dtype}"):
        from_torch(module_of("GRU", dtype))


def test_weights_that_are_not_finite_are_refused():
    import torch

    module = module_of("LSTM")
    with torch.no_grad():
        module.weight_hh_l0[1, 2] = np.nan
    with pytest.raises(ValueError, match="params.W_h: expected finite values, got 1 of 64"):
        from_torch(module)


def test_other_modules_are_refused():
    import torch

    class Mine(torch.nn.LSTM):
        """It may compute anything."""

    for module in (torch.nn.Linear(2, 3), Mine(2, 3), [Layer(rnn, None)]):
        with pytest.raises(TypeError, match="expected one of nn.RNN, nn.LSTM, nn.GRU, nn.RNNCell"):
            from_torch(module)


def test_gru_is_refused():
    with pytest.raises(ValueError, match="gru_reset_after"):
        to_torch(network(gru))
