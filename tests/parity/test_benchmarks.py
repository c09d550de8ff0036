"""The benchmarks run with PyTorch and ONNX Runtime and write their files. No time is asserted."""

import json

import numpy as np
import pytest

from benchmarks.cases import CELLS, Case, make_problem

pytestmark = pytest.mark.parity


def test_a_quick_run_writes_tables_and_figures(tmp_path, capsys):
    from benchmarks.__main__ import main

    main(["--quick", "--cells", "lstm", "gru", "--dtypes", "float32", "--out", str(tmp_path)])
    printed = capsys.readouterr().out
    assert "| lstm | 3 | 2 | 4 | 5 | float32 | training | 2 |" in printed
    groups = ("shapes", "sweep", "stream", "memory", "training")
    for group in groups:
        result = json.loads((tmp_path / f"{group}.json").read_text())
        assert result["machine"]["blas"] and result["machine"]["versions"]["torch"]
        for record in result["records"]:
            assert record["ratios"]["fused/torch"][record["counts"]]["minima"] > 0
        assert (tmp_path / f"{group}.md").read_text().count("\n| ") > len(result["records"])
    summary = (tmp_path / "summary.md").read_text()
    assert all((tmp_path / f"{name}.svg").exists() for name in ("shapes", "sweep", "memory"))
    assert "## Limits" in summary and "(shapes.svg)" in summary
    memory = json.loads((tmp_path / "memory.json").read_text())["records"][0]["bytes"]
    assert set(memory) == {"fused", "fused checkpoint", "torch", "readable"}
    assert memory["torch"]["tracemalloc"] is None and memory["readable"]["tracemalloc"] > 0
    for record in json.loads((tmp_path / "training.json").read_text())["records"]:
        assert record["loss_error"] < 1e-5


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_everyone_who_can_takes_part(name, dtype):
    from benchmarks import contenders

    for mode in ("forward", "training"):
        runs = contenders.build(make_problem(Case(name, 5, 2, 3, 4, dtype, mode)), mode, 1)
        expected = {"fused", "readable", "naive", "torch", "products rows", "products features"}
        expected |= {"fused reset after"} if name == "gru" else set()
        if mode == "forward" and dtype == "float32":  # its kernels refuse float64
            expected |= {"onnxruntime"}
        assert set(runs) == expected


@pytest.mark.parametrize("name", ["lstm", "gru_reset_after", "rnn"])
def test_training_here_and_in_pytorch_is_the_same(name, monkeypatch):
    from benchmarks import training
    from rnncourse import model

    monkeypatch.setattr(training, "LIMIT", 0.1)  # below the norm of every step's gradient
    batches, V = training.make_batches(6, 3, 12, "float64")
    params = model.init_params(np.random.default_rng(1), CELLS[name], V, 7, V)
    ours, theirs = (
        list(train(CELLS[name], params, batches)) for train in training.TRAINERS.values()
    )
    assert len(ours) == 12
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-10)


def test_memory_grows_with_the_length():
    from benchmarks import memory

    short, long = (
        memory.weigh("readable", Case("lstm", T, 16, 32, 64, "float32", "training"))
        for T in (200, 800)
    )
    for kind in ("rss", "tracemalloc"):
        assert 3 < long[kind] / short[kind] < 5
    assert 0.8 < long["rss"] / long["tracemalloc"] < 1.5  # two ways to count the same
