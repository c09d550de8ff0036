"""Stacks of layers: nothing given is changed, nothing is shared, precision is kept."""

import numpy as np
import pytest

from rnncourse import layers, lstm
from rnncourse.layers import Layer
from rnncourse.tree import leaves, tree_map
from tests.layered import assert_same, make_net, ours

PLAN = {"one-way": [1], "two-ways": [2], "stacked": [2, 1], "stacked-two-ways": [2, 2]}


@pytest.fixture(params=PLAN.values(), ids=PLAN)
def net(request, cell):
    plan = [(cell, 2 + k, directions) for k, directions in enumerate(request.param)]
    return make_net(plan)


def mapped(f, net):
    """The net with every array replaced by f of it, lengths apart."""
    stack = layers.with_params(net.layers, tree_map(f, layers.params(net.layers)))
    x, state, dout, dstate = tree_map(f, (net.x, net.state, net.dout, net.dstate))
    return net._replace(layers=stack, x=x, state=state, dout=dout, dstate=dstate)


def arrays(net):
    return leaves((layers.params(net.layers), net[1:-1]))


def read_only(array):
    array = array.copy()
    array.flags.writeable = False
    return array


def test_inputs_are_never_changed(net):
    before = [array.copy() for array in arrays(net)]
    ours(net)
    assert_same(tuple(arrays(net)), tuple(before), 0)


def test_read_only_inputs_work(net):
    locked = mapped(read_only, net)
    assert_same(ours(locked._replace(lengths=read_only(net.lengths))), ours(net), 0)


@pytest.mark.parametrize("lengths", [None, (2, 4, 1), (4, 4, 4)])
@pytest.mark.parametrize("merge", ["concat", "sum"])
def test_results_share_no_memory_with_inputs_or_one_another(cell, lengths, merge):
    for plan in ([(cell, 2, 1)], [(cell, 2, 2), (cell, 2, 2)]):
        net = make_net(plan, lengths=lengths, merge=merge)
        results = leaves(ours(net))
        for k, result in enumerate(results):
            for other in [*arrays(net), *results[:k]]:
                assert not np.shares_memory(result, np.asarray(other))


def test_the_cache_may_be_used_twice_and_outlives_its_inputs(net):
    expected = ours(net)
    x, state = net.x.copy(), tree_map(np.copy, net.state)
    out, last, cache = layers.forward(net.layers, x, net.lengths, state, net.merge)
    for array in leaves((x, state, out, last)):
        array[...] = np.nan
    for _ in range(2):
        dx, dfirst, grads = layers.backward(net.layers, cache, net.dout, net.dstate)
        answer = (dx, dfirst, layers.params(grads))
        assert_same(answer, tuple(expected[2:]), 0)
        for array in leaves(answer):
            array[...] = np.nan


@pytest.mark.parametrize(
    "layout",
    [
        np.asfortranarray,
        lambda array: np.repeat(array, 2, axis=-1)[..., ::2],
        lambda array: array[::-1].copy()[::-1],
    ],
    ids=["fortran", "strided", "reversed"],
)
def test_any_layout_works_and_results_are_c_contiguous(net, layout):
    answer = ours(mapped(layout, net))
    assert_same(answer, ours(net), 1e-12)
    assert all(array.flags.c_contiguous for array in leaves(answer))


@pytest.mark.parametrize("merge", ["concat", "sum"])
def test_float32_stays_float32_and_agrees_with_float64(cell, merge):
    double = make_net([(cell, 2, 2), (cell, 3, 2)], merge=merge)
    single = mapped(lambda array: array.astype(np.float32), double)
    answer = ours(single)
    assert {array.dtype for array in leaves(answer)} == {np.dtype(np.float32)}
    widened = tree_map(lambda array: array.astype(float), answer)
    assert_same(widened, ours(double), 2e-5)
    answer = ours(single._replace(state=None, dstate=None))
    assert {array.dtype for array in leaves(answer)} == {np.dtype(np.float32)}


def test_types_of_states_and_gradients(net):
    out, last, cache = layers.forward(net.layers, net.x, net.lengths, None, net.merge)
    _, dfirst, grads = layers.backward(net.layers, cache, net.dout)
    cell = net.layers[0].cell
    kind = lstm.State if cell is lstm else np.ndarray
    assert type(last) is tuple and type(dfirst) is tuple and type(grads) is list
    assert {type(part) for part in last + dfirst} == {kind}
    for layer, gradient in zip(net.layers, grads, strict=True):
        assert type(gradient) is Layer and gradient.cell is cell
        assert type(gradient.forward) is type(layer.forward)
        assert type(gradient.backward) is type(layer.backward)


def test_no_step_is_computed_for_padding(net):
    _, _, cache = layers.forward(net.layers, net.x, net.lengths, None, net.merge)
    for run in [run for kept in cache.caches for run in kept]:
        assert sum(len(step.x) for unrolled in run for step in unrolled) == net.lengths.sum()
