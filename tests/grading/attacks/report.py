"""The table of all attacks, as Markdown for readers and JSON for programs."""

import datetime
import json
import platform
from importlib.metadata import version

from tests.grading.attacks.bank import BANK

PACKAGES = "nbgrader", "nbclient", "ipykernel", "numpy"
NAMES = {"stock": "stock nbgrader", "ours": "with rnncourse.grading"}


def summary(outcomes):
    """How many of these outcomes gained points, leaked, harmed."""
    return {
        "attacks": len(outcomes),
        "gained points": sum(o["points"] > 0 for o in outcomes),
        "leaked": sum(bool(o["leaks"]) for o in outcomes),
        "harmed": sum(bool(o["harms"]) for o in outcomes),
        "withstood": sum(withstood(o) for o in outcomes),
    }


def withstood(outcome):
    """Nothing gained, leaked or harmed."""
    return not (outcome["points"] > 0 or outcome["leaks"] or outcome["harms"])


def document(results, earlier=None):
    """What is stored: versions, the date, and an outcome for each grader and attack.

    Results of an earlier run are kept where this run has none.
    """
    attacks = {name: {} for name in BANK}
    for known in (earlier or {}).get("attacks", {}).items():
        if known[0] in attacks:
            attacks[known[0]] |= known[1].get("outcomes", {})
    for grader, outcomes in results.items():
        for name, outcome in outcomes.items():
            attacks[name][grader] = outcome._asdict()
    return {
        "date": datetime.date.today().isoformat(),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in PACKAGES},
        "summary": {
            grader: summary([o[grader] for o in attacks.values() if grader in o])
            for grader in NAMES
            if any(grader in o for o in attacks.values())
        },
        "attacks": {
            name: {"class": BANK[name].kind, "does": BANK[name].does, "wins": BANK[name].wins}
            | {"stock withstands": BANK[name].stock, "outcomes": outcomes}
            for name, outcomes in attacks.items()
        },
    }


def markdown(data):
    """The same as a page."""
    graders = list(data["summary"])
    lines = [
        "# Attacks on the grader",
        "",
        f"Measured on {data['date']} with Python {data['python']}, "
        + ", ".join(f"{name} {number}" for name, number in data["versions"].items())
        + ". Every attack is graded in a throw-away container, in a course of its own, after one "
        "honest student and before another. *Points* are points that the same notebook does not "
        "get without the attack. A *leak* is a canary (planted in hidden tests, solutions, "
        "another student's work, the gradebook, the grader's environment) that reaches a page "
        "or a network; stock nbgrader prints the hidden tests on every page, which is not "
        "counted here. *Harm* is anything done to others' marks, the course, the machine, or the "
        "reader of a page.",
        "",
        "| how many | " + " | ".join(NAMES[grader] for grader in graders) + " |",
        "|---|" + "---:|" * len(graders),
    ]
    for row in "attacks", "gained points", "leaked", "harmed", "withstood":
        counts = " | ".join(str(data["summary"][grader][row]) for grader in graders)
        lines.append(f"| {row} | {counts} |")
    for kind in dict.fromkeys(attack["class"] for attack in data["attacks"].values()):
        lines += ["", f"## {kind.capitalize()}", ""]
        lines.append("| attack | what it does | " + " | ".join(map(NAMES.get, graders)) + " |")
        lines.append("|---|---|" + "---|" * len(graders))
        for name, attack in data["attacks"].items():
            if attack["class"] == kind:
                cells = (_cell(attack, grader) for grader in graders)
                row = f"`{name}`", attack["does"], *cells
                lines.append("| " + " | ".join(text.replace("|", "\\|") for text in row) + " |")
    return "\n".join(lines) + "\n"


def _cell(attack, grader):
    outcome = attack["outcomes"].get(grader)
    if outcome is None:
        return "not run"
    if withstood(outcome):
        why = attack["stock withstands"] if grader == "stock" else ""
        return f"withstood: {why}" if why else "withstood"
    parts = [f"**{outcome['points']:g} points**"] if outcome["points"] > 0 else []
    parts += [f"leak: {', '.join(outcome['leaks'])}"] if outcome["leaks"] else []
    parts += ["harm: " + "; ".join(outcome["harms"][:4])] if outcome["harms"] else []
    return "; ".join(parts)


def write(data, folder):
    """attacks.json and attacks.md in a folder."""
    text = json.dumps(data, indent=1, ensure_ascii=False) + "\n"
    (folder / "attacks.json").write_text(text, "utf-8")
    (folder / "attacks.md").write_text(markdown(data), "utf-8")


def read(folder):
    """What an earlier run has stored; None where there is nothing."""
    path = folder / "attacks.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else None
