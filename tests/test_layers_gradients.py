"""Gradients of whole stacks against finite differences: weights, inputs, initial states."""

import numpy as np
import pytest

from rnncourse import gradients, gru, gru_reset_after, layers, lstm, rnn
from rnncourse.tree import leaves, tree_map
from tests.layered import CELLS, make_net

MIXED = {
    "above-it-narrower": [(gru, 3, 2), (lstm, 2, 2)],
    "one-way-on-two": [(lstm, 2, 2), (gru_reset_after, 3, 1)],
    "two-ways-on-one": [(rnn, 2, 1), (gru, 1, 2), (lstm, 2, 2)],
}


def with_loss(net):
    """f((params, x, state)) -> (loss, grads), as `gradients.check` wants it.

    The check takes the gradients of its first call; the others want the loss alone.
    """
    first = []

    def f(tree):
        params, x, state = tree
        stack = layers.with_params(net.layers, params)
        out, last, cache = layers.forward(stack, x, net.lengths, state, net.merge)
        loss = np.sum(out * net.dout)
        for part, dpart in zip(leaves(last), leaves(net.dstate), strict=True):
            loss += np.sum(part * dpart)
        if not first:
            dx, dfirst, grads = layers.backward(stack, cache, net.dout, net.dstate)
            first.append((layers.params(grads), dx, dfirst))
        return float(loss), first[0]

    return f, (layers.params(net.layers), net.x, net.state)


@pytest.mark.parametrize("merge", ["concat", "sum"])
def test_two_layers_in_two_directions_pass_the_check(cell, merge):
    f, tree = with_loss(make_net([(cell, 2, 2)] * 2, T=3, lengths=(1, 3), B=2, D=1, merge=merge))
    assert gradients.check(f, tree) < 1e-7


def test_three_layers_in_two_directions_pass_the_check(cell):
    f, tree = with_loss(make_net([(cell, 2, 2)] * 3, T=2, lengths=(2, 1), B=2, D=1))
    assert gradients.check(f, tree) < 1e-7


@pytest.mark.parametrize("merge", ["concat", "sum"])
@pytest.mark.parametrize("plan", MIXED.values(), ids=MIXED)
def test_layers_of_different_cells_and_widths_pass_the_check(plan, merge):
    f, tree = with_loss(make_net(plan, T=3, lengths=(1, 3), B=2, D=2, merge=merge))
    assert gradients.check(f, tree) < 1e-7


@pytest.mark.parametrize("k", range(4))
def test_gradient_arriving_at_one_final_state_alone_passes_the_check(k):
    net = make_net([(lstm, 2, 2), (gru, 2, 2)], T=2, lengths=(1, 2), B=2, D=1)
    zeros = tree_map(np.zeros_like, net.dstate)
    f, tree = with_loss(
        net._replace(
            dout=np.zeros_like(net.dout), dstate=zeros[:k] + net.dstate[k : k + 1] + zeros[k + 1 :]
        )
    )
    assert gradients.check(f, tree) < 1e-7


def test_every_cell_is_judged():
    assert {cell for plan in MIXED.values() for cell, *_ in plan} == set(CELLS)
