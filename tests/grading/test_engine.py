"""The engine as a whole: students' cells, tests that call them, and what becomes of both."""

import os
import subprocess
import time

import pytest

from rnncourse.grading.engine import Cell, Engine
from rnncourse.grading.limits import Limits
from tests.grading.engine_cells import judged, shown

LIMITS = Limits(cell_seconds=1.0, submission_seconds=30.0)


@pytest.fixture(scope="module")
def engine():
    with Engine(LIMITS) as engine:
        yield engine


def statuses(results):
    return {name: result.status for name, result in results.items()}


def test_a_test_calls_the_student_s_function(engine):
    results, notes = judged(
        engine,
        ("S", "def double(x):\n    return 2 * x\nprint('mine')"),
        ("T", "assert double(3) == 6\nprint('right')\ndouble(4)"),
        ("T", "assert double(3) == 7, 'twice three'"),
    )
    assert statuses(results) == {"s0": "ok", "t1": "ok", "t2": "error"} and notes == []
    assert results["s0"].outputs[0] == {"output_type": "stream", "name": "stdout", "text": "mine\n"}
    assert results["t1"].outputs[0]["text"] == "right\n"
    assert results["t1"].outputs[1]["data"] == {"text/plain": "8"}
    assert results["t2"].outputs[0]["ename"] == "AssertionError"
    assert results["t2"].outputs[0]["evalue"] == "twice three"


def test_a_missing_name_and_a_value_of_the_student_s(engine):
    results, _ = judged(
        engine,
        ("S", "answer = {'a': [1, 2.5]}\ndef sum(x):\n    return 0"),
        ("T", "assert answer == {'a': [1, 2.5]} and sum([1, 2]) == 3"),
        ("T", "absent(1)"),
    )
    assert statuses(results) == {"s0": "ok", "t1": "ok", "t2": "error"}
    assert results["t2"].outputs[0]["evalue"] == "name 'absent' is not defined"


def test_an_exception_keeps_its_class_and_its_message(engine):
    results, _ = judged(
        engine,
        ("S", "class Mine(ValueError):\n    pass\ndef f(x):\n    raise Mine('no ' + x)"),
        ("T", "try:\n    f('way')\nexcept ValueError as error:\n    assert str(error) == 'no way'"),
        ("T", "f('luck')"),
        ("S", "def g():\n    raise NotImplementedError()"),
        ("T", "g()"),
        ("T", "def h():\n    return {}['key']\nh()"),
    )
    assert list(statuses(results).values()) == ["ok", "ok", "error", "ok", "error", "error"]
    assert results["t2"].outputs[0]["ename"] == "Mine"
    assert "raise Mine('no ' + x)" in shown(results["t2"])
    assert results["t4"].outputs[0]["ename"] == "NotImplementedError"
    assert results["t5"].outputs[0]["evalue"] == "'key'"


def test_opaque_objects_stay_with_the_student_and_can_be_passed_back(engine):
    results, _ = judged(
        engine,
        (
            "S",
            """
            from typing import NamedTuple
            class Cache(NamedTuple):
                x: float
                label: str
            class Model:
                def __init__(self, w): self.w = w
                def __call__(self, x): return self.w * x
                def scaled(self, by): return Model(self.w * by)
            def step(x):
                return 2 * x, Cache(x, "c"), lambda: 3 * x
            def back(cache, closure):
                return cache.x + closure()
            def count():
                yield from range(3)
            """,
        ),
        (
            "T",
            """
            y, cache, closure = step(5.0)
            assert y == 10 and back(cache, closure) == 20 and closure() == 15
            assert cache.label == "c" and cache[0] == 5 and len(cache) == 2
            x, label = cache
            assert (x, label) == (5.0, "c")
            """,
        ),
        (
            "T",
            """
            model = Model(3)
            assert isinstance(model, Model) and model(2) == 6 and model.scaled(2).w == 6
            model.w = 1
            assert model(2) == 2 and list(count()) == [0, 1, 2]
            assert cache.x == 5.0, "objects live on from cell to cell"
            """,
        ),
    )
    assert set(statuses(results).values()) == {"ok"}, [shown(r) for r in results.values()]


@pytest.mark.parametrize(
    "claim",
    [
        "assert f(1) == 2",
        "assert f(1) != 5",
        "assert abs(f(1) - 2) < 1e-9",
        "assert 2 - f(1) == 0",
        "assert f(1) < 3",
        "import numpy as np\nnp.testing.assert_allclose(f(1), 2)",
        "import numpy as np\nassert np.all(np.ones(3) + f(1) == 3)",
        "assert float(f(1)) == 2",
        "assert max(f(1), 1) == 2",
    ],
)
def test_an_object_is_no_judge_in_its_own_case(engine, claim):
    liar = """
    class Liar:
        __class__ = float
        shape = (1,)
        def __getattr__(self, name): return lambda *a: True
        def __eq__(self, other): return True
        def __ne__(self, other): return True
        def __lt__(self, other): return True
        def __gt__(self, other): return True
        def __sub__(self, other): return 0.0
        __rsub__ = __add__ = __radd__ = __abs__ = __sub__
        def __float__(self): return 2.0
        def __array__(self, *a, **k): return 2.0
    def f(x): return Liar()
    """
    results, _ = judged(engine, ("S", liar), ("T", claim))
    assert results["t1"].status == "error"
    assert results["t1"].outputs[0]["ename"] == "TypeError"


