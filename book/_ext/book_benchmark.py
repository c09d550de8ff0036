"""Tables of the benchmark, read from its results when the book is built.

    ```{benchmark} shapes
    :ratio: fused/torch
    :mode: training
    :threads: 1
    :dtype: float32
    :where:
    ```

A row is a shape, a column a cell; a number is a ratio of minima, and one above 1 is bold. Under the
table stand the count and the range, and with `where` the machine and the versions.
"""

import json
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

RESULTS = Path("benchmarks", "results")
NAMES = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU", "gru_reset_after": "GRU, reset after"}


def chosen(records, ratio, wanted):
    """Records that have the ratio and agree with what is wanted."""
    return [
        record
        for record in records
        if ratio in record["ratios"] and all(record[key] == wanted[key] for key in wanted)
    ]


def value(record, ratio):
    """The ratio of minima on the clock that counts."""
    return record["ratios"][ratio][record["counts"]]["minima"]


def grid(records, ratio):
    """Cells, shapes, and the value of each pair that was measured."""
    cells = list(dict.fromkeys(record["cell"] for record in records))
    shapes = list(dict.fromkeys(tuple(record[key] for key in "TBDH") for record in records))
    found = {(tuple(r[key] for key in "TBDH"), r["cell"]): value(r, ratio) for r in records}
    return cells, shapes, found


def sentence(values, ratio):
    """What a reader should take from the table."""
    first, second = ratio.split("/")
    faster = sum(one < 1 for one in values)
    low, high = min(values), max(values)
    return (
        f"Time of {first} over that of {second}: below 1 in {faster} of {len(values)} cases, "
        f"from {low:.2f} to {high:.2f}."
    )


def where(machine):
    """Where the numbers come from."""
    versions = ", ".join(f"{name} {machine['versions'][name]}" for name in ("numpy", "torch"))
    blas = ", ".join(machine["blas"])
    return f" Measured {machine['date']} on {machine['cpu']}; {blas}; {versions}."


def table(head, rows):
    """A docutils table; a cell is text, or a number, which is bold above 1."""
    group = nodes.tgroup(cols=len(head))
    group += [nodes.colspec(colwidth=1) for _ in head]
    group += nodes.thead("", _row(head))
    group += nodes.tbody("", *map(_row, rows))
    return nodes.table("", group)


def _row(cells):
    row = nodes.row()
    for cell in cells:
        text = cell if isinstance(cell, str) else f"{cell:.2f}"
        plain = isinstance(cell, str) or cell <= 1
        inner = nodes.Text(text) if plain else nodes.strong(text, text)
        row += nodes.entry("", nodes.paragraph("", "", inner))
    return row


class Benchmark(SphinxDirective):
    required_arguments = 1
    option_spec = {
        "ratio": directives.unchanged_required,
        "mode": directives.unchanged,
        "threads": directives.nonnegative_int,
        "dtype": directives.unchanged,
        "where": directives.flag,
    }

    def run(self):
        """Read the group's JSON and write its table."""
        # The package is linked or lies beside the book's sources, at the root of the build.
        path = Path(self.env.srcdir, RESULTS, f"{self.arguments[0]}.json")
        if not path.exists():
            known = ", ".join(sorted(one.stem for one in path.parent.glob("*.json")))
            raise self.error(f"benchmark: no results {self.arguments[0]!r}; there are {known}")
        self.env.note_dependency(str(path))
        result = json.loads(path.read_text("utf-8"))
        wanted = dict(self.options)
        ratio, told = wanted.pop("ratio"), "where" in wanted
        wanted.pop("where", None)
        records = chosen(result["records"], ratio, wanted)
        if not records:
            raise self.error(f"benchmark: no record of {ratio} with {wanted} in {path.name}")
        cells, shapes, found = grid(records, ratio)
        head = ["T, B, D, H", *(NAMES[cell] for cell in cells)]
        rows = [
            [", ".join(map(str, shape)), *(found.get((shape, cell), "") for cell in cells)]
            for shape in shapes
        ]
        values = [value(record, ratio) for record in records]
        note = sentence(values, ratio) + (where(result["machine"]) if told else "")
        return [table(head, rows), nodes.paragraph(note, note, classes=["benchmark-note"])]


def setup(app):
    app.add_directive("benchmark", Benchmark)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
