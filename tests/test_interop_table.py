"""The table of conventions says what the converters do, in every row for every framework."""

import pytest

from rnncourse import gru, gru_reset_after, interop, lstm, rnn
from rnncourse.interop.layout import LAYOUTS
from rnncourse.tree import leaves
from tests.networks import network

PLACES = [(framework, cell) for framework, cells in LAYOUTS.items() for cell in cells]
every_place = pytest.mark.parametrize(
    "framework, cell", PLACES, ids=[f"{name}-{LAYOUTS[name][cell].name}" for name, cell in PLACES]
)


def rows(cell):
    """{row: {framework: text}} of the printed table."""
    head, _, *lines = (
        [part.strip() for part in line.strip("|").split("|")]
        for line in interop.conventions(cell).splitlines()
    )
    return {line[0]: dict(zip(head[1:], line[1:], strict=True)) for line in lines}


@pytest.mark.parametrize("cell", [rnn, lstm, gru, gru_reset_after])
def test_the_table_has_every_framework_in_every_row(cell):
    table = rows(cell)
    for row, texts in table.items():
        assert list(texts) == ["rnncourse", "PyTorch", "Keras", "ONNX"]
        empty = [framework for framework, text in texts.items() if not text]
        assert empty == (["PyTorch"] if cell is gru and row != "name" else [])
    assert ("final c" in table) == (cell is lstm)
    assert ("z = 1" in table) == ("reset gate" in table) == (cell in (gru, gru_reset_after))


def test_the_table_names_our_own_arrays(cell):
    (layer,) = network(cell)
    G, H = cell.N_GATES, 4
    table = rows(cell)
    text = ", ".join(
        table[row]["rnncourse"] for row in ("from the input", "from the state", "biases")
    )
    width = "H" if G == 1 else f"{G}H"
    shapes = {(3, G * H): f"(D, {width})", (H, G * H): f"(H, {width})"}
    shapes |= {(H,): "(H,)", (G * H,): f"({width},)"}
    pairs = zip(layer.forward._fields, leaves(layer.forward), strict=True)
    assert text == ", ".join(f"`{name} {shapes[array.shape]}`" for name, array in pairs)


@every_place
def test_letters_are_ours_but_for_the_candidates_name(framework, cell):
    theirs = {"Keras": str.maketrans("gn", "ch"), "ONNX": str.maketrans("gnh", "chi")}
    layout = LAYOUTS[framework][cell]
    assert layout.letters == layout.gates.translate(theirs.get(framework, {}))


def test_the_table_tells_the_two_forms_of_the_gru_apart():
    assert set(rows(gru)["reset gate"].values()) - {""} == {"before the product"}
    assert set(rows(gru_reset_after)["reset gate"].values()) == {"after the product"}
    assert rows(gru)["name"]["PyTorch"] == "no module computes it"


def test_the_table_refuses_what_is_no_cell():
    with pytest.raises(ValueError, match="cell: expected rnn, lstm"):
        interop.conventions("lstm")
