"""The page that sums up: where it was measured, which limits hold, one number a case, figures."""

from benchmarks import figures, limits
from benchmarks.report import markdown, ratio_cell

HOW = """\
A number is the time of the first over the time of the second; below 1 the first is faster. It
divides the minima over the rounds; the tables of each group show the median and the quartiles of
the rounds' ratios beside it. On one thread CPU time counts, on two threads (and for a training
run) the wall clock. Bold numbers miss their limit by more than 5 %. `torch.nn` has no module that
computes `gru`; its GRU stands beside it.
"""


def write(folder, results):
    """Write ``summary.md`` and the figures from all groups' results.

    Parameters
    ----------
    folder : pathlib.Path
    results : dict
        As `report.read` returns it.
    """
    records = [record for group in results.values() for record in group["records"]]
    parts = ["# Speed and memory", _machines(results), HOW.strip(), "## Limits", _verdicts(records)]
    for title, found in _overviews(results):
        parts += [f"## {title}", found]
    for file, alt in figures.draw(folder, results):
        parts.append(f"![{alt}]({file})")
    details = ", ".join(f"[{group}]({group}.md)" for group in results)
    parts.append(f"Every case with all its ratios: {details}. The JSON and CSV beside them hold")
    parts[-1] += " minima, medians and quartiles of each contender."
    (folder / "summary.md").write_text("\n\n".join(part.strip() for part in parts) + "\n")


def _machines(results):
    """One line a machine, with the groups that were measured there."""
    lines = {}
    for group, result in results.items():
        lines.setdefault(machine_line(result["machine"]), []).append(group)
    return "\n".join(f"- {', '.join(groups)}: {line}" for line, groups in lines.items())


def machine_line(machine):
    """The machine, the BLAS kernel and the versions in one sentence."""
    versions = ", ".join(f"{name} {number}" for name, number in machine["versions"].items())
    blas = "; ".join(machine["blas"])
    return (
        f"{machine['date']}; {machine['cpu']}, {machine['cores']} cores, "
        f"{machine['memory_gb']} GB, {machine['system']}; NumPy's BLAS {blas} "
        f"(OPENBLAS_CORETYPE {machine['coretype']}); Python {machine['python']}, {versions}."
    )


def _verdicts(records):
    rows = []
    for one, values, over in limits.verdicts(records):
        if values:
            worst = f"{min(values):.2f}-{max(values):.2f}"
            verdict = f"**{over} of {len(values)} over**" if over else f"holds ({len(values)})"
            rows.append([one.text, one.ratio, one.value, worst, verdict])
    return markdown(["what", "ratio", "at most", "measured", "cases"], rows)


def _overviews(results):
    """Title and table: a row a shape, a column a cell and precision, fused over torch."""
    for group in ("shapes", "stream"):
        records = results.get(group, {"records": []})["records"]
        kinds = sorted({(record["threads"], record["mode"]) for record in records})
        for threads, mode in kinds:
            chosen = [r for r in records if (r["threads"], r["mode"]) == (threads, mode)]
            title = f"fused / torch, {mode}, {threads} thread{'s' if threads > 1 else ''}"
            yield title, _matrix(chosen)


def _matrix(records):
    columns = list(dict.fromkeys((r["cell"], r["dtype"]) for r in records))
    shapes = list(dict.fromkeys(tuple(r[key] for key in "TBDH") for r in records))
    cells = {}
    for r in records:
        place = tuple(r[key] for key in "TBDH"), (r["cell"], r["dtype"])
        cells[place] = ratio_cell(r, "fused/torch", short=True)
    head = ["(T, B, D, H)", *(f"{cell} {dtype}" for cell, dtype in columns)]
    return markdown(
        head, [[shape, *(cells.get((shape, column), "") for column in columns)] for shape in shapes]
    )
