"""Markdown tables of ratios, and the files they are kept in."""

import csv
import json

from benchmarks import limits
from benchmarks.record import CLOCKS

COLUMNS = {
    "shapes": ("fused/torch", "fused/onnxruntime", "fused/products", "readable/naive"),
    "sweep": ("fused/torch",),
    "stream": ("fused/torch", "fused/onnxruntime", "fused/readable"),
    "memory": ("fused/torch", "fused checkpoint/fused"),
    "training": ("fused/torch",),
}
BYTES = ("bytes fused/torch", "bytes fused checkpoint/torch")
CASE = ("cell", "T", "B", "D", "H", "dtype", "mode", "threads")


def table(records):
    """One markdown table for the records of one group.

    Parameters
    ----------
    records : list of dict
        As `make_record` makes them.

    Returns
    -------
    str
        A ratio of minima, then in brackets the median and the quartiles of the rounds' ratios.
        Bold: over its limit by more than the tolerance, or in a sweep slower than PyTorch.
    """
    group = records[0]["group"]
    ratios = list(COLUMNS[group])
    if any("fused reset after" in record["seconds"] for record in records):
        ratios.append("fused/fused reset after")
    head = [*CASE, *ratios]
    head += list(BYTES) if group == "memory" else []
    unit = "us a step" if group == "stream" else "ms"
    head += [f"{name} {unit}" for name in ("fused", "torch")]
    head += ["MB fused", "MB torch"] if group == "memory" else []
    head += ["largest difference of losses"] if group == "training" else []
    return markdown(head, [_row(record, ratios) for record in records])


def markdown(head, rows):
    """A table of cells in markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"


def _row(record, ratios):
    row = [record[key] for key in CASE]
    row += [ratio_cell(record, ratio) for ratio in ratios]
    if "bytes" in record:
        row += [bytes_cell(record, ratio) for ratio in BYTES]
    for name in ("fused", "torch"):
        seconds = record["seconds"].get(name)
        scale = 1e6 / record["T"] if record["group"] == "stream" else 1e3
        row.append(f"{scale * seconds[record['counts']]['minimum']:.3g}" if seconds else "")
    if "bytes" in record:
        found = [record["bytes"].get(name) for name in ("fused", "torch")]
        row += [f"{one['rss'] / 1e6:.1f}" if one else "" for one in found]
    if "loss_error" in record:
        row.append(f"{record['loss_error']:.1e}")
    return row


def ratio_cell(record, ratio, short=False):
    """One ratio as text: minima (median; quartiles), or minima alone; bold if over its limit."""
    if ratio not in record["ratios"]:
        return ""
    entry = record["ratios"][ratio][record["counts"]]
    spread = " ({median:.2f}; {quarter:.2f}-{three_quarters:.2f})"
    text = ("{minima:.2f}" + ("" if short else spread)).format(**entry)
    return _mark(record, ratio, text)


def bytes_cell(record, ratio):
    """A ratio of memory as text."""
    got = limits.value(record, ratio)
    return "" if got is None else _mark(record, ratio, f"{got:.3f}")


def _mark(record, ratio, text):
    if limits.is_over(record, ratio):
        return f"**{text}** limit {limits.limit(record, ratio)}"
    slower = record["group"] == "sweep" and limits.value(record, ratio) > 1
    return f"**{text}**" if slower else text


def write(folder, group, records, machine):
    """Write ``<group>.json``, ``<group>.csv`` and ``<group>.md``.

    The JSON holds everything; the CSV has one line for each case and contender, in seconds.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(json.dumps(_rounded(record)) for record in records)
    whole = f'{{"machine": {json.dumps(machine, indent=1)},\n"records": [\n{lines}\n]}}\n'
    (folder / f"{group}.json").write_text(whole)
    (folder / f"{group}.md").write_text(f"# {group}\n\n{table(records)}")
    with (folder / f"{group}.csv").open("w", newline="") as file:
        write_line = csv.writer(file, lineterminator="\n").writerow
        spreads = ("minimum", "quarter", "median", "three_quarters")
        head = [f"{clock}_{name}" for clock in CLOCKS for name in spreads]
        write_line([*CASE, "contender", "rounds", "repetitions", *head])
        for record in records:
            for name, seconds in record["seconds"].items():
                times = [f"{seconds[clock][part]:.4g}" for clock in CLOCKS for part in spreads]
                case = [record[key] for key in CASE]
                write_line([*case, name, record["rounds"], seconds["repetitions"], *times])


def _rounded(value):
    """Four digits are more than a measurement has."""
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_rounded(part) for part in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value


def read(folder):
    """Every group's file that `write` left in a folder: a dict by group."""
    files = (folder / f"{group}.json" for group in COLUMNS)
    return {file.stem: json.loads(file.read_text()) for file in files if file.exists()}
