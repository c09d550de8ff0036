"""The reference solutions of a0 to a4 against judges of their own: see judges.py."""

import numpy as np
import pytest

from rnncourse import gru, lstm, rnn, unroll, unroll_backward
from rnncourse.params import Params
from tests.assignments.judges import assert_backward, draw

B, D, H = 3, 4, 2


def stacked(p, gates):
    """The package's layout: the blocks of all gates side by side."""
    return Params(
        *(np.concatenate([p[f"{w}{k}"] for k in gates], -1) for w in ("W_x", "W_h", "b_"))
    )


def gate_arrays(gates, peepholes=""):
    shapes = {"x": (B, D), "h_prev": (B, H), "c_prev": (B, H)}
    for k in gates:
        shapes |= {f"W_x{k}": (D, H), f"W_h{k}": (H, H), f"b_{k}": (H,)}
    return draw(**shapes | {f"p_{k}": (H,) for k in peepholes})


@pytest.mark.parametrize("solved", ["a0_start"], indirect=True)
def test_a0_backward(solved):
    a = draw(u=(B, D), v=(B, D), w=(D,), b=())
    dy, t = draw(1, d=(2, B))["d"]
    back = solved["difference_backward"](dy, solved["difference"](**a)[1])
    forward = lambda **a: np.sum(dy * solved["difference"](**a)[0])  # noqa: E731
    assert_backward(forward, dict(zip(a, back, strict=True)), a, a)
    y = solved["neuron"](a["u"], a["w"], a["b"])
    back = solved["neuron_backward"](dy, a["u"], a["w"], y)
    forward = lambda u, w, b: np.sum(dy * solved["neuron"](u, w, b))  # noqa: E731
    del a["v"]
    assert_backward(forward, dict(zip(a, back, strict=True)), a, a)
    dy = solved["mean_loss"](y, t)[1]
    assert_backward(lambda y: solved["mean_loss"](y, t)[0], {"y": dy}, {"y": y}, "y")


@pytest.mark.parametrize("solved", ["a1_rnn"], indirect=True)
def test_a1_step_and_loop_are_those_of_the_package(solved):
    a = draw(x=(5, B, D), h0=(B, H), W_x=(D, H), W_h=(H, H), b=(H,))
    states = solved["rnn_forward"](**a)
    out, _, caches = unroll(rnn, Params(a["W_x"], a["W_h"], a["b"]), a["x"], a["h0"])
    np.testing.assert_allclose(states, out, rtol=1e-13)
    dh = draw(1, dh=(B, H))["dh"]
    weights = a["W_x"], a["W_h"]
    back = solved["rnn_step_backward"](dh, a["x"][0], a["h0"], states[0], *weights)
    dx, dh_prev, grads = rnn.step_backward(Params(*weights, a["b"]), caches[0], dh, 0 * dh)
    for got, want in zip(back, (dx, dh_prev, *grads), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-12)


@pytest.mark.parametrize("solved", ["a1_rnn"], indirect=True)
def test_a1_leaky_backward(solved):
    a = draw(x=(B, D), h_prev=(B, H), W_x=(D, H), W_h=(H, H), b=(H,), s=(H,))
    dh = draw(1, dh=(B, H))["dh"]
    back = solved["leaky_step_backward"](dh, solved["leaky_step"](**a)[1])
    forward = lambda **a: np.sum(dh * solved["leaky_step"](**a)[0])  # noqa: E731
    assert_backward(forward, dict(zip(a, back, strict=True)), a, a)


@pytest.mark.parametrize("solved", ["a2_bptt"], indirect=True)
def test_a2_is_the_package_s_backward_pass_and_its_truncations_are_exact(solved):
    T, k = 7, 3
    a = draw(x=(T, B, D), h0=(B, H), W_x=(D, H), W_h=(H, H), b=(H,))
    delta = draw(1, delta=(T, B, H))["delta"]
    hs = solved["rnn_forward"](**a)
    args = delta, a["x"], hs, a["W_x"], a["W_h"]
    params = Params(a["W_x"], a["W_h"], a["b"])

    def package(start, stop, dout):
        _, _, caches = unroll(rnn, params, a["x"][start:stop], hs[start])
        dx, dh0, grads = unroll_backward(rnn, params, caches, dout[start:stop])
        padded = np.zeros_like(a["x"])
        padded[start:stop] = dx
        return {"x": padded, "h0": dh0} | grads._asdict()

    def check(got, parts):
        for name in "x", "W_x", "W_h", "b":
            want = sum(part[name] for part in parts)
            np.testing.assert_allclose(got[name], want, rtol=1e-11, atol=1e-13, err_msg=name)

    whole = solved["bptt"](*args)
    check(whole, [package(0, T, delta)])
    np.testing.assert_allclose(whole["h0"], package(0, T, delta)["h0"], rtol=1e-12)
    chunks = [package(s, min(s + k, T), delta) for s in range(0, T, k)]
    check(solved["bptt_chunks"](*args, k), chunks)
    windows = []
    for t in range(T):
        only_t = delta * (np.arange(T) == t)[:, None, None]
        windows.append(package(max(0, t - k + 1), t + 1, only_t))
    check(solved["bptt_window"](*args, k), windows)