def test_arguments_changed_in_place_are_seen(engine):
    results, _ = judged(
        engine,
        (
            "S",
            """
            def spoil(x, items, table, nested):
                x[0] = -1.0
                items.append(x)
                table.pop("a")
                nested["deep"][0].add(7)
            def quiet(x): return x + 1
            """,
        ),
        (
            "T",
            """
            import numpy as np
            x, items, table, nested = np.zeros(2), [], {"a": 1, "b": 2}, {"deep": [{1}]}
            spoil(x, items, table, nested)
            assert x[0] == -1 and table == {"b": 2} and nested == {"deep": [{1, 7}]}
            assert items[0] is x
            y = np.ones(2); quiet(y); assert (y == 1).all()
            """,
        ),
    )
    assert statuses(results)["t1"] == "ok", shown(results["t1"])


def test_a_result_that_is_an_argument_or_a_view_of_it_shares_memory(engine):
    results, _ = judged(
        engine,
        ("S", "def same(p):\n    return dict(p)\ndef view(x):\n    return x[1:].T"),
        (
            "T",
            """
            import numpy as np
            p = {"W": np.zeros((3, 2))}
            q = same(p)
            assert q is not p and q["W"] is p["W"]
            v = view(p["W"])
            v += 1
            assert v.shape == (2, 2) and p["W"].sum() == 4
            """,
        ),
    )
    assert statuses(results)["t1"] == "ok", shown(results["t1"])


def test_a_generator_crosses_and_comes_back_advanced(engine):
    results, _ = judged(
        engine,
        ("S", "def draw(rng, n):\n    return rng.normal(size=n)"),
        (
            "T",
            """
            import numpy as np
            for make in np.random.default_rng, np.random.RandomState:
                rng, twin = make(3), make(3)
                assert (draw(rng, 4) == twin.normal(size=4)).all()
                assert (draw(rng, 2) == twin.normal(size=2)).all()
                assert rng.normal() == twin.normal()
            """,
        ),
    )
    assert statuses(results)["t1"] == "ok", shown(results["t1"])


def test_a_function_of_the_test_s_can_be_called_back(engine):
    results, _ = judged(
        engine,
        (
            "S",
            """
            def slope(f, x): return (f(x + 1e-6) - f(x - 1e-6)) / 2e-6
            def apply(f, *args): return f(*args)
            def twice(x): return 2 * x
            """,
        ),
        (
            "T",
            """
            import numpy as np
            assert abs(slope(lambda x: x**2, 3.0) - 6) < 1e-6
            assert apply(twice, 4) == 8, "the student's own function comes back as itself"
            assert apply(lambda f, x: f(x), twice, 5) == 10, "calls inside calls"
            assert apply(np.tanh, 0.0) == 0.0
            def fails(x): raise KeyError("inner")
            try:
                apply(fails, 1)
            except KeyError as error:
                assert error.args == ("inner",)
            try:
                apply(object(), 1)
            except TypeError as error:
                assert "neither plain data" in str(error)
            """,
        ),
    )
    assert statuses(results)["t1"] == "ok", shown(results["t1"])


def test_pictures_and_streams_are_shown_in_order(engine):
    results, _ = judged(
        engine,
        (
            "S",
            """
            import os, sys
            import matplotlib.pyplot as plt
            print("before")
            plt.plot([1, 2]); plt.show()
            print("after", file=sys.stderr)
            plt.plot([2, 1]);
            written = os.write(1, b"from below")
            """,
        ),
        ("T", "import matplotlib.pyplot as plt\nplt.plot([0, 1])\nplt.show()"),
    )
    kinds = [o.get("name", o["output_type"]) for o in results["s0"].outputs]
    assert kinds == ["stdout", "display_data", "stderr", "display_data", "stdout"]
    assert [o["output_type"] for o in results["t1"].outputs] == ["display_data"]


def test_the_student_s_output_in_a_test_is_not_shown(engine):
    results, _ = judged(engine, ("S", "def f():\n    print('I am graded')"), ("T", "f()"))
    assert results["t1"].outputs == []


