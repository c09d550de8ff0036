"""Tables, files and figures of the benchmarks, from fixed numbers."""

import csv
import json

import pytest

from benchmarks import figures, limits, report, summary
from benchmarks.cases import Case
from benchmarks.measure import Timing
from benchmarks.record import make_record

MACHINE = {
    "date": "2001-02-03",
    "cpu": "a processor",
    "cores": 2,
    "memory_gb": 8.0,
    "system": "Linux",
    "python": "3.11",
    "blas": ["openblas 1.2, kernel Haswell"],
    "coretype": "unset",
    "versions": {"numpy": "2.4"},
}
TRAINING = Case("lstm", 50, 32, 64, 64, "float32", "training")


def timing(*cpu):
    return Timing(cpu, tuple(2 * seconds for seconds in cpu), 7)


def record(case=TRAINING, threads=1, group="shapes", fused=(0.5, 0.75, 1.0), **more):
    timings = {
        "fused": timing(*fused),
        "torch": timing(1.0, 1.0, 1.0),
        "products rows": timing(0.5, 0.5, 0.5),
        "products features": timing(0.25, 0.5, 0.5),
    }
    return make_record(group, case, threads, timings, **more)


def test_a_record_holds_both_clocks_and_the_faster_orientation():
    one = record()
    assert one["counts"] == "cpu" and one["rounds"] == 3
    assert record(threads=2)["counts"] == "wall"
    assert one["seconds"]["fused"]["wall"]["minimum"] == 1.0
    assert one["seconds"]["fused"]["repetitions"] == 7
    assert one["ratios"]["fused/torch"]["cpu"]["minima"] == 0.5
    assert one["ratios"]["fused/torch"]["cpu"]["median"] == 0.75
    assert one["ratios"]["fused/products"]["cpu"]["minima"] == 2.0  # over 0.25, not over 0.5
    assert "readable/naive" not in one["ratios"]


def test_the_table_shows_ratio_spread_and_broken_limit():
    lines = report.table([record(), record(fused=(1.1, 1.2, 1.3))]).splitlines()
    assert len(lines) == 4
    assert lines[0].startswith("| cell | T | B | D | H | dtype | mode | threads | fused/torch |")
    held, broken = ([cell.strip() for cell in line.split("|")[1:-1]] for line in lines[2:])
    assert held[:9] == [
        *("lstm", "50", "32", "64", "64", "float32", "training", "1"),
        "0.50 (0.75; 0.62-0.88)",
    ]
    assert broken[8] == "**1.10 (1.20; 1.15-1.25)** limit 1.0"
    assert held[-2:] == ["500", "1e+03"]  # milliseconds


@pytest.mark.parametrize("ratio, over", [(0.99, False), (1.04, False), (1.06, True)])
def test_five_percent_are_tolerated(ratio, over):
    assert limits.is_over(record(fused=(ratio,) * 3), "fused/torch") is over


def test_limits_hold_where_they_are_meant():
    def limit(ratio="fused/torch", threads=1, **changes):
        return limits.limit(record(TRAINING._replace(**changes), threads), ratio)

    assert limit() == 1.0
    assert limit(mode="forward") == 1.1
    assert limit(dtype="float64") == limit(cell="rnn") == limit(cell="gru_reset_after") == 0.72
    assert limit(cell="rnn", mode="forward", dtype="float64") == 0.85
    assert limit(T=500, B=1, H=32) is None  # published with its loss
    assert limit(T=25, B=1, H=100) == 1.0
    assert limit(threads=2) is None
    assert limit(cell="gru") is None
    assert limit("fused/fused reset after", cell="gru") == 1.15
    assert limit("fused/products") == 1.45
    assert limit("fused/products", B=1) is None
    assert limit("fused/products", mode="forward") is None
    assert limit("readable/naive", cell="gru") == 1.0