@pytest.mark.parametrize("solved", ["a3_lstm"], indirect=True)
def test_a3_step_is_that_of_the_package(solved):
    a = gate_arrays("ifgo")
    x, h_prev, c_prev = a["x"], a["h_prev"], a["c_prev"]
    h, c, cache = solved["lstm_step"](x, h_prev, c_prev, a)
    params = stacked(a, "ifgo")
    _, state, caches = lstm.step(params, x, lstm.State(h_prev, c_prev))
    np.testing.assert_allclose((h, c), state, rtol=1e-13)
    dh, dc = draw(1, d=(2, B, H))["d"]
    dx, dh_prev, dc_prev, grads = solved["lstm_step_backward"](dh, dc, cache)
    want = lstm.step_backward(params, caches, dh, lstm.State(0 * dh, dc))
    for got, expected in zip((dx, dh_prev, dc_prev), (want[0], *want[1]), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-11)
    for got, expected in zip(stacked(grads, "ifgo"), want[2], strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-11)


@pytest.mark.parametrize("solved", ["a3_lstm"], indirect=True)
@pytest.mark.parametrize(
    ("variant", "gates", "peepholes"), [("coupled", "igo", ""), ("peephole", "ifgo", "ifo")]
)
def test_a3_variants_backward(solved, variant, gates, peepholes):
    a = gate_arrays(gates, peepholes)
    dh, dc = draw(1, d=(2, B, H))["d"]
    step = solved[f"{variant}_step"]
    cache = step(a["x"], a["h_prev"], a["c_prev"], a)[2]
    dx, dh_prev, dc_prev, grads = solved[f"{variant}_step_backward"](dh, dc, cache)

    def forward(x, h_prev, c_prev, **p):
        h, c, _ = step(x, h_prev, c_prev, p)
        return np.sum(dh * h) + np.sum(dc * c)

    back = {"x": dx, "h_prev": dh_prev, "c_prev": dc_prev} | grads
    assert back.keys() == a.keys()
    assert_backward(forward, back, a, a)


@pytest.mark.parametrize("solved", ["a4_gru"], indirect=True)
def test_a4_step_is_that_of_the_package(solved):
    a = gate_arrays("rzn")
    h, cache = solved["gru_step"](a["x"], a["h_prev"], a)
    params = stacked(a, "rzn")
    _, state, caches = gru.step(params, a["x"], a["h_prev"])
    np.testing.assert_allclose(h, state, rtol=1e-13)
    dh = draw(1, dh=(B, H))["dh"]
    dx, dh_prev, grads = solved["gru_step_backward"](dh, cache)
    want = gru.step_backward(params, caches, dh, 0 * dh)
    for got, expected in zip(
        (dx, dh_prev, *stacked(grads, "rzn")), (*want[:2], *want[2]), strict=True
    ):
        np.testing.assert_allclose(got, expected, rtol=1e-11)
    other = solved["other_step"](a["x"], a["h_prev"], solved["translate"](a))
    np.testing.assert_allclose(other, state, rtol=1e-13)


@pytest.mark.parametrize("solved", ["a4_gru"], indirect=True)
def test_a4_one_gate_backward(solved):
    a = gate_arrays("un")
    del a["c_prev"]
    dh = draw(1, dh=(B, H))["dh"]
    dx, dh_prev, grads = solved["mgu_step_backward"](
        dh, solved["mgu_step"](a["x"], a["h_prev"], a)[1]
    )

    def forward(x, h_prev, **p):
        return np.sum(dh * solved["mgu_step"](x, h_prev, p)[0])

    assert_backward(forward, {"x": dx, "h_prev": dh_prev} | grads, a, a)
