"""Values of the losses against `math`, their gradients against slopes."""

import math

import numpy as np
import pytest

from rnncourse import losses
from tests.scalar import assert_close, slopes

equation = pytest.mark.equation


@equation("eq-squared-error")
def test_squared_error_is_the_mean_over_all_entries(rng):
    y, targets = rng.normal(size=(2, 5, 2, 3))
    pairs = list(zip(y.flat, targets.flat, strict=True))
    loss, _ = losses.squared_error(y, targets)
    assert loss == pytest.approx(sum((a - b) ** 2 for a, b in pairs) / 30, rel=1e-13)


@equation("eq-squared-error")
def test_gradient_of_squared_error(rng):
    y, targets = rng.normal(size=(2, 5, 2, 3))
    expected = slopes(lambda y: losses.squared_error(y, targets)[0], y)
    assert_close(losses.squared_error(y, targets)[1], expected)


def test_squared_error_of_a_perfect_answer_is_zero(rng):
    y = rng.normal(size=(4, 2))
    loss, dy = losses.squared_error(y, y.copy())
    assert loss == 0 and not dy.any()


def scalar_cross_entropy(logits, targets):
    total = 0.0
    for row, target in zip(logits.reshape(-1, logits.shape[-1]), targets.flat, strict=True):
        p = [math.exp(v) / sum(math.exp(other) for other in row) for v in row]
        total -= math.log(p[target])
    return total / targets.size


@equation("eq-cross-entropy")
@pytest.mark.parametrize("shape", [(5,), (5, 2), (1, 1)])
def test_cross_entropy_is_minus_the_mean_log_probability_of_the_right_class(rng, shape):
    logits, targets = 3 * rng.normal(size=(*shape, 4)), rng.integers(0, 4, shape)
    loss, _ = losses.cross_entropy(logits, targets)
    assert loss == pytest.approx(scalar_cross_entropy(logits, targets), rel=1e-13)


@equation("eq-cross-entropy")
def test_gradient_of_cross_entropy(rng):
    logits, targets = rng.normal(size=(5, 2, 4)), rng.integers(0, 4, (5, 2))
    expected = slopes(lambda moved: scalar_cross_entropy(moved, targets), logits)
    assert_close(losses.cross_entropy(logits, targets)[1], expected)


@equation("eq-softmax")
def test_gradient_of_cross_entropy_is_softmax_minus_one_at_the_right_class(rng):
    logits, targets = rng.normal(size=(3, 4)), np.array([0, 2, 3])
    _, dlogits = losses.cross_entropy(logits, targets)
    for row, gradient, target in zip(logits, dlogits, targets, strict=True):
        total = sum(math.exp(v) for v in row)
        for k in range(4):
            expected = (math.exp(row[k]) / total - (k == target)) / 3
            assert gradient[k] == pytest.approx(expected, rel=1e-12)


@equation("eq-softmax")
def test_softmax_does_not_see_a_constant_added_to_all_scores(rng):
    logits, targets = rng.normal(size=(3, 4)), np.array([0, 2, 3])
    loss, dlogits = losses.cross_entropy(logits, targets)
    shifted, dshifted = losses.cross_entropy(logits + 1000, targets)
    assert shifted == pytest.approx(loss, rel=1e-10)
    np.testing.assert_allclose(dshifted, dlogits, atol=1e-12)


@equation("eq-softmax")
def test_cross_entropy_does_not_overflow():
    loss, dlogits = losses.cross_entropy(np.array([[1e4, -1e4], [0.0, 1e4]]), np.array([1, 1]))
    assert loss == 1e4  # 2e4 for the first row, 0 for the second
    np.testing.assert_array_equal(dlogits, [[0.5, -0.5], [0, 0]])


def test_uniform_guess_costs_log_of_the_number_of_classes():
    loss, _ = losses.cross_entropy(np.zeros((2, 3, 7)), np.zeros((2, 3), int))
    assert loss == pytest.approx(math.log(7))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_gradients_keep_the_dtype_and_losses_are_floats(rng, dtype):
    y = rng.normal(size=(3, 4)).astype(dtype)
    for loss, dy in (
        losses.squared_error(y, 2 * y),
        losses.cross_entropy(y, np.array([0, 1, 2])),
    ):
        assert type(loss) is float and dy.dtype == dtype


