"""Lengths, masks, and the cuts between sequences that end."""

import re

import numpy as np
import pytest

from rnncourse import layers, padded


def raises(kind, message):
    return pytest.raises(kind, match="^" + re.escape(message))


# Lengths


@pytest.mark.parametrize("lengths", [[0, 4, 1], [5, 4, 1], [-1, 4, 1]])
def test_lengths_out_of_range(lengths):
    with raises(ValueError, f"lengths: expected 1 to 4, got {lengths[0]} for sequence 0"):
        padded.check_lengths(lengths, T=4, B=3)


@pytest.mark.parametrize("lengths, came", [([1, 2], "(2,)"), (3, "()"), ([[1, 2, 3]], "(1, 3)")])
def test_lengths_of_another_shape(lengths, came):
    with raises(ValueError, f"lengths: expected shape (3,), one a sequence, got {came}"):
        padded.check_lengths(lengths, T=4, B=3)


@pytest.mark.parametrize(
    "lengths, came", [([1.0, 2, 3], "float64"), ([True] * 3, "bool"), ("abc", "<U3")]
)
def test_lengths_that_are_no_ints(lengths, came):
    message = f"lengths: expected ints, got {came}; of a mask, take layers.lengths(mask)"
    with raises(TypeError, message):
        padded.check_lengths(lengths, T=4, B=3)


# Mask


@pytest.mark.parametrize("mask, came", [([[True]], "list"), (np.ones((2, 2)), "float64")])
def test_a_mask_of_another_type(mask, came):
    with raises(TypeError, f"mask: expected a NumPy array of bool, got {came}"):
        layers.lengths(mask)


@pytest.mark.parametrize("shape", [(3,), (3, 2, 1), (0, 2), (3, 0)])
def test_a_mask_of_another_shape(shape):
    with raises(ValueError, f"mask: expected shape (T, B), sizes at least 1, got {shape}"):
        layers.lengths(np.ones(shape, bool))


def test_a_mask_with_an_empty_sequence():
    with raises(ValueError, "mask: sequence 1 has no step; leave it out of the batch"):
        layers.lengths(np.array([[True, False], [True, False]]))


@pytest.mark.parametrize("column", [[True, False, True], [False, True, True], [False, True, False]])
def test_a_mask_with_padding_before_a_real_step(column):
    mask = np.array([[True] * 3, column]).T
    with raises(ValueError, "mask: sequence 1 has padding before a real step; move its steps"):
        layers.lengths(mask)


def test_a_mask_and_its_lengths_are_inverse(rng):
    for _ in range(20):
        T, B = rng.integers(1, 6, 2)
        counts = rng.integers(1, T + 1, B)
        mask = np.array([[t < count for count in counts] for t in range(T)])
        np.testing.assert_array_equal(layers.lengths(mask), counts)


# Segments


def test_segments_read_each_real_step_once_in_order(rng):
    for _ in range(20):
        counts = rng.integers(1, 6, rng.integers(1, 5))
        ahead, back = padded.segments(counts)
        for pieces, turn in ((ahead, 1), (back, -1)):
            seen = [[] for _ in counts]
            for time, batch in pieces:
                for row in np.broadcast_to(time, (len(time), len(batch))):
                    for b, t in zip(batch, row, strict=True):
                        seen[b].append(int(t))
            assert seen == [list(range(count))[::turn] for count in counts]


def test_one_segment_for_each_length_that_occurs():
    ahead, back = padded.segments(np.array([5, 2, 5, 1, 2]))
    assert [batch.tolist() for _, batch in ahead] == [[0, 1, 2, 3, 4], [0, 1, 2, 4], [0, 2]]
    assert [len(time) for time, _ in back] == [1, 1, 3]
