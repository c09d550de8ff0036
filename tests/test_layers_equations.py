"""What the chapter on directions and layers says of the sides of a layer, of stacks, of dx."""

import numpy as np
import pytest

from rnncourse import layers
from rnncourse.layers import Layer
from tests.layered import assert_same, make_net


@pytest.mark.equation("eq-layers-out")
def test_two_directions_stand_side_by_side_forward_first(cell):
    net = make_net([(cell, 2, 2)])
    (layer,) = net.layers
    out, _, _ = layers.forward(net.layers, net.x, net.lengths)
    ahead, _, _ = layers.forward([Layer(cell, layer.forward)], net.x, net.lengths)
    assert_same(out[..., :2], ahead, 0)
    assert out.shape[-1] == 4 and not np.allclose(out[..., 2:], ahead)


@pytest.mark.equation("eq-layers-stack")
def test_each_layer_reads_the_output_of_the_one_below(cell):
    net = make_net([(cell, 2, 2), (cell, 3, 1)])
    below, _, _ = layers.forward(net.layers[:1], net.x, net.lengths)
    above, _, _ = layers.forward(net.layers[1:], below, net.lengths)
    assert_same(layers.forward(net.layers, net.x, net.lengths)[0], above, 0)


@pytest.mark.equation("eq-layers-dx")
def test_the_input_collects_the_gradients_of_both_directions(cell):
    net = make_net([(cell, 2, 2)], merge="sum", lengths=None)
    (layer,) = net.layers
    one_way = [Layer(cell, layer.forward)], [Layer(cell, layer.backward)]
    runs = zip(one_way, (net.x, net.x[::-1]), (net.dout, net.dout[::-1]), strict=True)
    shares = [layers.backward(s, layers.forward(s, x)[2], dout)[0] for s, x, dout in runs]
    both = layers.backward(net.layers, layers.forward(net.layers, net.x, merge="sum")[2], net.dout)
    assert_same(both[0], shares[0] + shares[1][::-1], 1e-14)
