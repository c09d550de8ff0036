"""Statistics of the benchmarks, on a clock that a test moves by hand."""

import os

import pytest

from benchmarks import machine, measure
from benchmarks.__main__ import RESULTS, SCRATCH, parse
from benchmarks.cases import SHAPES


class Hands:
    """A clock that moves when work is done."""

    def __init__(self):
        self.cpu = self.wall = self.slept = 0.0

    def work(self, log, name, cpu, wall):
        def run():
            log.append(name)
            self.cpu += cpu[min(len(log), len(cpu)) - 1] if isinstance(cpu, list) else cpu
            self.wall += wall

        return run

    def sleep(self, seconds):
        self.slept += seconds

    def clock(self):
        return measure.Clock(lambda: self.cpu, lambda: self.wall, self.sleep)


def test_turns_rotate_and_short_work_is_repeated():
    hands, log = Hands(), []
    runs = {name: hands.work(log, name, 1.0, 0.5) for name in "abc"}
    timings = measure.measure(runs, rounds=2, slot=0.0, pause=2.0, clock=hands.clock())
    assert "".join(log) == "abc" + "bca"
    assert hands.slept == 2.0 * 6
    hands, log = Hands(), []
    runs = {"long": hands.work(log, "l", 1.0, 1.0), "short": hands.work(log, "s", 0.25, 0.25)}
    timings = measure.measure(runs, rounds=1, slot=0.75, clock=hands.clock())
    assert timings["long"].repetitions == 1 and timings["short"].repetitions == 3
    # one call finds out that the work is long; four that it is short; once before three counted
    assert "".join(log) == "l" + "ssss" + "l" + "s" + "sss"


def test_both_clocks_by_repetition():
    hands = Hands()
    runs = {"two threads": hands.work([], "x", 0.25, 0.125)}
    timing = measure.measure(runs, rounds=3, slot=0.5, clock=hands.clock())["two threads"]
    assert timing == measure.Timing((0.25,) * 3, (0.125,) * 3, 4)


def test_a_slow_round_is_seen_in_the_spread_not_in_the_minimum():
    hands, log = Hands(), []
    runs = {"x": hands.work(log, "x", [1.0, 1.0, 9.0, 1.0, 1.0], 1.0)}
    timing = measure.measure(runs, rounds=5, slot=0.0, clock=hands.clock())["x"]
    assert timing.cpu == (1.0, 1.0, 9.0, 1.0, 1.0)
    assert measure.spread(timing.cpu) == measure.Spread(1.0, 1.0, 1.0, 1.0)
    assert measure.spread((4.0, 2.0, 1.0, 3.0, 5.0)) == measure.Spread(1.0, 2.0, 3.0, 4.0)


def test_ratio_of_minima_beside_quartiles_of_the_rounds():
    ours, theirs = (2.0, 6.0, 3.0, 4.0, 9.0), (4.0, 6.0, 12.0, 4.0, 3.0)
    # round by round: 0.5, 1, 0.25, 1, 3
    assert measure.ratio(ours, theirs) == measure.Ratio(2 / 3, 0.5, 1.0, 1.0)


def test_variables_that_change_the_numbers_are_removed(monkeypatch):
    for name in (machine.CORETYPE, *machine.THREADS):
        monkeypatch.delenv(name, raising=False)
    started = []
    monkeypatch.setattr(os, "execve", lambda *arguments: started.append(arguments))
    machine.in_clean_environment()
    assert started == []
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Prescott")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    machine.in_clean_environment()
    (_, command, environment), *_ = started
    assert "OPENBLAS_CORETYPE" not in environment and "OMP_NUM_THREADS" not in environment
    assert "PATH" in environment and len(command) > 1


def test_only_a_whole_run_writes_into_the_repository(tmp_path):
    whole = parse([])
    assert whole.out == RESULTS and whole.shapes == list(SHAPES) and whole.rounds == 15
    assert parse(["--only", "stream"]).out == RESULTS
    for smaller in (["--quick"], ["--cells", "rnn"], ["--rounds", "3"], ["--shapes", "5,4,3,2"]):
        assert parse(smaller).out == SCRATCH
    chosen = parse(["--shapes", "5,4,3,2", "6,5,4,3", "--out", str(tmp_path)])
    assert chosen.shapes == [(5, 4, 3, 2), (6, 5, 4, 3)] and chosen.out == tmp_path


@pytest.mark.parametrize("text", ["5,4,3", "a,b,c,d", "5 4 3 2"])
def test_a_wrong_shape_is_explained(text, capsys):
    with pytest.raises(SystemExit):
        parse(["--shapes", text])
    assert f"expected T,B,D,H like 50,32,64,64, got {text}" in capsys.readouterr().err
