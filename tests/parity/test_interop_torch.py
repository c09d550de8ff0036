"""Networks carried to and from PyTorch compute what they computed before."""

import numpy as np
import pytest

from rnncourse import gru_reset_after, layers, lstm, rnn
from rnncourse.interop import from_torch, to_torch
from rnncourse.stack import ways
from rnncourse.tree import leaves, tree_map
from tests.networks import assert_own_arrays, bits, network

pytestmark = pytest.mark.parity

T, B, D, H = 5, 2, 3, 4
KINDS = {"RNN": rnn, "LSTM": lstm, "GRU": gru_reset_after}
TOLERANCE = {"float64": 1e-12, "float32": 1e-5}
kinds = pytest.mark.parametrize("kind", KINDS)
shapes = pytest.mark.parametrize("n_layers, two", [(1, False), (1, True), (3, False), (3, True)])
dtypes = pytest.mark.parametrize("dtype", TOLERANCE)


def module_of(kind, dtype="float64", biases_of_state=True, **options):
    """A PyTorch module with weights of order one, all from one seed."""
    import torch

    generator = torch.Generator().manual_seed(3)
    module = getattr(torch.nn, kind)(D, H, dtype=getattr(torch, dtype), **options)
    with torch.no_grad():
        for name, weights in module.named_parameters():
            weights.copy_(torch.randn(weights.shape, generator=generator) / 2)
            if name.startswith("bias_hh") and not biases_of_state:
                weights[: 2 * H if kind == "GRU" else None] = 0  # keeps b_hn
    return module


