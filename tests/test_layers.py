"""Directions, layers, lengths: against brute force, and one property after the other."""

import numpy as np
import pytest

from rnncourse import gru, gru_reset_after, layers, lstm, rnn, unroll, unroll_backward
from rnncourse.layers import Layer
from rnncourse.tree import tree_map
from tests.layered import Answer, assert_same, brute, make_net, ours, random_net
from tests.test_layers_gradients import MIXED

LENGTHS = [None, (2, 4, 1), (1, 1, 1), (2, 2, 2), (3, 1, 3), (4, 4, 4)]


def padding(net):
    """(T, B): True at padding."""
    return np.arange(len(net.x))[:, None] >= net.lengths


def with_padding(net, value):
    x, dout = net.x.copy(), net.dout.copy()
    x[padding(net)] = dout[padding(net)] = value
    return net._replace(x=x, dout=dout)


# Brute force: each sequence alone, cut to its length


@pytest.mark.parametrize("merge", ["concat", "sum"])
@pytest.mark.parametrize("lengths", LENGTHS)
def test_a_padded_batch_equals_its_sequences_alone(cell, lengths, merge):
    net = make_net([(cell, 2, 2), (cell, 2, 2)], lengths=lengths, merge=merge)
    assert_same(ours(net), brute(net))


@pytest.mark.parametrize("merge", ["concat", "sum"])
@pytest.mark.parametrize("plan", MIXED.values(), ids=MIXED)
def test_mixed_stacks_equal_their_sequences_alone(plan, merge):
    net = make_net(plan, merge=merge)
    assert_same(ours(net), brute(net))


@pytest.mark.parametrize("seed", range(40))
def test_random_stacks_equal_their_sequences_alone(seed):
    net = random_net(seed)
    assert_same(ours(net), brute(net))


def test_one_layer_in_one_direction_is_unroll(problem):
    cell, params, x, state, dout, dstate = problem
    out, last, caches = unroll(cell, params, x, state)
    dx, dfirst, grads = unroll_backward(cell, params, caches, dout, dstate)
    stack = [Layer(cell, params)]
    mine, ends, cache = layers.forward(stack, x, state=(state,))
    answer = Answer(mine, ends, *layers.backward(stack, cache, dout, (dstate,)))
    assert answer.grads[0].backward is None
    answer = answer._replace(grads=layers.params(answer.grads))
    assert_same(answer, Answer(out, (last,), dx, (dfirst,), (grads,)), 0)


# Padding


@pytest.mark.parametrize("merge", ["concat", "sum"])
def test_nothing_depends_on_what_padding_holds(cell, merge):
    net = make_net([(cell, 2, 2), (cell, 3, 2)], merge=merge)
    for value in (np.nan, np.inf, 1e30):
        assert_same(ours(with_padding(net, value)), ours(net), 0)


def test_outputs_and_input_gradients_are_zero_at_padding_alone(cell):
    net = make_net([(cell, 2, 2), (cell, 2, 1)])
    answer = ours(net)
    for array in (answer.out, answer.dx):
        np.testing.assert_array_equal((array == 0).all(axis=-1), padding(net))


def test_padding_behind_the_longest_sequence_changes_nothing(cell):
    long = make_net([(cell, 2, 2), (cell, 2, 2)], T=7)
    short = long._replace(x=long.x[:4], dout=long.dout[:4])
    ahead = ours(long)
    assert_same(ahead._replace(out=ahead.out[:4], dx=ahead.dx[:4]), ours(short), 0)
    assert not ahead.out[4:].any() and not ahead.dx[4:].any()


def test_all_lengths_equal_to_T_are_no_lengths(cell):
    net = make_net([(cell, 2, 2), (cell, 2, 2)], lengths=None)
    assert_same(ours(net._replace(lengths=[4, 4, 4])), ours(net), 0)


@pytest.mark.parametrize("kind", [list, tuple, np.int8, np.uint64])
def test_lengths_may_be_any_ints(kind):
    net = make_net([(lstm, 2, 2)])
    lengths = net.lengths.astype(kind) if kind not in (list, tuple) else kind(net.lengths.tolist())
    assert_same(ours(net._replace(lengths=lengths)), ours(net), 0)


@pytest.mark.equation("eq-layers-length")
def test_lengths_of_a_mask():
    mask = np.array([[True, True, True], [True, False, True], [False, False, True]])
    counts = layers.lengths(mask)
    np.testing.assert_array_equal(counts, [2, 1, 3])
    assert counts.dtype.kind == "i"
    net = with_padding(make_net([(gru, 2, 2)]), np.nan)
    np.testing.assert_array_equal(layers.lengths(~np.isnan(net.x).any(axis=-1)), net.lengths)


# States


@pytest.mark.equation("eq-layers-mask")
@pytest.mark.parametrize("merge", ["concat", "sum"])
def test_final_states_stand_in_the_outputs_at_each_sequences_ends(merge):
    net = make_net([(gru, 2, 2), (lstm, 3, 2)])
    out, state, _ = layers.forward(net.layers, net.x, net.lengths)
    for b, L in enumerate(net.lengths):
        np.testing.assert_array_equal(state[2].h[b], out[L - 1, b, :3])  # after the last step
        np.testing.assert_array_equal(state[3].h[b], out[0, b, 3:])  # after the first step
    assert [type(part) for part in state] == [np.ndarray, np.ndarray, lstm.State, lstm.State]


