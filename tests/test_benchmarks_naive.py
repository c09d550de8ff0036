"""What is timed does the work it is said to do."""

import numpy as np
import pytest

from benchmarks import contenders, naive
from benchmarks.cases import CELLS, MODES, Case, Problem, make_problem
from benchmarks.contender import Answer, Contender
from benchmarks.products import products_features, products_rows
from rnncourse import unroll, unroll_backward
from rnncourse.tree import leaves


def small(cell="lstm", mode="training", dtype="float64"):
    return Case(cell, 5, 2, 3, 4, dtype, mode)


@pytest.mark.parametrize("name", CELLS)
def test_the_naive_version_equals_unroll(name):
    problem = make_problem(small(name))
    contender = naive.naive(problem, "training", 1)
    answer = contender.read(contender.run())
    out, _, caches = unroll(problem.cell, problem.params, problem.x, problem.state)
    right = unroll_backward(problem.cell, problem.params, caches, problem.dout)
    got, expected = leaves(answer), leaves((out, *right))
    assert len(got) == len(expected)
    for mine, theirs in zip(got, expected, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-12, atol=1e-13, strict=True)


@pytest.mark.parametrize("name", CELLS)
def test_the_naive_version_keeps_float32(name):
    contender = naive.naive(make_problem(small(name, dtype="float32")), "training", 1)
    assert {array.dtype.name for array in leaves(contender.read(contender.run()))} == {"float32"}


@pytest.mark.parametrize("name", CELLS)
def test_gates_split_and_merge(name):
    problem = make_problem(small(name))
    merged = naive.merge(problem.cell, naive.split(problem.cell, problem.params))
    for got, expected in zip(merged, problem.params, strict=True):
        np.testing.assert_array_equal(got, expected, strict=True)


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("make", [products_rows, products_features])
def test_the_bound_makes_every_product_once(name, mode, make, monkeypatch):
    case = small(name, mode)
    run = make(make_problem(case), mode, 1).run
    made, dot = [], np.dot

    def counting(a, b, out):
        made.append(a.shape[0] * a.shape[1] * b.shape[1])
        return dot(a, b, out)

    monkeypatch.setattr(np, "dot", counting)
    run()
    G = CELLS[name].N_GATES
    passes = 1 if mode == "forward" else 3  # back: for the inputs, and for the weights
    assert sum(made) == passes * case.T * case.B * (case.D + case.H) * G * case.H


def test_the_bound_writes_the_products_it_names():
    problem = make_problem(small("rnn"))
    seen, dot = [], np.dot
    run = products_rows(problem, "forward", 1).run
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(np, "dot", lambda a, b, out: seen.append(dot(a, b, out)))
        run()
    T, B, D = problem.x.shape
    expected = problem.x.reshape(T * B, D) @ problem.params.W_x
    np.testing.assert_allclose(seen[0], expected, rtol=1e-12)


def test_a_wrong_answer_is_refused():
    problem = make_problem(small(mode="forward"))
    out = unroll(problem.cell, problem.params, problem.x, problem.state)[0]
    right = Contender(lambda: out, Answer)
    wrong = Contender(lambda: out + 1e-6, Answer)
    silent = Contender(lambda: None, None)
    runs = contenders.check({"right": right, "absent": None, "silent": silent}, problem)
    assert list(runs) == ["right", "silent"]
    with pytest.raises(ValueError, match="wrong: result 0 is off by"):
        contenders.check({"right": right, "wrong": wrong}, problem)


def test_a_wrong_gradient_and_a_missing_one_are_refused():
    problem = make_problem(small())

    def answer(change):
        out, _, caches = unroll(problem.cell, problem.params, problem.x, problem.state)
        dx, dstate, grads = unroll_backward(problem.cell, problem.params, caches, problem.dout)
        return change(Answer(out, dx, dstate, grads))

    def check(change):
        return contenders.check({"it": Contender(lambda: answer(change), lambda a: a)}, problem)

    assert list(check(lambda a: a)) == ["it"]
    with pytest.raises(ValueError, match="it: result 6 is off"):
        check(lambda a: a._replace(grads=(*a.grads[:2], a.grads[2] * 1.001)))
    with pytest.raises(ValueError, match="it: expected 7 results, got 6"):
        check(lambda a: a._replace(grads=a.grads[:2]))


def test_contenders_that_need_numpy_alone():
    problem = make_problem(small("gru"))
    names = ("readable", "naive", "products rows", "products features")
    assert list(contenders.build(problem, "training", 1, names)) == list(names)


def test_problems_repeat_and_differ_in_every_size():
    first, again = make_problem(small()), make_problem(small())
    assert isinstance(first, Problem)
    for one, other in zip(leaves(first[1:]), leaves(again[1:]), strict=True):
        np.testing.assert_array_equal(one, other, strict=True)
    assert first.x.shape == (5, 2, 3) and first.dout.shape == (5, 2, 4)