def problem(net, dtype):
    """Input and initial states."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(T, B, D)).astype(dtype)
    starts = [layer.cell.init_state(B, H, dtype) for layer in net for _ in ways(layer)]
    state = tree_map(lambda zeros: rng.normal(size=zeros.shape).astype(dtype), tuple(starts))
    return x, state


def run(module, x, state):
    """Output of a PyTorch module, and its final states in our order."""
    import torch

    parts = zip(*state, strict=True) if type(state[0]) is lstm.State else [state]
    first = tuple(torch.from_numpy(np.stack(part)) for part in parts)
    with torch.no_grad():
        out, last = module(torch.from_numpy(x), first if len(first) == 2 else first[0])
    if len(first) == 2:
        return out.numpy(), tuple(map(lstm.State, last[0].numpy(), last[1].numpy()))
    return out.numpy(), tuple(last.numpy())


def assert_close(mine, theirs, dtype):
    for got, expected in zip(leaves(mine), leaves(theirs), strict=True):
        tol = TOLERANCE[dtype]
        np.testing.assert_allclose(got, expected, rtol=tol, atol=tol, strict=True)


# From PyTorch


@kinds
@shapes
@dtypes
@pytest.mark.parametrize("bias", [True, False])
def test_a_module_becomes_layers_of_the_same_outputs_and_states(kind, n_layers, two, dtype, bias):
    module = module_of(kind, dtype, num_layers=n_layers, bidirectional=two, bias=bias)
    net = from_torch(module)
    assert [layer.cell for layer in net] == [KINDS[kind]] * n_layers
    assert [len(ways(layer)) for layer in net] == [1 + two] * n_layers
    x, state = problem(net, dtype)
    assert_close(layers.forward(net, x, state=state)[:2], run(module, x, state), dtype)


@kinds
def test_batch_first_does_not_change_weights(kind):
    assert bits(from_torch(module_of(kind, batch_first=True))) == bits(from_torch(module_of(kind)))


@kinds
@dtypes
@pytest.mark.parametrize("bias", [True, False])
def test_a_cell_becomes_one_layer(kind, dtype, bias):
    import torch

    cell = module_of(f"{kind}Cell", dtype, bias=bias)
    (layer,) = from_torch(cell)
    assert layer.cell is KINDS[kind] and layer.backward is None
    x, (state,) = problem([layer], dtype)
    first = tuple(map(torch.from_numpy, leaves(state)))
    with torch.no_grad():
        last = cell(torch.from_numpy(x[0]), first if len(first) == 2 else first[0])
    theirs = tuple(part.numpy() for part in (last if len(first) == 2 else [last]))
    ours = layer.cell.step(layer.forward, x[0], state)[1]
    assert_close(tuple(leaves(ours)), theirs, dtype)


@kinds
def test_arrays_are_copies(kind):
    module = module_of(kind, bidirectional=True)
    before = bits(from_torch(module))
    net = from_torch(module)
    theirs = [weights.detach().numpy() for weights in module.parameters()]
    assert_own_arrays(layers.params(net), *theirs)
    for array in theirs:
        array[:] = 0
    assert bits(net) == before


# There and back


@pytest.mark.parametrize("cell", [rnn, lstm, gru_reset_after])
@shapes
@dtypes
def test_ours_to_pytorch_to_ours_is_exact(cell, n_layers, two, dtype):
    net = network(cell, n_layers, two, dtype=np.dtype(dtype))
    net[-1].forward.b[0] = -0.0
    assert bits(from_torch(to_torch(net))) == bits(net)


@pytest.mark.parametrize("cell", [rnn, lstm, gru_reset_after])
@shapes
@dtypes
def test_ours_run_in_pytorch(cell, n_layers, two, dtype):
    net = network(cell, n_layers, two, dtype=np.dtype(dtype))
    module = to_torch(net)
    assert type(module).__name__ == {v: k for k, v in KINDS.items()}[cell]
    x, state = problem(net, dtype)
    assert_close(layers.forward(net, x, state=state)[:2], run(module, x, state), dtype)


@kinds
@dtypes
def test_pytorch_to_ours_to_pytorch_gives_the_same_outputs(kind, dtype):
    module = module_of(kind, dtype, num_layers=2, bidirectional=True)
    back = to_torch(from_torch(module))
    x, state = problem(from_torch(module), dtype)
    assert_close(run(back, x, state), run(module, x, state), dtype)


@kinds
@dtypes
def test_that_is_exact_where_there_was_nothing_to_add(kind, dtype):
    module = module_of(kind, dtype, num_layers=2, bidirectional=True, biases_of_state=False)
    back = to_torch(from_torch(module))
    for name, weights in module.state_dict().items():
        np.testing.assert_array_equal(back.state_dict()[name].numpy(), weights.numpy(), strict=True)


@pytest.mark.parametrize("cell", [rnn, lstm, gru_reset_after])
def test_a_new_module_shares_nothing_and_leaves_random_numbers_alone(cell):
    import torch

    net = network(cell, 2, True)
    before, numbers = bits(net), torch.random.get_rng_state()
    module = to_torch(net)
    assert torch.equal(torch.random.get_rng_state(), numbers)
    with torch.no_grad():
        for weights in module.parameters():
            assert weights.requires_grad and weights.is_contiguous()
            weights.zero_()
    assert bits(net) == before


# What a gate does, told by PyTorch


def test_z_at_one_keeps_the_past_in_pytorch():
    net = network(gru_reset_after)
    net[0].forward.b[H : 2 * H] = 100  # the sigmoid of this is 1
    x, state = problem(net, "float64")
    out, last = run(to_torch(net), x, state)
    assert_close((last[0], *out), state * (1 + T), "float64")


@pytest.mark.parametrize("cell", [rnn, lstm, gru_reset_after])
def test_a_bias_in_two_parts_moves_twice_as_far(cell):
    import torch

    net = network(cell)
    x, _ = problem(net, "float64")
    module = to_torch(net)
    module(torch.from_numpy(x))[0].sum().backward()
    torch.optim.SGD(module.parameters(), lr=0.1).step()
    out, _, cache = layers.forward(net, x)
    (grads,) = layers.params(layers.backward(net, cache, np.ones_like(out))[2])
    (old,), (new,) = (layers.params(stack) for stack in (net, from_torch(module)))
    twice = np.full(cell.N_GATES * H, 0.2)
    if cell is gru_reset_after:
        twice[2 * H :] = 0.1  # n has its two biases apart in ours too
    np.testing.assert_allclose(new.b, old.b - twice * grads.b, atol=1e-14)
    np.testing.assert_allclose(new.W_h, old.W_h - 0.1 * grads.W_h, atol=1e-14)
