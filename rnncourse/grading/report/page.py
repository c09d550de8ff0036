"""The report as one HTML file that asks no other host for anything."""

import statistics
from itertools import pairwise
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

HERE = Path(__file__).parent
MOST_BARS = 25


def render(results, date, pseudonyms=False, course=""):
    """Results -> HTML text."""
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["points"] = lambda number: f"{round(number, 2):g}"
    scores = [submission.score for submission in results.submissions]
    times = [s for s in results.submissions if s.seconds is not None]
    return environment.get_template("page.html.j2").render(
        results=results,
        course=course,
        bars=histogram(scores, results.most),
        summary=summary(scores, results.most),
        titles={check.name: check.title for check in results.checks},
        hardest=sorted(results.checks, key=lambda check: -check.failed / check.judged),
        flagged=[s for s in results.submissions if s.review or s.waits],
        slowest=sorted(times, key=lambda s: -s.seconds)[:5],
        usual_time=statistics.median(s.seconds for s in times) if times else None,
        style=(HERE / "page.css").read_text("utf-8"),
        date=date,
        pseudonyms=pseudonyms,
    )


def histogram(scores, most):
    """How many have which score -> list of (label, count).

    One bar for each number of points, or for each twentieth where there are too many or parts.
    """
    if not scores or most <= 0:
        return []
    if most <= MOST_BARS and all(float(value).is_integer() for value in [most, *scores]):
        counts = [0] * (int(most) + 1)
        for score in scores:
            counts[min(max(int(score), 0), int(most))] += 1
        return [(f"{k}", count) for k, count in enumerate(counts)]
    width, counts = most / 20, [0] * 20
    for score in scores:
        counts[min(max(int(score / width), 0), 19)] += 1
    ends = [f"{round(k * width, 2):g}" for k in range(21)]
    labels = [f"{low} to below {high}" for low, high in pairwise(ends)]
    return list(zip([*labels[:-1], f"{ends[-2]} to {ends[-1]}"], counts, strict=True))


def summary(scores, most):
    """The distribution in one sentence, for everybody and for the figure's description."""
    if not scores:
        return "Nobody has handed in."
    full, none = (sum(score == value for score in scores) for value in (most, 0))
    sentence = f"The median is {statistics.median(scores):g} of {most:g} points"
    if len(scores) >= 4:
        low, _, high = statistics.quantiles(scores, n=4, method="inclusive")
        sentence += f"; the middle half lies between {low:g} and {high:g}"
    return f"{sentence}. {full} of {len(scores)} have full marks, {none} have none."