def test_no_state_and_none_in_its_place_mean_zeros(cell):
    net = make_net([(cell, 2, 2), (cell, 3, 2)])
    zeros = tree_map(np.zeros_like, net.state)
    nothing = ours(net._replace(state=zeros, dstate=zeros))
    assert_same(ours(net._replace(state=None, dstate=None)), nothing, 0)
    mixed = net._replace(state=(None,) + net.state[1:], dstate=net.dstate[:3] + (None,))
    filled = net._replace(
        state=zeros[:1] + net.state[1:],
        dstate=net.dstate[:3] + zeros[3:],
    )
    assert_same(ours(mixed), ours(filled), 0)


def test_a_stack_in_one_direction_goes_on_where_it_stopped(cell):
    net = make_net([(cell, 2, 1), (cell, 3, 1)], lengths=None)
    whole = layers.forward(net.layers, net.x, None, net.state)
    one, middle, _ = layers.forward(net.layers, net.x[:1], None, net.state)
    two, last, _ = layers.forward(net.layers, net.x[1:], None, middle)
    assert_same((np.concatenate([one, two]), last), whole[:2], 1e-14)


# Directions


@pytest.mark.equation("eq-layers-back")
def test_the_backward_direction_reads_from_each_sequences_own_end(cell):
    net = make_net([(cell, 2, 2)])
    (layer,) = net.layers
    turned = np.zeros_like(net.x)
    for b, L in enumerate(net.lengths):
        turned[:L, b] = net.x[:L, b][::-1]
    out, state, _ = layers.forward(net.layers, net.x, net.lengths)
    ahead, end, _ = layers.forward([Layer(cell, layer.backward)], turned, net.lengths)
    for b, L in enumerate(net.lengths):
        np.testing.assert_array_equal(out[:L, b, 2:], ahead[:L, b][::-1])
    assert_same(state[1], end[0], 0)


@pytest.mark.parametrize("lengths", [None, (2, 4, 1)])
def test_sum_is_the_halves_of_concat_added(cell, lengths):
    net = make_net([(cell, 2, 2)], lengths=lengths)
    beside = ours(net._replace(dout=np.concatenate([net.dout[..., :2]] * 2, axis=-1)))
    added = ours(net._replace(dout=net.dout[..., :2], merge="sum"))
    halves = beside.out[..., :2] + beside.out[..., 2:]
    assert_same(beside._replace(out=halves), added, 1e-15)


def test_merge_is_nothing_to_one_direction(cell):
    net = make_net([(cell, 2, 1), (cell, 3, 1)])
    assert_same(ours(net), ours(net._replace(merge="sum")), 0)


def test_the_first_output_sees_the_whole_sequence_and_nothing_behind_it():
    net = make_net([(gru, 2, 2), (gru, 2, 2)])
    out = ours(net).out
    for b, L in enumerate(net.lengths):
        x = net.x.copy()
        x[L - 1, b] += 1
        changed = ours(net._replace(x=x)).out
        assert (changed[0, b] != out[0, b]).any()
        others = np.arange(3) != b
        np.testing.assert_array_equal(changed[:, others], out[:, others])


# Batch


def test_order_of_the_batch_does_not_matter(cell):
    net = make_net([(cell, 2, 2), (cell, 3, 2)], lengths=(2, 4, 1, 4, 2), B=5)
    order = np.array([3, 0, 4, 1, 2])

    def shuffled(net):
        state, dstate = tree_map(lambda part: part[order], (net.state, net.dstate))
        x, dout, lengths = net.x[:, order], net.dout[:, order], net.lengths[order]
        return net._replace(x=x, lengths=lengths, state=state, dout=dout, dstate=dstate)

    straight = ours(net)
    expected = Answer(
        straight.out[:, order],
        tree_map(lambda part: part[order], straight.state),
        straight.dx[:, order],
        tree_map(lambda part: part[order], straight.dstate),
        straight.grads,
    )
    assert_same(ours(shuffled(net)), expected, 1e-13)


# Weights


@pytest.mark.parametrize("merge, width", [("concat", 10), ("sum", 5)])
def test_init_params_draws_layers_that_fit(cell, merge, width):
    stack = layers.init_params(np.random.default_rng(0), cell, 3, 5, 3, True, merge)
    assert [layer.forward.W_x.shape[0] for layer in stack] == [3, width, width]
    x = np.random.default_rng(1).normal(size=(4, 2, 3))
    assert layers.forward(stack, x, merge=merge)[0].shape == (4, 2, width)


def test_init_params_draws_bottom_first_and_forward_before_backward(cell):
    drawn = layers.params(layers.init_params(np.random.default_rng(0), cell, 3, 2, 2, True))
    rng = np.random.default_rng(0)
    assert_same(drawn, tuple(cell.init_params(rng, D, 2) for D in (3, 3, 4, 4)), 0)
    (one,) = layers.init_params(np.random.default_rng(0), cell, 3, 2, dtype=np.float32)
    assert one.backward is None and one.forward.b.dtype == np.float32


def test_params_and_with_params_are_inverse():
    net = make_net([(rnn, 2, 1), (gru_reset_after, 1, 2), (lstm, 2, 2)])
    tree = layers.params(net.layers)
    assert [len(part.b) for part in tree] == [2, 3, 3, 8, 8]
    back = layers.with_params(net.layers, tree_map(np.copy, tree))
    assert [type(layer) for layer in back] == [Layer] * 3
    assert [layer.cell for layer in back] == [rnn, gru_reset_after, lstm]
    assert back[0].backward is None
    assert_same(layers.params(back), tree, 0)