def weighed(T, ours):
    found = {"fused": ours, "fused checkpoint": ours // 20, "torch": 100_000_000}
    by_name = {name: {"rss": size, "tracemalloc": None} for name, size in found.items()}
    return record(TRAINING._replace(T=T), group="memory", bytes=by_name)


def test_memory_is_compared_at_the_longest_length():
    assert "0.600" in report.table([weighed(1000, 60_000_000)])
    assert "**" not in report.table([weighed(1000, 60_000_000)])
    assert "**0.600** limit 0.5" in report.table([weighed(10000, 60_000_000)])
    assert "| 0.400 | 0.020 | 500 | 1e+03 | 40.0 | 100.0 |" in report.table(
        [weighed(10000, 40_000_000)]
    )


def test_a_training_run_counts_by_the_wall_clock_and_shows_its_error():
    case = TRAINING._replace(mode="10 of 200 steps")
    one = record(case, group="training", counts="wall", loss_error=2.5e-15, losses=[4.0, 2.0])
    assert "2.5e-15" in report.table([one]) and one["counts"] == "wall"


def test_streaming_shows_microseconds_a_step():
    one = record(TRAINING._replace(T=100, mode="stream"), group="stream", fused=(0.001,) * 3)
    assert report.table([one]).splitlines()[2].endswith("| 10 | 1e+04 |")


def everything():
    sweep = [record(TRAINING._replace(B=B), group="sweep", fused=(f,)) for B, f in ((1, 2), (8, 1))]
    return {
        "shapes": [record(), record(threads=2), record(TRAINING._replace(T=9), fused=(2.0,))],
        "sweep": sweep,
        "memory": [weighed(100, 400_000), weighed(1000, 4_000_000)],
    }


def test_files_are_written_and_read_back(tmp_path):
    for group, records in everything().items():
        report.write(tmp_path / "new", group, records, MACHINE)
    results = report.read(tmp_path / "new")
    assert list(results) == ["shapes", "sweep", "memory"]
    assert results["shapes"]["machine"] == MACHINE
    kept = results["shapes"]["records"][0]
    assert kept["ratios"]["fused/torch"]["cpu"]["three_quarters"] == 0.875
    with (tmp_path / "new" / "shapes.csv").open() as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 3 * 4
    assert lines[0]["contender"] == "fused" and lines[0]["cpu_median"] == "0.75"
    assert json.loads((tmp_path / "new" / "memory.json").read_text())["records"][1]["T"] == 1000


def test_the_summary_says_where_how_and_what_is_lost(tmp_path):
    results = {group: {"machine": MACHINE, "records": r} for group, r in everything().items()}
    summary.write(tmp_path, results)
    text = (tmp_path / "summary.md").read_text()
    assert "shapes, sweep, memory: 2001-02-03; a processor, 2 cores" in text
    assert "kernel Haswell (OPENBLAS_CORETYPE unset)" in text
    verdict = (
        "| LSTM float32: training, batched or H at least 100 | fused/torch | 1.0 | 0.50-2.00 |"
    )
    assert f"{verdict} **1 of 2 over** |" in text
    assert "| (9, 32, 64, 64) | **2.00** limit 1.0 |" in text
    assert "## fused / torch, training, 2 threads" in text
    assert "![CPU time of the fused kernels over that of torch.nn" in text
    for group in ("shapes", "sweep", "memory"):
        assert f"({group}.svg)" in text and f"[{group}]({group}.md)" in text


def test_a_figure_drawn_again_is_the_same_text(tmp_path):
    results = {group: {"machine": MACHINE, "records": r} for group, r in everything().items()}
    drawn = dict(figures.draw(tmp_path, results))
    first = {name: (tmp_path / name).read_bytes() for name in drawn}
    figures.draw(tmp_path, results)
    assert first == {name: (tmp_path / name).read_bytes() for name in drawn}
    assert all(b"<dc:date>" not in text for text in first.values())
    assert "1 of 2 are below 1, from 0.50 to 2.00" in drawn["shapes.svg"]
    assert (
        "from 1.00 to 2.00" in drawn["sweep.svg"] and "T = 1000: fused 4 MB" in drawn["memory.svg"]
    )
