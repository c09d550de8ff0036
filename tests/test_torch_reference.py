"""Outputs, states and all gradients equal PyTorch's, from stored arrays (tests/reference.py)."""

import numpy as np
import pytest

from rnncourse.tree import leaves
from tests.answer import ours
from tests.reference import SIZES, load


@pytest.mark.parametrize("case", range(len(SIZES)))
def test_forward_and_backward_equal_pytorch(cell, case):
    problem, theirs = load(cell, case)
    for mine, expected in zip(leaves(ours(problem)), theirs, strict=True):
        np.testing.assert_allclose(mine, expected, rtol=1e-10, atol=1e-10, strict=True)
