"""Ours withstands the bank: no point unearned, no leak, no harm, nothing left running.

One test, so that pytest-xdist grades the batch once.
"""

from tests.grading.attacks import runs
from tests.grading.attacks.bank import BANK
from tests.grading.attacks.bank.kit import Attack, fill

CONTROL = Attack(
    "control", "control", "no attack", "nothing", "", lambda notebook: fill(notebook, "")
)


def test_no_attack_wins_anything(tmp_path):
    ours = runs.GRADERS["ours"]
    start = runs.template(ours, tmp_path / "template")
    assert start.usual == frozenset(), "an honest page shows what it must not show"
    attacks = [CONTROL, *BANK.values()]
    outcomes = runs.run(ours, start, attacks, tmp_path / "batch", per_witness=3)
    assert outcomes.keys() == {"batch", "control", *BANK}
    won = [f"{name}: {tuple(o)}" for name, o in outcomes.items() if o.succeeded]
    assert not won, "\n".join(["(points, leaks, harms)", *won])
