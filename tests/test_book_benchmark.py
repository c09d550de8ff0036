"""Tables of the benchmark in the book, and what the book says of them."""

import importlib.util
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"
SPEC = importlib.util.spec_from_file_location(
    "book_benchmark", ROOT / "book/_ext/book_benchmark.py"
)
book_benchmark = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(book_benchmark)


def record(cell, T, minima, counts="cpu", mode="training"):
    ratios = {"fused/torch": {"cpu": {"minima": minima}, "wall": {"minima": 9.0}}}
    return {
        "cell": cell, "T": T, "B": 2, "D": 3, "H": 4,
        "mode": mode, "counts": counts, "ratios": ratios,
    }  # fmt: skip


RECORDS = [
    record("rnn", 5, 0.5),
    record("lstm", 5, 1.25),
    record("rnn", 7, 0.75),
    record("rnn", 7, 0.1, mode="forward"),
    record("gru", 5, 0.2) | {"ratios": {}},
]


def test_records_are_chosen_by_what_is_wanted_and_by_what_they_have():
    chosen = book_benchmark.chosen(RECORDS, "fused/torch", {"mode": "training"})
    assert chosen == RECORDS[:3]


def test_the_clock_that_counts_counts():
    assert book_benchmark.value(record("rnn", 5, 0.5), "fused/torch") == 0.5
    assert book_benchmark.value(record("rnn", 5, 0.5, counts="wall"), "fused/torch") == 9.0


def test_each_value_stands_in_its_row_and_column():
    cells, shapes, found = book_benchmark.grid(RECORDS[:3], "fused/torch")
    assert cells == ["rnn", "lstm"] and shapes == [(5, 2, 3, 4), (7, 2, 3, 4)]
    assert found[(7, 2, 3, 4), "rnn"] == 0.75 and ((7, 2, 3, 4), "lstm") not in found


def test_the_sentence_counts_the_losses():
    text = book_benchmark.sentence([0.5, 1.25, 0.75], "fused/torch")
    assert "below 1 in 2 of 3 cases, from 0.50 to 1.25" in text


def test_slower_is_bold():
    text = str(book_benchmark.table(["shape", "RNN", "LSTM"], [["5", 0.994, 1.25]]))
    assert "<strong>1.25</strong>" in text and "<strong>0.99</strong>" not in text


def stored(group, ratio, **wanted):
    """{cell: its ratios} from the stored results."""
    records = json.loads((RESULTS / f"{group}.json").read_text())["records"]
    chosen = book_benchmark.chosen(records, ratio, wanted)
    return {
        cell: [book_benchmark.value(r, ratio) for r in chosen if r["cell"] == cell]
        for cell in {r["cell"] for r in chosen}
    }


def test_what_the_page_on_speed_says_holds_in_the_stored_results():
    double = stored("shapes", "fused/torch", mode="training", threads=1, dtype="float64")
    single = stored("shapes", "fused/torch", mode="training", threads=1, dtype="float32")
    assert max(max(values) for values in double.values()) < 1
    lstm = single.pop("lstm")
    assert sum(value < 1 for value in lstm) == 1 and lstm.index(max(lstm)) == 4
    assert max(max(values) for values in single.values()) < 1
    forward = stored("shapes", "fused/torch", mode="forward", threads=1, dtype="float32")
    assert min(forward.pop("lstm")) > 1
    assert max(max(values) for values in forward.values()) < 1
    stream = stored("stream", "fused/torch", threads=1, dtype="float32")
    assert max(max(values) for values in stream.values()) < 1
    readable = stored("shapes", "readable/naive", mode="training", threads=1, dtype="float32")
    assert 1 < max(max(values) for values in readable.values()) < 1.3
    memory = stored("memory", "fused checkpoint/fused", mode="training", threads=1, dtype="float32")
    assert min(memory["lstm"]) > 1


@pytest.mark.parametrize("group", ["shapes", "stream", "memory"])
def test_where_it_was_measured_is_told(group):
    machine = json.loads((RESULTS / f"{group}.json").read_text())["machine"]
    assert machine["date"] in book_benchmark.where(machine)
    assert "torch" in book_benchmark.where(machine)
