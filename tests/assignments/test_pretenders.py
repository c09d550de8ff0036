"""Solutions that only agree with themselves earn nothing: tests trust no number of the student's.

Each pretender takes the place of the functions of the reference solution.
"""

import copy
import itertools

import numpy as np
import pytest

from tests.assignments.conftest import graded_cells, run_cells


def changed(value, change):
    """The value with every number and array in it changed."""
    if isinstance(value, dict):
        return {key: changed(item, change) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(changed(item, change) for item in value)
    return change(np.asarray(value, dtype=float)) if value is not None else None


def zeros(name, function):
    """Zeros satisfy every relation between two outputs."""
    return lambda *args, **kw: changed(function(*args, **kw), np.zeros_like)


def infinities(name, function):
    """Infinite slopes make a tolerance infinite that is relative to them."""
    turn = itertools.cycle([np.inf, -np.inf])
    return lambda *args, **kw: changed(
        function(*args, **kw), lambda array: np.full_like(array, next(turn))
    )


def counts(name, function):
    """Whatever counts its calls makes every central difference the same number."""
    turn = itertools.count()
    return lambda *args, **kw: changed(
        function(*args, **kw), lambda array: np.full_like(array, 1e-5 * next(turn))
    )


def overwrites(name, function):
    """Right answers; but the inputs, from which a test may compute later, are ones afterwards."""

    def pretend(*args, **kw):
        got = function(*copy.deepcopy(args), **copy.deepcopy(kw))
        for value in [*args, *kw.values()]:
            for array in value.values() if isinstance(value, dict) else [value]:
                if isinstance(array, np.ndarray):
                    array[...] = 1
        return got

    return pretend


@pytest.mark.parametrize("pretender", [zeros, infinities, counts, overwrites])
def test_a_pretender_earns_nothing(notebook, pretender):
    assert run_cells(notebook, wrap=pretender)[1] == graded_cells(notebook)
