"""Problems of random size, precision, strength and layout, for the tests of properties."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from hypothesis import configuration, settings
from hypothesis import strategies as st

from rnncourse import fused, unroll, unroll_backward
from rnncourse.tree import leaves, named_leaves, tree_map
from tests.conftest import make_problem

configuration.set_hypothesis_home_dir(Path(__file__).parents[1] / "_build" / "hypothesis")
# The same examples in every run, however slow the machine.
tried = settings(deadline=None, derandomize=True, database=None, max_examples=20)


class Passes(NamedTuple):
    """A forward and a backward pass over a sequence, called alike."""

    forward: Any  # (cell, params, x, state) -> (out, state, cache)
    backward: Any  # (cell, params, cache, dout, dstate) -> (dx, dstate, grads)


def of_fused(**options):
    """The passes of `fused`, with these options of its forward pass."""

    def forward(cell, params, x, state):
        return fused.forward(cell, params, x, state, **options)

    def backward(cell, params, cache, dout, dstate):
        return fused.backward(cell, cache, dout, dstate)

    return Passes(forward, backward)


READABLE = Passes(unroll, unroll_backward)
FUSED = of_fused()
CHECKPOINTED = of_fused(checkpoint=2)


LAYOUTS = [
    np.copy,
    np.asfortranarray,
    lambda array: np.repeat(array, 2, axis=-1)[..., ::2],
    lambda array: array[::-1].copy()[::-1],
]


def mapped(f, problem):
    """The problem with every array replaced by f of it."""
    return problem._replace(
        **{name: tree_map(f, getattr(problem, name)) for name in problem._fields[1:]}
    )


@st.composite
def problems(
    draw,
    cell,
    shortest=1,
    largest=6,
    strengths=(1.0, 0.1, 3.0, 8.0),
    dtypes=(np.float64, np.float32),
):
    """A problem for `cell`; weights up to 8 times as strong as PyTorch draws them."""
    least = {"T": shortest, "B": 1, "D": 1, "H": 1}
    sizes = {name: draw(st.integers(low, largest), label=name) for name, low in least.items()}
    seed = draw(st.integers(0, 2**32 - 1), label="seed")
    dtype = draw(st.sampled_from(dtypes), label="dtype")
    strength = dtype(draw(st.sampled_from(strengths), label="strength"))
    layout = draw(st.sampled_from(LAYOUTS), label="layout")
    problem = make_problem(cell, **sizes, seed=seed, dtype=dtype)
    problem = problem._replace(params=tree_map(lambda w: w * strength, problem.params))
    return mapped(layout, problem)


def run(passes, problem):
    """((out, state), (dx, dstate, grads)) of both passes."""
    cell, params, x, state, dout, dstate = problem
    out, last, cache = passes.forward(cell, params, x, state)
    return (out, last), passes.backward(cell, params, cache, dout, dstate)


def assert_slope(loss, tree, grads, eps=1e-6):
    """Fail unless the loss changes along a random direction as the gradients say; float64."""
    rng = np.random.default_rng(0)
    way = tree_map(lambda array: rng.normal(size=array.shape), tree)
    above, below = (
        loss(tree_map(lambda array, v, s=sign * eps: array + s * v, tree, way)) for sign in (1, -1)
    )
    shares = [np.sum(v * grad) for v, grad in zip(leaves(way), leaves(grads), strict=True)]
    assert abs((above - below) / (2 * eps) - sum(shares)) <= 1e-6 * max(1, *map(abs, shares))


def arrays(tree):
    """A flat dict of every array of a result, by its path."""
    return dict(named_leaves(tree))


def assert_close(mine, expected, double=1e-12, single=2e-5, scales=None, floor=0.0):
    """Fail unless two trees agree, each array relative to its largest entry, or to `scales`.

    The scale is never below `floor`.
    """
    scales = leaves(tree_map(np.abs, expected) if scales is None else scales)
    for (name, one), two, sizes in zip(named_leaves(mine), leaves(expected), scales, strict=True):
        assert one.shape == two.shape and one.dtype == two.dtype, name
        tol = single if two.dtype == np.float32 else double
        error, scale = np.abs(one - two).max(initial=0), sizes.max(initial=floor)
        assert error <= tol * scale, f"{name}: off by {error:.1e} where the largest is {scale:.1e}"


def assert_sum(mine, *parts):
    """Fail unless a tree is the sum of `parts`, relative to their sizes: a sum may cancel."""
    expected = tree_map(lambda *shares: sum(shares), *parts)
    assert_close(mine, expected, scales=tree_map(lambda *shares: sum(map(np.abs, shares)), *parts))


def assert_equal(mine, expected):
    """Fail unless two trees agree to the last bit."""
    for (name, one), two in zip(named_leaves(mine), leaves(expected), strict=True):
        np.testing.assert_array_equal(one, two, err_msg=name, strict=True)
