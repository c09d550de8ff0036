"""What holds for every stack of layers over sequences of unequal length."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnncourse import layers
from rnncourse.tree import leaves, tree_map
from tests.conftest import CELLS
from tests.properties import arrays, assert_close, assert_equal, assert_slope, assert_sum, tried


@st.composite
def networks(draw, dtypes=(np.float64, np.float32)):
    """A stack of one to three layers, each with a cell, a width and directions of its own,
    with sequences of unequal length and everything that arrives: a dict."""
    T, B = draw(st.integers(1, 6), label="T"), draw(st.integers(1, 5), label="B")
    D = width = draw(st.integers(1, 4), label="D")
    merge = draw(st.sampled_from(["concat", "sum"]), label="merge")
    dtype = draw(st.sampled_from(dtypes), label="dtype")
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1), label="seed"))
    lengths = draw(st.lists(st.integers(1, T), min_size=B, max_size=B), label="lengths")
    stack, state = [], []
    for _ in range(draw(st.integers(1, 3), label="layers")):
        cell = draw(st.sampled_from(CELLS), label="cell")
        H, both = draw(st.integers(1, 4), label="H"), draw(st.booleans(), label="both ways")
        stack += layers.init_params(rng, cell, width, H, 1, both, merge, dtype)
        state += [cell.init_state(B, H, dtype)] * (1 + both)
        width = H * (1 + (both and merge == "concat"))

    def normal(array):
        return rng.normal(size=array.shape).astype(dtype)

    return dict(
        stack=stack,
        merge=merge,
        lengths=np.array(lengths),
        x=normal(np.empty((T, B, D))),
        state=tree_map(normal, tuple(state)),
        dout=normal(np.empty((T, B, width))),
        dstate=tree_map(normal, tuple(state)),
    )


def run(stack, merge, lengths, x, state, dout, dstate):
    """(out, state), (dx, dstate, grads): gradients of the weights as a tuple."""
    out, last, cache = layers.forward(stack, x, lengths, state, merge)
    dx, dfirst, grads = layers.backward(stack, cache, dout, dstate)
    return (out, last), (dx, dfirst, layers.params(grads))


def rows(index, network, steps=None):
    """The network with these sequences of the batch alone, and these many steps."""
    over_time = {name: network[name][:steps, index] for name in ("x", "dout")}
    states = {
        name: tree_map(lambda part: part[index], network[name]) for name in ("state", "dstate")
    }
    return network | over_time | states | {"lengths": network["lengths"][index]}


def padding(network):
    """(T, B): True behind a sequence's end."""
    T = len(network["x"])
    return np.arange(T)[:, None] >= network["lengths"]


@tried
@given(networks())
def test_shapes_precision_and_order_in_memory(network):
    (out, last), (dx, dstate, grads) = run(**network)
    x, stack = network["x"], network["stack"]
    assert out.shape == network["dout"].shape and dx.shape == x.shape
    for mine, given_ in [(last, "state"), (dstate, "dstate")]:
        assert [type(part) for part in mine] == [type(part) for part in network[given_]]
        assert [part.shape for part in leaves(mine)] == [
            part.shape for part in leaves(network[given_])
        ]
    weights = layers.params(stack)
    assert [type(one) for one in grads] == [type(one) for one in weights]
    assert [one.shape for one in leaves(grads)] == [one.shape for one in leaves(weights)]
    for name, array in arrays((out, last, dx, dstate, grads)).items():
        assert array.dtype == x.dtype and array.flags.c_contiguous, name


@tried
@given(networks())
def test_each_sequence_alone_and_without_padding_gives_what_it_gives_in_the_batch(network):
    (out, last), (dx, dstate, grads) = run(**network)
    shares = []
    for b, length in enumerate(network["lengths"]):
        row = slice(b, b + 1)
        alone = rows(row, network, steps=length) | {"lengths": None}
        (out_b, last_b), (dx_b, dstate_b, grads_b) = run(**alone)
        assert_close(out_b, out[:length, row])
        assert_close(dx_b, dx[:length, row])
        assert_close((last_b, dstate_b), tree_map(lambda p, r=row: p[r], (last, dstate)))
        shares.append(grads_b)
    assert_sum(grads, *shares)