def test_inputs_stay_as_they_are(rng):
    y, targets = rng.normal(size=(3, 4)), np.array([0, 1, 2])
    kept = y.copy()
    y.flags.writeable = targets.flags.writeable = False
    _, dlogits = losses.cross_entropy(y, targets)
    _, dy = losses.squared_error(y, y)
    np.testing.assert_array_equal(y, kept)
    assert not np.shares_memory(dy, y) and not np.shares_memory(dlogits, y)


@pytest.mark.parametrize("shape", [(3,), (3, 1), (2, 3)])
def test_squared_error_refuses_to_broadcast(shape):
    with pytest.raises(ValueError, match=r"expected the shape of y, \(3, 2\), .*, got \("):
        losses.squared_error(np.zeros((3, 2)), np.zeros(shape))


def test_squared_error_refuses_nothing():
    with pytest.raises(ValueError, match=r"at least one entry, got \(0, 2\)"):
        losses.squared_error(np.zeros((0, 2)), np.zeros((0, 2)))


@pytest.mark.parametrize("shape", [(3,), (2, 1), (2, 3, 4), ()])
def test_cross_entropy_refuses_targets_of_another_shape(shape):
    with pytest.raises(ValueError, match=r"targets: expected shape \(2, 3\), .* got \("):
        losses.cross_entropy(np.zeros((2, 3, 4)), np.zeros(shape, int))


def test_cross_entropy_refuses_nothing():
    with pytest.raises(ValueError, match=r"targets: expected shape \(0,\), .* got \(0,\)"):
        losses.cross_entropy(np.zeros((0, 4)), np.zeros(0, int))


def test_cross_entropy_refuses_targets_that_are_no_classes():
    with pytest.raises(TypeError, match=r"expected class numbers \(integers\), got float64"):
        losses.cross_entropy(np.zeros((2, 4)), np.zeros(2))


@pytest.mark.parametrize("targets, got", [([0, 4], "0 to 4"), ([-1, 3], "-1 to 3")])
def test_cross_entropy_refuses_classes_out_of_range(targets, got):
    with pytest.raises(ValueError, match=f"expected classes from 0 to 3, got {got}"):
        losses.cross_entropy(np.zeros((2, 4)), np.array(targets))


@equation("eq-masked-loss")
def test_masked_cross_entropy_is_the_mean_over_what_is_kept(rng):
    logits, targets = rng.normal(size=(5, 2, 4)), rng.integers(0, 4, (5, 2))
    mask = np.arange(5)[:, None] < [5, 2]
    targets[~mask] = -7  # never read
    loss, dlogits = losses.masked_cross_entropy(logits, targets, mask)
    kept = [(t, 0) for t in range(5)] + [(0, 1), (1, 1)]
    surprise = [
        math.log(sum(map(math.exp, logits[where]))) - logits[(*where, targets[where])]
        for where in kept
    ]
    assert loss == pytest.approx(sum(surprise) / 7, rel=1e-13)
    assert not dlogits[~mask].any()
    expected = slopes(lambda y: losses.masked_cross_entropy(y, targets, mask)[0], logits)
    assert_close(dlogits, expected)


def test_masked_cross_entropy_refuses_a_mask_that_is_none(rng):
    logits, targets = rng.normal(size=(5, 2, 4)), rng.integers(0, 4, (5, 2))
    with pytest.raises(TypeError, match="mask: expected a NumPy array of bool, got int64"):
        losses.masked_cross_entropy(logits, targets, np.ones((5, 2), np.int64))
    with pytest.raises(TypeError, match="mask: expected a NumPy array of bool, got list"):
        losses.masked_cross_entropy(logits, targets, [True])
    for mask in (np.ones((2, 5), bool), np.zeros((5, 2), bool)):
        with pytest.raises(ValueError, match=r"mask: expected shape \(5, 2\)"):
            losses.masked_cross_entropy(logits, targets, mask)
    with pytest.raises(ValueError, match="mask: expected"):
        losses.masked_cross_entropy(logits[:, 0], targets, np.ones((5, 2), bool))
