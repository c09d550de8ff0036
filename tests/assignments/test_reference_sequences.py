"""The reference solution of a5_sequences against rnncourse and complex steps: see judges.py."""

import numpy as np
import pytest

from rnncourse import layers, rnn, unroll, unroll_backward
from rnncourse.params import Params
from tests.assignments.judges import assert_backward, draw

T, B, D, H = 6, 3, 4, 2
LENGTHS = np.array([6, 2, 4])
pytestmark = pytest.mark.parametrize("solved", ["a5_sequences"], indirect=True)


def weights(seed=0):
    return draw(seed, W_x=(D, H), W_h=(H, H), b=(H,))


def check(grads, want):
    for name in "W_x", "W_h", "b":
        np.testing.assert_allclose(
            grads[name], getattr(want, name), rtol=1e-11, atol=1e-13, err_msg=name
        )


def test_masked_pass_is_that_of_the_package(solved):
    p, a = weights(), draw(1, x=(T, B, D), h0=(B, H), delta=(T, B, H))
    mask = solved["mask_of"](LENGTHS, T)
    a["x"][~mask] = np.nan
    network = [layers.Layer(rnn, Params(**p))]
    out, (last,), cache = layers.forward(network, a["x"], LENGTHS, (a["h0"],))
    hs, own = solved["masked_forward"](a["x"], a["h0"], mask, p)
    np.testing.assert_allclose(np.where(mask[:, :, None], hs, 0), out, rtol=1e-13)
    np.testing.assert_allclose(hs[-1], last, rtol=1e-13)
    # what padding's delta reaches is the last state of each sequence
    dlast = np.where(mask[:, :, None], 0, a["delta"]).sum(axis=0)
    dx, (dh0,), grads = layers.backward(network, cache, a["delta"], (dlast,))
    got = solved["masked_backward"](a["delta"], own)
    np.testing.assert_allclose(got[0], dx, rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(got[1], dh0, rtol=1e-11, atol=1e-13)
    check(got[2], grads[0].forward)


def test_both_directions_are_those_of_the_package(solved):
    p, q, a = weights(), weights(5), draw(1, x=(T, B, D), dout=(T, B, 2 * H))
    network = [layers.Layer(rnn, Params(**p), Params(**q))]
    want, _, cache = layers.forward(network, a["x"], LENGTHS)
    out, own = solved["both_forward"](a["x"], LENGTHS, p, q)
    np.testing.assert_allclose(out, want, rtol=1e-13)
    dx, _, grads = layers.backward(network, cache, a["dout"])
    got = solved["both_backward"](a["dout"], own)
    np.testing.assert_allclose(got[0], dx, rtol=1e-11, atol=1e-13)
    check(got[1], grads[0].forward)
    check(got[2], grads[0].backward)


def test_packed_backward(solved):
    a = draw(x=(T, B, D), W_x=(D, H), W_h=(H, H), b=(H,), h_star=(H,))
    starts = np.array([[1, 0, 1, 0, 0, 0], [1, 1, 0, 0, 1, 1], [1, 0, 0, 0, 0, 0]], dtype=bool).T
    delta = draw(1, delta=(T, B, H))["delta"]

    def forward(x, **p):
        return np.sum(delta * solved["packed_forward"](x, starts, p)[0])

    p = {name: value for name, value in a.items() if name != "x"}
    dx, grads = solved["packed_backward"](delta, solved["packed_forward"](a["x"], starts, p)[1])
    assert_backward(forward, {"x": dx} | grads, a, a)


@pytest.mark.parametrize(("k1", "k2"), [(2, 3), (1, 4), (4, 4), (6, 6), (9, 9)])
def test_truncated_backward_adds_up_blocks_of_the_package(solved, k1, k2):
    p, a = weights(), draw(1, x=(T, B, D), h0=(B, H), delta=(T, B, H))
    params = Params(**p)
    states = np.concatenate([a["h0"][None], unroll(rnn, params, a["x"], a["h0"])[0]])
    want_dx, want = np.zeros((T, B, D)), dict.fromkeys(p, 0.0)
    for t in range(T):
        end = min((t // k1 + 1) * k1, T)
        first = max(0, end - k2)
        only_t = a["delta"][first:end] * (np.arange(first, end) == t)[:, None, None]
        caches = unroll(rnn, params, a["x"][first:end], states[first])[2]
        dx, _, grads = unroll_backward(rnn, params, caches, only_t)
        want_dx[first:end] += dx
        want = {name: want[name] + getattr(grads, name) for name in p}
    mask = np.ones((T, B), dtype=bool)
    dx, grads = solved["truncated_backward"](a["delta"], a["x"], a["h0"], mask, p, k1, k2)
    np.testing.assert_allclose(dx, want_dx, rtol=1e-11, atol=1e-13)
    check(grads, Params(**want))
