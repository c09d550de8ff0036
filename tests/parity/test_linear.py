"""Scan, minimal GRU and LRU against PyTorch: a loop over time and autograd."""

import numpy as np
import pytest

from rnncourse import lru, mingru, scan
from tests import test_lru, test_mingru, test_scan

pytestmark = pytest.mark.parity

T_VALUES = [1, 2, 5, 16]


def tensor(array):
    import torch

    return torch.tensor(array, requires_grad=True)


def loop(a, b, h):
    import torch

    out = []
    for a_t, b_t in zip(a, b, strict=True):
        h = a_t * h + b_t
        out.append(h)
    return torch.stack(out)


def assert_equal(mine, theirs):
    np.testing.assert_allclose(mine, theirs.detach().resolve_conj().numpy(), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("kind", [float, complex])
@pytest.mark.parametrize("T", T_VALUES)
def test_the_scan(T, kind):
    a, b, start = test_scan.problem(T, kind)
    dh = test_scan.problem(T, kind, seed=1)[0]
    theirs = [tensor(part) for part in (a, b, start)]
    h = loop(*theirs)
    h.backward(tensor(dh).detach())
    assert_equal(scan.scan(a, b, start), h)
    for mine, leaf in zip(scan.backward(a, h.detach().numpy(), dh, start), theirs, strict=True):
        assert_equal(mine, leaf.grad)


@pytest.mark.parametrize("T", T_VALUES)
def test_the_minimal_gru(T):
    import torch

    params, x, state, dout, dstate = test_mingru.problem(T)
    W_x, b, x_, first = theirs = [tensor(part) for part in (*params, x, state)]
    a_z, n = (x_ @ W_x + b).chunk(2, dim=-1)
    z = torch.sigmoid(a_z)
    h = loop(z, (1 - z) * n, first)
    ((h * torch.tensor(dout)).sum() + (h[-1] * torch.tensor(dstate)).sum()).backward()
    out, _, cache = mingru.forward(params, x, state)
    assert_equal(out, h)
    dx, dfirst, grads = mingru.backward(params, cache, dout, dstate)
    for mine, leaf in zip((*grads, dx, dfirst), theirs, strict=True):
        assert_equal(mine, leaf.grad)


@pytest.mark.parametrize("T", T_VALUES)
def test_the_lru(T):
    import torch

    params, x, state, dy = test_lru.problem(T)
    theirs = [tensor(part) for part in (*params, x, state)]
    nu, theta, gamma, W_x_re, W_x_im, W_y_re, W_y_im, W_skip, x_, first = theirs
    factor = torch.exp(torch.complex(-torch.exp(nu), torch.exp(theta)))
    u = torch.exp(gamma) * (x_.to(torch.complex128) @ torch.complex(W_x_re, W_x_im))
    s = loop(factor.expand_as(u), u, first)
    y = (s @ torch.complex(W_y_re, W_y_im)).real + x_ @ W_skip
    (y * torch.tensor(dy)).sum().backward()
    mine, _, cache = lru.forward(params, x, state)
    assert_equal(mine, y)
    dx, dstate, grads = lru.backward(params, cache, dy)
    for ours, leaf in zip((*grads, dx, dstate), theirs, strict=True):
        assert_equal(ours, leaf.grad)
