"""What an instructor decides for a whole course, in one file: `course.toml` in the course folder.

::

    name = "Recurrent networks"
    seed = 814723               # of the hidden tests' inputs

    [late]
    per_day = 0.1               # share of the score that each day begun takes away
    grace_minutes = 15
    at_most = 0.5               # share that lateness takes away at most

    [assignments.a3_lstm]
    due = 2026-12-01T23:59:00+01:00
    points = 20                 # what it counts in the marks that leave the course

    [extensions.student-017]
    a3_lstm = 2026-12-04T23:59:00+01:00

Everything is optional. What the file does not say, nbgrader's own settings decide.
"""

import math
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

FILE = "course.toml"
DAY = 86_400.0  # seconds


class BadPolicy(Exception):
    """A `course.toml` that cannot be followed, and why."""


class Late(NamedTuple):
    """What lateness costs."""

    per_day: float  # share of the score
    grace_minutes: float = 0.0
    at_most: float = 1.0  # share of the score

    def penalty(self, score, seconds):
        """Points that a submission loses.

        Parameters
        ----------
        score : float
            Its points without the penalty.
        seconds : float
            How long after the student's own due date it came.
        """
        if seconds <= 60 * self.grace_minutes:
            return 0.0
        return score * min(self.at_most, self.per_day * math.ceil(seconds / DAY))


class Policy(NamedTuple):
    """The content of `course.toml`."""

    name: str = ""
    seed: int | None = None
    late: Late | None = None
    due: dict = {}  # assignment -> datetime
    points: dict = {}  # assignment -> float
    extensions: dict = {}  # student -> {assignment: datetime}

    def extension(self, student, assignment):
        """How much later than the others a student may hand in -> timedelta or None."""
        due = self.extensions.get(student, {}).get(assignment)
        return due - self.due[assignment] if due else None


def read_policy(folder):
    """Read `course.toml` in a course folder -> Policy; an empty one where there is no file.

    Raises
    ------
    BadPolicy
        When the file is no TOML, holds an unknown name, or a value of another kind.
    """
    path = Path(folder, FILE)
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Policy()
    except (OSError, ValueError) as error:
        raise BadPolicy(f"{path} cannot be read: {error}") from error
    try:
        return _policy(content)
    except BadPolicy as error:
        raise BadPolicy(f"{path}: {error}") from None


def _policy(content):
    _only(content, "", "name seed late assignments extensions")
    table = {key: _take(content, "", key, dict, {}) for key in ("assignments", "extensions")}
    due, points = {}, {}
    for name in table["assignments"]:
        one, where = _take(table["assignments"], "assignments.", name, dict), f"assignments.{name}."
        _only(one, where, "due points")
        if "due" in one:
            due[name] = _time(one, where, "due")
        if "points" in one:
            points[name] = _number(one, where, "points", 0, math.inf)
    extensions = {}
    for student in table["extensions"]:
        dates, where = _take(table["extensions"], "extensions.", student, dict), "extensions."
        where += f"{student}."
        extensions[student] = {name: _time(dates, where, name) for name in dates}
        for name, date in extensions[student].items():
            if name not in due:
                raise BadPolicy(f"{where}{name} extends a due date that assignments does not give")
            if date < due[name]:
                raise BadPolicy(f"{where}{name} is earlier than the due date of all")
    return Policy(
        name=_take(content, "", "name", str, ""),
        seed=_seed(content),
        late=_late(content),
        due=due,
        points=points,
        extensions=extensions,
    )


def _seed(content):
    seed = _take(content, "", "seed", int)
    if seed is not None and (isinstance(seed, bool) or seed < 0):
        raise BadPolicy(f"seed should be a whole number from 0 on, not {seed!r}")
    return seed


def _late(content):
    late = _take(content, "", "late", dict)
    if late is None:
        return None
    _only(late, "late.", " ".join(Late._fields))
    if "per_day" not in late:
        raise BadPolicy("late.per_day is missing: the share of the score that a day takes away")
    most = {"grace_minutes": math.inf}
    return Late(**{key: _number(late, "late.", key, 0, most.get(key, 1)) for key in late})


def _take(content, where, key, kind, default=None):
    value = content.get(key, default)
    if value is not None and not isinstance(value, kind):
        kinds = {dict: "a table", str: "a text", int: "a whole number"}
        raise BadPolicy(f"{where}{key} should be {kinds[kind]}, not {value!r}")
    return value


def _only(content, where, known):
    for key in content.keys() - set(known.split()):
        raise BadPolicy(f"{where}{key} is unknown; possible are {', '.join(known.split())}")


def _number(content, where, key, least, most):
    value = content[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        above = "" if most == math.inf else f" and at most {most}"
        raise BadPolicy(f"{where}{key} should be a number, at least {least}{above}, not {value!r}")
    return float(value)


def _time(content, where, key):
    """A time in UTC."""
    value = content[key]
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise BadPolicy(
            f"{where}{key} should be a date and time with its zone, such as "
            f"2026-12-01T23:59:00+01:00, not {value}"
        )
    return value.astimezone(UTC)
