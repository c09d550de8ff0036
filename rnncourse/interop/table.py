"""The table of conventions, written from what the converters themselves use."""

from rnncourse import gru, gru_reset_after, lstm
from rnncourse.interop.edges import CELLS, cell_name
from rnncourse.interop.layout import LAYOUTS

# How each framework arranges sequences and states; `dirs` is 1 or 2.
ARRAYS = {
    "rnncourse": {
        "backward direction": "`Layer.backward`",
        "input": "`x (T, B, D)`",
        "output": "`out (T, B, dirs*H)`",
        "final h": "`state`: one `(B, H)` a layer and direction",
        "final c": "`state`: `.c (B, H)` beside `.h (B, H)`",
    },
    "PyTorch": {
        "backward direction": "names end in `_reverse`",
        "input": "`x (T, B, D)`, with `batch_first=True`: `(B, T, D)`",
        "output": "`output (T, B, dirs*H)`",
        "final h": "`h_n (layers*dirs, B, H)`",
        "final c": "`c_n (layers*dirs, B, H)`",
    },
    "Keras": {
        "backward direction": "`Bidirectional.backward_layer`",
        "input": "`x (B, T, D)`",
        "output": "`return_sequences=True`: `(B, T, dirs*H)`",
        "final h": "`return_state=True`: `(B, H)` a direction",
        "final c": "after each h: `(B, H)`",
    },
    "ONNX": {
        "backward direction": "second entry along `dirs`",
        "input": "`X (T, B, D)`, with `layout=1`: `(B, T, D)`",
        "output": "`Y (T, dirs, B, H)`",
        "final h": "`Y_h (dirs, B, H)`",
        "final c": "`Y_c (dirs, B, H)`",
    },
}


def conventions(cell):
    """Say how each framework stores and feeds a cell.

    Parameters
    ----------
    cell : module
        `rnn`, `lstm`, `gru` or `gru_reset_after`.

    Returns
    -------
    str
        A Markdown table, one column a framework.

    Raises
    ------
    ValueError
        If `cell` is none of these.

    Notes
    -----
    `dirs` is 1 or 2. Directions stand side by side in the output, forward first.

    Examples
    --------
    >>> for line in conventions(lstm).splitlines()[:5]:
    ...     print(line)
    | lstm | rnncourse | PyTorch | Keras | ONNX |
    | --- | --- | --- | --- | --- |
    | name | `lstm` | `nn.LSTM` | `LSTM` | `LSTM` |
    | gates | `i f g o` | `i f g o` | `i f g o` | `i o f g` |
    | in its letters | `i f g o` | `i f g o` | `i f c o` | `i o f c` |
    """
    if cell not in CELLS:
        raise ValueError(f"cell: expected rnn, lstm, gru or gru_reset_after, got {cell!r}")
    columns = {framework: _column(framework, cell) for framework in LAYOUTS}
    lines = [[cell_name(cell), *columns], ["---"] * (1 + len(columns))]
    for row in columns["rnncourse"]:
        lines.append([row, *(column.get(row, "") for column in columns.values())])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _column(framework, cell):
    """What one framework says in each row."""
    if cell not in LAYOUTS[framework]:
        return {"name": "no module computes it"}
    layout = LAYOUTS[framework][cell]
    lead = "dirs, " if framework == "ONNX" else ""
    GH = "H" if cell.N_GATES == 1 else f"{cell.N_GATES}H"

    def weights(name, rows):
        shape = f"{GH}, {rows}" if layout.transposed else f"{rows}, {GH}"
        return f"`{name.format('_l0')} ({lead}{shape})`"

    column = {"name": f"`{layout.name}`"}
    if cell.N_GATES > 1:
        column["gates"] = f"`{' '.join(layout.gates)}`"
        column["in its letters"] = f"`{' '.join(layout.letters)}`"
    column |= {
        "from the input": weights(layout.W_x, "D"),
        "from the state": weights(layout.W_h, "H"),
        "a product": "`x @ W.T`" if layout.transposed else "`x @ W`",
        "biases": ", ".join(f"`{name.format('_l0')} {shape}`" for name, shape in layout.biases),
        "biases of": "input, then state" if layout.bias_rows == 2 else "input",
    }
    if cell in (gru, gru_reset_after):
        column["reset gate"] = f"{'before' if cell is gru else 'after'} the product"
        column["z = 1"] = "keeps the past"
    arrays = dict(ARRAYS[framework])
    if cell is not lstm:
        del arrays["final c"]
    return column | arrays
