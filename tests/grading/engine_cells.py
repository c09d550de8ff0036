"""Cells and an engine for the tests of the engine."""

from textwrap import dedent

from rnncourse.grading.engine import Cell


def submission(*sources):
    """Cells by turns: `S` and source for a student's, `T` and source for a locked one."""
    return [
        Cell(f"{kind.lower()}{number}", dedent(source).strip("\n"), kind == "T")
        for number, (kind, source) in enumerate(sources)
    ]


def judged(engine, *sources, **more):
    """Run cells -> their results by name, and the notes."""
    verdict = engine.run(submission(*sources), **more)
    return {result.name: result for result in verdict.results}, verdict.notes


def shown(result):
    """All the text that a result shows."""
    parts = []
    for output in result.outputs:
        parts += [output.get("text", ""), output.get("evalue", ""), *output.get("traceback", ())]
        parts.append(output.get("data", {}).get("text/plain", ""))
    return "\n".join(parts)
