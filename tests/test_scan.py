"""The linear recurrence: the loop against a sum by hand, the scan against the loop, and back."""

import numpy as np
import pytest

from rnncourse import gradients, scan

equation = pytest.mark.equation
LENGTHS = [1, 2, 3, 4, 5, 7, 8, 31, 64, 100]


def problem(T, kind=float, seed=0):
    """(a, b, start) of unequal sizes; |a| may exceed 1."""
    rng = np.random.default_rng(seed)
    shapes = [(T, 2, 3), (T, 2, 3), (2, 3)]
    parts = [rng.normal(size=shape) + 1j * rng.normal(size=shape) for shape in shapes]
    return [part.astype(kind) if kind is complex else part.real.astype(kind) for part in parts]


class Counted:
    """A number that counts the operations behind it and how many of them had to wait in line."""

    total = 0

    def __init__(self, depth=0):
        self.depth = depth

    def __mul__(self, other):
        Counted.total += 1
        return Counted(1 + max(self.depth, getattr(other, "depth", 0)))

    __rmul__ = __add__ = __radd__ = __mul__


def cost(run, T):
    """Operations of one unit over T steps, and the longest chain of them."""
    a, b = (np.array([Counted() for _ in range(T)], dtype=object) for _ in range(2))
    Counted.total = 0
    h = run(a, b)
    return Counted.total, max(value.depth for value in h)


@equation("eq-linear-recurrence")
def test_the_loop_equals_the_sum_over_all_steps_written_out():
    a, b, start = problem(5)
    h = scan.loop(a, b, start)
    for t in range(5):
        expected = np.prod(a[: t + 1], axis=0) * start
        expected = expected + sum(np.prod(a[k + 1 : t + 1], axis=0) * b[k] for k in range(t + 1))
        np.testing.assert_allclose(h[t], expected, rtol=1e-13)


@equation("eq-scan-combine")
@equation("eq-scan-even")
@pytest.mark.parametrize("kind", [float, complex])
@pytest.mark.parametrize("T", LENGTHS)
def test_the_scan_equals_the_loop(T, kind):
    a, b, start = problem(T, kind)
    a *= 0.7
    for first in (None, start):
        np.testing.assert_allclose(
            scan.scan(a, b, first), scan.loop(a, b, first), rtol=1e-11, atol=1e-13
        )


def test_the_scan_keeps_float32():
    a, b, start = problem(9, np.float32)
    h = scan.scan(a, b, start)
    assert h.dtype == np.float32
    np.testing.assert_allclose(h, scan.loop(a, b, start), rtol=1e-4)


def test_inputs_are_not_changed():
    a, b, start = problem(6)
    copies = [part.copy() for part in (a, b, start)]
    h = scan.scan(a, b, start)
    scan.backward(a, h, b, start)
    for part, copy in zip((a, b, start), copies, strict=True):
        np.testing.assert_array_equal(part, copy)


def test_results_share_no_memory_with_inputs():
    for T in (1, 6):
        a, b, start = problem(T)
        h = scan.scan(a, b)
        assert not np.shares_memory(h, b)
        da, db, dstart = scan.backward(a, h, b, start)
        for result in (da, db, dstart):
            assert result.flags.c_contiguous
            assert not any(np.shares_memory(result, given) for given in (a, b, h, start))


@equation("eq-scan-da")
@equation("eq-scan-db")
@pytest.mark.parametrize("T", [1, 2, 6])
def test_gradients_equal_finite_differences(T):
    a, b, start = problem(T)
    weigh = np.random.default_rng(1).normal(size=b.shape)

    def loss_and_grads(everything):
        a, b, start = everything
        h = scan.scan(a, b, start)
        return np.sum(weigh * h), scan.backward(a, h, weigh, start)

    assert gradients.check(loss_and_grads, (a, b, start)) < 1e-8


@equation("eq-scan-da")
@equation("eq-scan-db")
def test_complex_gradients_equal_finite_differences_of_both_parts():
    parts = problem(6, complex)
    rng = np.random.default_rng(1)
    weigh = rng.normal(size=(6, 2, 3)) + 1j * rng.normal(size=(6, 2, 3))

    def loss_and_grads(halves):
        a, b, start = (halves[k] + 1j * halves[k + 3] for k in range(3))
        h = scan.scan(a, b, start)
        grads = scan.backward(a, h, weigh, start)
        value = np.sum(weigh.real * h.real + weigh.imag * h.imag)
        return value, tuple(g.real.copy() for g in grads) + tuple(g.imag.copy() for g in grads)

    halves = tuple(p.real.copy() for p in parts) + tuple(p.imag.copy() for p in parts)
    assert gradients.check(loss_and_grads, halves) < 1e-8


def test_without_a_start_the_gradient_of_zero_is_returned():
    a, b, _ = problem(4)
    zero = np.zeros((2, 3))
    for mine, expected in zip(
        scan.backward(a, scan.scan(a, b), b),
        scan.backward(a, scan.scan(a, b, zero), b, zero),
        strict=True,
    ):
        np.testing.assert_array_equal(mine, expected)


@pytest.mark.parametrize("T", [16, 64, 256, 1000])
def test_the_scan_works_more_and_waits_less(T):
    work, depth = cost(scan.scan, T)
    loop_work, loop_depth = cost(scan.loop, T)
    assert loop_work == loop_depth == 2 * T
    assert work < 5 * T
    assert depth <= 4 * np.log2(T)


@pytest.mark.parametrize("run", [scan.loop, scan.scan])
def test_what_does_not_fit_is_refused(run):
    a, b, start = problem(3)
    for wrong, message in [
        ((a.tolist(), b), "a: expected a NumPy array, got list"),
        ((a, b, 0.0), "start: expected a NumPy array, got float"),
        ((a, b.astype(np.float32)), "b: expected dtype float64"),
        ((a, b, start.astype(np.float32)), "start: expected dtype float64"),
    ]:
        with pytest.raises(TypeError, match=message):
            run(*wrong)
    for wrong, message in [
        ((a, b[:2]), "expected one shape"),
        ((a[:0], b[:0]), "at least one step"),
        ((np.array(1.0), np.array(1.0)), "expected one shape"),
        ((a, b, start[:1]), r"start: expected shape \(2, 3\), got \(1, 3\)"),
    ]:
        with pytest.raises(ValueError, match=message):
            run(*wrong)


def test_backward_refuses_gradients_of_another_shape():
    a, b, _ = problem(3)
    with pytest.raises(ValueError, match="expected one shape"):
        scan.backward(a, scan.scan(a, b), b[:2])
