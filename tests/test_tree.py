"""Maps and walks over nested tuples of arrays."""

import numpy as np
import pytest

from rnncourse.lstm import State
from rnncourse.params import Params
from rnncourse.tree import leaves, named_leaves, tree_map


def test_map_keeps_types_and_order():
    tree = (State(1, 2), (3, Params(4, 5, 6)))
    assert tree_map(lambda v: 10 * v, tree) == (State(10, 20), (30, Params(40, 50, 60)))
    mapped = tree_map(lambda v: v, tree)
    assert type(mapped[0]) is State and type(mapped[1]) is tuple and type(mapped[1][1]) is Params


def test_map_over_several_trees_pairs_what_stands_at_the_same_place():
    assert tree_map(lambda a, b, c: a + b * c, State(1, 2), State(3, 4), State(5, 6)) == (16, 26)


def test_a_single_array_is_a_tree():
    array = np.arange(3)
    np.testing.assert_array_equal(tree_map(lambda a: a + 1, array), [1, 2, 3])
    assert leaves(array)[0] is array and named_leaves(array, "x") == [("x", array)]


@pytest.mark.parametrize(
    "one, other, kinds",
    [
        (State(1, 2), Params(1, 2, 3), "State, Params"),
        (State(1, 2), (1, 2), "State, tuple"),
        ((1, 2), 3, "tuple, int"),
    ],
)
def test_map_refuses_trees_of_different_types(one, other, kinds):
    with pytest.raises(ValueError, match=f"expected trees of one structure, got {kinds}"):
        tree_map(lambda a, b: a, one, other)


def test_map_refuses_trees_of_different_lengths():
    with pytest.raises(ValueError, match="zip"):
        tree_map(lambda a, b: a, (1, 2), (1, 2, 3))


def test_names_lead_to_the_array():
    tree = (State(1, 2), (3, Params(4, 5, 6)))
    assert named_leaves(tree, "all") == [
        ("all.0.h", 1),
        ("all.0.c", 2),
        ("all.1.0", 3),
        ("all.1.1.W_x", 4),
        ("all.1.1.W_h", 5),
        ("all.1.1.b", 6),
    ]
    assert named_leaves(State(1, 2)) == [("h", 1), ("c", 2)]
    assert leaves(tree) == [1, 2, 3, 4, 5, 6]