def test_output_has_a_limit():
    with Engine(Limits(output=10_000)) as engine:
        results, _ = judged(engine, ("S", "print('x' * 10**7)"), ("S", "1 / 0"))
    assert len(shown(results["s0"])) < 11_000 and "left out" in shown(results["s0"])
    assert results["s1"].status == "error"


def test_nobody_answers_a_question(engine):
    results, _ = judged(engine, ("S", "input('?')"))
    assert "nobody can answer" in results["s0"].outputs[0]["evalue"]


def test_files_lie_in_the_folder(engine):
    results, _ = judged(engine, ("S", "print(open('data.csv').read())"), files={"data.csv": b"1,2"})
    assert shown(results["s0"]).startswith("1,2")


def test_an_endless_cell_is_stopped_and_the_next_one_runs(engine):
    results, notes = judged(
        engine,
        ("S", "x = 1\nwhile True: pass"),
        ("S", "print(x)\ndef f(): return 3\ndef forever():\n    while True: pass"),
        ("T", "assert f() == 3"),
        ("T", "forever()"),
        ("T", "assert f() == 3"),
    )
    assert list(statuses(results).values()) == ["timeout", "ok", "ok", "timeout", "ok"], notes
    assert results["s0"].outputs[-1]["ename"] == "CellTimeoutError"


def test_a_cell_that_will_not_be_stopped_ends_its_process(engine):
    stubborn = """
    import signal
    def f(): return 1
    def g():
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
        while True: pass
    """
    results, notes = judged(
        engine,
        ("S", stubborn),
        ("T", "g()"),
        ("T", "f()"),
        ("T", "assert 1 + 1 == 2"),
        ("S", "g()"),
    )
    assert list(statuses(results).values()) == ["ok", "timeout", "error", "ok", "skipped"]
    assert results["t2"].outputs[0]["ename"] == "NoAnswerError" and len(notes) == 2


def test_a_process_that_dies_fails_what_needs_it(engine):
    results, notes = judged(
        engine,
        ("S", "def f(): return 1"),
        ("T", "assert f() == 1"),
        ("S", "import os\nos._exit(0)"),
        ("S", "print('never')"),
        ("T", "try:\n    f()\nexcept Exception:\n    pass"),
        ("T", "assert True"),
    )
    assert list(statuses(results).values()) == ["ok", "ok", "died", "skipped", "error", "ok"]
    assert "exit status 0" in notes[0] or "by itself" in notes[0]


def test_dying_inside_a_call_is_not_an_exception_that_a_test_may_expect(engine):
    swallow = """
    try:
        f()
    except:
        pass
    """
    results, _ = judged(
        engine, ("S", "import os\ndef f(): os._exit(0)"), ("T", swallow), ("T", "f()")
    )
    assert statuses(results) == {"s0": "ok", "t1": "died", "t2": "error"}


def test_nothing_is_left_running(engine):
    def processes():
        return len(subprocess.run(["ps", "-e"], capture_output=True).stdout.splitlines())

    judged(engine, ("S", "1"))
    before = processes()
    forks = """
    import os
    for _ in range(5):
        if os.fork() == 0:
            os.setsid()
            os.execvp("sleep", ["sleep", "1000"])
    """
    judged(engine, ("S", forks), ("T", "1"))
    deadline = time.monotonic() + 10
    while processes() > before and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not subprocess.run(["pgrep", "-f", "^sleep 1000"], capture_output=True).stdout


def test_one_submission_leaves_nothing_to_the_next(engine):
    mark = """
    import builtins, numpy, os
    builtins.trace = numpy.trace = 1
    open("left.txt", "w").write("x"); open("/tmp/left.txt", "w").write("x")
    """
    look = """
    import builtins, numpy, os
    print(hasattr(builtins, "trace"), numpy.trace == 1, os.path.exists("left.txt"),
          os.path.exists("/tmp/left.txt"), "mark" in globals())
    """
    judged(engine, ("S", mark))
    results, _ = judged(engine, ("S", look))
    assert shown(results["s0"]).split() == ["False"] * 5


def test_random_numbers_differ_between_processes_and_submissions(engine):
    draw = "import random, numpy as np\nprint(random.random(), np.random.rand())"
    drawn = [shown(judged(engine, ("S", draw), ("T", draw))[0][name]) for name in ("s0", "t1")]
    drawn.append(shown(judged(engine, ("S", draw))[0]["s0"]))
    assert len(set(" ".join(drawn).split())) == 6


def test_an_engine_can_begin_again_and_refuses_two_cells_of_one_name(engine):
    engine.close()
    results, _ = judged(engine, ("S", "1"))
    assert statuses(results) == {"s0": "ok"}
    with pytest.raises(ValueError, match="same name"):
        engine.run([Cell("a", "", False), Cell("a", "", True)])
    os.kill(engine.parent.process.pid, 9)
    engine.parent.process.wait()
    assert statuses(judged(engine, ("S", "1"))[0]) == {"s0": "ok"}
