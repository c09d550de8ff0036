"""Ours withstands the bank: no point unearned, no leak, no harm, nothing left running."""

import pytest

from tests.grading.attacks import runs
from tests.grading.attacks.bank import BANK
from tests.grading.attacks.bank.kit import Attack, fill

CONTROL = Attack(
    "control", "control", "no attack", "nothing", "", lambda notebook: fill(notebook, "")
)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """All attacks in one batch, and the same notebook without an attack."""
    folder = tmp_path_factory.mktemp("attacks")
    ours = runs.GRADERS["ours"]
    start = runs.template(ours, folder / "template")
    assert start.usual == frozenset(), "an honest page shows what it must not show"
    return runs.run(ours, start, [CONTROL, *BANK.values()], folder / "batch", per_witness=3)


@pytest.mark.parametrize("name", ["batch", "control", *BANK])
def test_an_attack_wins_nothing(name, outcomes):
    points, leaks, harms = outcomes[name]
    assert points == 0, f"{name} gained {points} points"
    assert not leaks, f"{name} leaked {leaks}"
    assert not harms, f"{name} did harm: {harms}"