@tried
@given(networks(), st.randoms(use_true_random=False))
def test_another_order_of_the_batch_gives_the_results_in_that_order(network, random):
    order = random.sample(range(len(network["lengths"])), len(network["lengths"]))
    (out, last), (dx, dstate, grads) = run(**network)
    (out_p, last_p), (dx_p, dstate_p, grads_p) = run(**rows(order, network))
    assert_close((out_p, dx_p), (out[:, order], dx[:, order]))
    assert_close((last_p, dstate_p), tree_map(lambda part: part[order], (last, dstate)))
    assert_close(grads_p, grads)


@tried
@given(networks(), st.sampled_from([7.0, np.nan, np.inf]))
def test_padding_is_never_read_and_results_there_are_zero(network, rubbish):
    behind = padding(network)
    other = {name: network[name].copy() for name in ("x", "dout")}
    for array in other.values():
        array[behind] = rubbish
    results, spoiled = run(**network), run(**network | other)
    assert_equal(spoiled, results)
    (out, _), (dx, _, _) = results
    assert not out[behind].any() and not dx[behind].any()


@tried
@given(networks())
def test_backward_is_linear_in_the_gradients_that_arrive(network):
    x, stack = network["x"], network["stack"]
    _, _, cache = layers.forward(stack, x, network["lengths"], network["state"], network["merge"])
    rng = np.random.default_rng(0)
    one = (network["dout"], network["dstate"])
    two = tree_map(lambda part: rng.normal(size=part.shape).astype(x.dtype), one)
    a, b = x.dtype.type(-2), x.dtype.type(0.5)
    mixed = tree_map(lambda p, q: a * p + b * q, one, two)

    def back(dout, dstate):
        dx, dfirst, grads = layers.backward(stack, cache, dout, dstate)
        return dx, dfirst, layers.params(grads)

    assert_sum(
        back(*mixed),
        tree_map(lambda p: a * p, back(*one)),
        tree_map(lambda q: b * q, back(*two)),
    )


@tried
@given(networks(dtypes=[np.float64]))
def test_the_loss_changes_along_any_direction_as_the_gradients_say(network):
    def loss(moved):
        weights, x, state = moved
        stack = layers.with_params(network["stack"], weights)
        results, _ = run(**network | dict(stack=stack, x=x, state=state))
        parts = zip(leaves(results), leaves((network["dout"], network["dstate"])), strict=True)
        return sum(np.sum(part * dpart) for part, dpart in parts)

    _, (dx, dstate, grads) = run(**network)
    tree = (layers.params(network["stack"]), network["x"], network["state"])
    assert_slope(loss, tree, (grads, dx, dstate))


@tried
@given(networks())
def test_nothing_is_changed_in_place_and_no_memory_is_shared(network):
    stack, merge, *inputs = network.values()
    inputs = (layers.params(stack), *inputs)
    kept = tree_map(np.copy, inputs)
    out, last, cache = layers.forward(
        stack, network["x"], network["lengths"], network["state"], merge
    )
    states = tree_map(np.copy, (out, last))

    def back():
        dx, dfirst, grads = layers.backward(stack, cache, network["dout"], network["dstate"])
        return dx, dfirst, layers.params(grads)

    first = back()
    first_kept = tree_map(np.copy, first)
    again = back()
    assert_equal(inputs, kept)
    assert_equal((out, last), states)
    assert_equal(first, first_kept)
    assert_equal(again, first)
    results = arrays((out, last, first, again))
    for name, result in results.items():
        for other, given_ in arrays(inputs).items():
            assert not np.shares_memory(result, given_), (name, other)
        for other, result_too in results.items():
            assert name == other or not np.shares_memory(result, result_too), (name, other)


@tried
@given(networks())
def test_no_state_is_a_state_of_zeros(network):
    zeros = tree_map(np.zeros_like, network["state"])
    without = run(**network | {"state": None, "dstate": None})
    assert_equal(without, run(**network | {"state": zeros, "dstate": zeros}))
    none = (None,) * len(zeros)
    assert_equal(without, run(**network | {"state": none, "dstate": none}))
