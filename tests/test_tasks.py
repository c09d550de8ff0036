"""The synthetic tasks keep their rules."""

import numpy as np
import pytest

from rnncourse import tasks

equation = pytest.mark.equation

# Adding problem


@pytest.mark.parametrize("T", [2, 3, 7, 50])
def test_adding_problem_marks_one_step_in_each_half(rng, T):
    x, targets = tasks.adding_problem(rng, T, B=200)
    assert x.shape == (T, 200, 2) and targets.shape == (200, 1)
    values, marks = x[..., 0], x[..., 1]
    assert ((0 <= values) & (values < 1)).all() and set(np.unique(marks)) <= {0, 1}
    np.testing.assert_array_equal(marks[: T // 2].sum(axis=0), 1)
    np.testing.assert_array_equal(marks[T // 2 :].sum(axis=0), 1)
    assert marks.any(axis=1).all()  # in 200 sequences every step is marked once


@equation("eq-adding")
def test_adding_problem_asks_for_the_sum_of_the_marked_numbers(rng):
    x, targets = tasks.adding_problem(rng, 9, 20)
    for b in range(20):
        marked = [x[t, b, 0] for t in range(9) if x[t, b, 1] == 1]
        assert len(marked) == 2 and targets[b, 0] == pytest.approx(sum(marked))


def test_always_answering_one_errs_by_a_sixth(rng):
    _, targets = tasks.adding_problem(rng, 10, 50_000)
    assert np.mean((targets - 1) ** 2) == pytest.approx(1 / 6, rel=0.03)
    assert targets.mean() == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(
    "T, B, message",
    [
        (1, 5, "T: expected at least 2, got 1"),
        (0, 5, "T: expected at least 2, got 0"),
        (5, 0, "B: expected at least 1, got 0"),
    ],
)
def test_adding_problem_refuses_sizes_too_small(rng, T, B, message):
    with pytest.raises(ValueError, match=message):
        tasks.adding_problem(rng, T, B)


# Copy task


@equation("eq-copy")
def test_copy_task_shows_waits_and_asks(rng):
    x, targets = tasks.copy_task(rng, blanks=5, B=50, symbols=3, length=4)
    assert x.shape == (13, 50, 5) and targets.shape == (13, 50)
    np.testing.assert_array_equal(x.sum(axis=-1), 1)
    shown = x.argmax(axis=-1)
    assert set(np.unique(shown[:4])) == {1, 2, 3}
    assert not shown[4:8].any()
    np.testing.assert_array_equal(shown[8], 4)  # the go sign, on the last blank
    assert not shown[9:].any()
    assert not targets[:9].any()
    np.testing.assert_array_equal(targets[9:], shown[:4])


def test_copy_task_with_one_blank_has_the_go_sign_alone(rng):
    x, targets = tasks.copy_task(rng, blanks=1, B=2)
    assert x.shape == (21, 2, 10) and targets.shape == (21, 2)
    np.testing.assert_array_equal(x[10].argmax(axis=-1), 9)


@pytest.mark.parametrize("name", ["blanks", "B", "symbols", "length"])
def test_copy_task_refuses_sizes_below_one(rng, name):
    sizes = dict(blanks=2, B=2, symbols=2, length=2) | {name: 0}
    with pytest.raises(ValueError, match=f"{name}: expected at least 1, got 0"):
        tasks.copy_task(rng, **sizes)


# Temporal order


@pytest.mark.parametrize("T", [10, 37, 100])
def test_temporal_order_hides_two_symbols_among_distractors(rng, T):
    x, targets = tasks.temporal_order(rng, T, B=300)
    assert x.shape == (T, 300, 6) and targets.shape == (300,)
    np.testing.assert_array_equal(x.sum(axis=-1), 1)
    shown = x.argmax(axis=-1)
    assert set(np.unique(shown)) == set(range(6)) and set(targets) == {0, 1, 2, 3}
    for b in range(300):
        first, second = np.flatnonzero(shown[:, b] < 2)
        assert T // 10 <= first < 2 * T // 10 and 5 * T // 10 <= second < 6 * T // 10
        order = "XY"[shown[first, b]] + "XY"[shown[second, b]]
        assert ["XX", "XY", "YX", "YY"][targets[b]] == order


@pytest.mark.parametrize("T, B, message", [(9, 1, "T: expected at least 10, got 9"), (10, 0, "B")])
def test_temporal_order_refuses_sizes_too_small(rng, T, B, message):
    with pytest.raises(ValueError, match=message):
        tasks.temporal_order(rng, T, B)


# Embedded Reber grammar

# The inner grammar as it is drawn in books: from each node, what may be read and where it leads.
INNER = {
    "start": {"B": "first"},
    "first": {"T": "top", "P": "bottom"},
    "top": {"S": "top", "X": "high"},
    "bottom": {"T": "bottom", "V": "low"},
    "high": {"X": "bottom", "S": "last"},
    "low": {"P": "high", "V": "last"},
    "last": {"E": "end"},
}


def may_follow(text):
    """Symbols that may follow the string so far, by hand: outer symbols apart, inner by INNER."""
    if not text:
        return {"B"}
    if len(text) == 1:
        return {"T", "P"}
    node = "start"
    for position, symbol in enumerate(text[2:]):
        if node == "end":
            rest = text[2 + position :]
            assert rest == text[1]
            return {"E"}
        node = INNER[node][symbol]
    return {text[1]} if node == "end" else set(INNER[node])


@equation("eq-reber")
@pytest.mark.parametrize("loop", [0.0, 0.5, 0.9])
def test_embedded_reber_reads_the_grammar_and_lists_all_that_may_follow(rng, loop):
    x, targets, legal = tasks.embedded_reber(rng, 120, 40, loop)
    assert x.shape == legal.shape == (120, 40, 7) and targets.shape == (120, 40)
    np.testing.assert_array_equal(x.sum(axis=-1), 1)
    np.testing.assert_array_equal(x[1:].argmax(axis=-1), targets[:-1])
    strings = 0
    for b in range(40):
        text = ""
        for t in range(120):
            symbol = tasks.REBER_SYMBOLS[x[t, b].argmax()]
            assert symbol in may_follow(text)
            text += symbol
            if symbol == "E" and len(text) > 2 and text[-2] == text[1] and text.count("E") == 2:
                strings, text = strings + 1, ""
            listed = {tasks.REBER_SYMBOLS[k] for k in np.flatnonzero(legal[t, b])}
            assert listed == may_follow(text)
            assert tasks.REBER_SYMBOLS[targets[t, b]] in listed
    assert strings > 40


@pytest.mark.parametrize("loop", [0.5, 0.9])
def test_embedded_reber_takes_each_edge_as_often_as_it_should(rng, loop):
    x, targets, _ = tasks.embedded_reber(rng, 400, 500, loop)
    shown = x.argmax(axis=-1)
    S, X = (tasks.REBER_SYMBOLS.index(symbol) for symbol in "SX")
    after_s = targets[(shown == S) & np.isin(targets, [S, X])]  # in the loop of S, not at its end
    assert np.mean(after_s == S) == pytest.approx(loop, abs=0.02)
    assert np.mean(targets[0] == tasks.REBER_SYMBOLS.index("T")) == pytest.approx(0.5, abs=0.1)


def test_longer_loops_make_longer_strings(rng):
    ends = [
        np.sum(tasks.embedded_reber(rng, 300, 50, loop)[1] == 0) for loop in (0.0, 0.5, 0.9, 0.97)
    ]
    assert ends[0] > 1.1 * ends[1] > 1.1**2 * ends[2] > 1.1**3 * ends[3]


@pytest.mark.parametrize(
    "T, B, loop, message",
    [
        (0, 1, 0.5, "T: expected at least 1, got 0"),
        (1, 0, 0.5, "B: expected at least 1, got 0"),
        (1, 1, 1.0, "loop: expected a probability below 1, got 1.0"),
        (1, 1, -0.1, "loop: expected a probability below 1, got -0.1"),
    ],
)
def test_embedded_reber_refuses_what_it_cannot_do(rng, T, B, loop, message):
    with pytest.raises(ValueError, match=message):
        tasks.embedded_reber(rng, T, B, loop)


# All four


TASKS = {
    "adding": lambda rng, dtype=float: tasks.adding_problem(rng, 10, 4, dtype),
    "copy": lambda rng, dtype=float: tasks.copy_task(rng, 3, 4, dtype=dtype),
    "order": lambda rng, dtype=float: tasks.temporal_order(rng, 10, 4, dtype),
    "reber": lambda rng, dtype=float: tasks.embedded_reber(rng, 30, 4, dtype=dtype)[:2],
}


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_tasks_follow_the_generator_and_keep_the_dtype(task):
    one, same, other, single = (
        task(np.random.default_rng(seed), dtype)
        for seed, dtype in [(0, float), (0, float), (1, float), (0, np.float32)]
    )
    np.testing.assert_array_equal(one[0], same[0])
    np.testing.assert_array_equal(one[1], same[1])
    assert (one[0] != other[0]).any()
    assert one[0].dtype == np.float64 and single[0].dtype == np.float32
    for x, targets in (one, single):
        assert targets.dtype == x.dtype or np.issubdtype(targets.dtype, np.integer)
        assert x.flags.c_contiguous
