"""Every public name says what it takes, gives and refuses."""

import inspect
from typing import NamedTuple

import numpy as np
import pytest

import rnncourse
from tests import docs

MODULES = {module.__name__: module for module in docs.modules()}
PUBLIC = {
    name: value
    for module in docs.reference()
    for name, value in docs.names(MODULES[module]).items()
}
REST = {
    name: value
    for module in MODULES.values()
    for name, value in docs.names(module).items()
    if value not in PUBLIC.values()
}


@pytest.mark.parametrize("name", MODULES)
def test_every_module_says_what_it_is(name):
    assert not docs.summary_problems(inspect.getdoc(MODULES[name]) or "")


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_has_a_complete_docstring(name):
    assert not docs.problems(PUBLIC[name])


@pytest.mark.parametrize("name", REST)
def test_every_helper_says_what_it_does(name):
    assert not docs.summary_problems(inspect.getdoc(REST[name]) or "")


def test_the_reference_describes_every_module_that_the_package_offers():
    offered = {f"rnncourse.{name}" for name in rnncourse.__all__}
    assert offered & MODULES.keys() <= set(docs.reference()) <= MODULES.keys()
    assert rnncourse.unroll in PUBLIC.values() and rnncourse.Params in PUBLIC.values()
    assert len(PUBLIC) > 80


def good(x, scale=1.0):
    """Stretch a sequence.

    Parameters
    ----------
    x : ndarray (T, B, D)
    scale : float
        How far.

    Returns
    -------
    ndarray (T, B, D)

    Raises
    ------
    ValueError
        If `scale` is not above 0.
    """
    if scale <= 0:
        raise ValueError("scale: expected a number above 0")
    return x * scale


def variant(old, new):
    """`good` with one passage of its docstring changed; the code is found through __wrapped__."""
    assert old in good.__doc__

    def changed(x, scale=1.0): ...

    changed.__wrapped__ = good
    changed.__doc__ = good.__doc__.replace(old, new)
    return changed


def tiny(params, H):
    """Doubled weights."""
    return 2 * params, H


def undocumented():
    return 1


class Made(NamedTuple):
    """Two arrays and a number."""

    x: np.ndarray  # (T, B, D)
    h: np.ndarray  # of every step
    t: int


class Stateful:
    """It has a property."""

    @property
    def state(self):
        """A copy: an array."""


class Bare(NamedTuple):
    t: int


def test_a_complete_docstring_passes():
    assert docs.problems(good) == []


@pytest.mark.parametrize(
    "old, new, problem",
    [
        ("sequence.", "sequence", "has a summary without a full stop"),
        ("sequence.\n\n", "sequence.\n", "has no empty line below its summary"),
        (" (T, B, D)\n    scale", "\n    scale", "gives no shape for x"),
        ("x : ndarray (T, B, D)", "x", "does not say what x is"),
        ("    scale : float\n", "    size : float\n", "lists the parameters [['x'], ['size']]"),
        ("Returns\n    -------\n    ndarray (T, B, D)", "", "has no section Returns"),
        ("Raises\n    ------", "Errors\n    ------", "has no section Raises"),
        ("Raises\n    ------", "Errors\n    ------", "has the unknown section Errors"),
    ],
)
def test_what_is_missing_is_found(old, new, problem):
    assert any(problem in found for found in docs.problems(variant(old, new)))


def test_a_short_docstring_must_name_the_parameters_and_a_field_its_shape():
    lacking = ["params", "H"]
    assert docs.problems(tiny) == [f"is short and does not name {name}" for name in lacking]
    assert docs.problems(undocumented) == ["has no docstring"]
    assert docs.problems(Made) == ["gives no shape for h"]
    assert docs.problems(Bare) == ["has no docstring"]
    assert docs.problems(Stateful.state) == ["has a colon in its summary"]
