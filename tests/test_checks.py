"""Bad input at the public edges: the right exception, saying what was expected and what came."""

import numpy as np
import pytest

from rnncourse import checks, gru, gru_reset_after, lstm, rnn, unroll, unroll_backward
from rnncourse.params import Params
from rnncourse.tree import leaves, tree_map
from tests.conftest import make_problem


def forward(problem, **changed):
    cell, params, x, state, *_ = problem._replace(**changed)
    return unroll(cell, params, x, state)


def backward(problem, caches=None, **changed):
    if caches is None:
        caches = forward(problem)[2]
    cell, params, _, _, dout, dstate = problem._replace(**changed)
    return unroll_backward(cell, params, caches, dout, dstate)


def short(cell):
    return cell.__name__.rpartition(".")[2]


def spoilt(array, value):
    array = array.copy()
    array.flat[1] = value
    return array


def first_spoilt(tree, value):
    """The tree with one number of its last array replaced."""
    last = leaves(tree)[-1]
    return tree_map(lambda array: spoilt(array, value) if array is last else array, tree)


# x and dout


@pytest.mark.parametrize(
    "x, came",
    [
        (np.zeros((5, 3)), r"\(5, 3\)"),
        (np.zeros((5, 2, 3, 1)), r"\(5, 2, 3, 1\)"),
        (np.zeros((5, 2, 4)), r"\(5, 2, 4\)"),
        (np.zeros(()), r"\(\)"),
    ],
)
def test_x_of_another_shape(problem, x, came):
    with pytest.raises(ValueError, match=rf"^x: expected shape \(T, B, 3\), got {came}$"):
        forward(problem, x=x)


@pytest.mark.parametrize("shape", [(0, 2, 3), (5, 0, 3), (5, 2, 0)])
def test_x_of_size_zero(problem, shape):
    message = rf"^x: expected shape \(T, B, 3\), got \({shape[0]}, .*every size must be at least 1$"
    with pytest.raises(ValueError, match=message):
        forward(problem, x=np.zeros(shape))


@pytest.mark.parametrize("shape", [(4, 2, 4), (5, 1, 4), (5, 2, 3), (2, 4), (0, 2, 4)])
def test_dout_of_another_shape(problem, shape):
    with pytest.raises(ValueError, match=r"^dout: expected shape \(5, 2, 4\), got \("):
        backward(problem, dout=np.zeros(shape))


@pytest.mark.parametrize("name, edge", [("x", forward), ("dout", backward)])
class TestSequences:
    @pytest.mark.parametrize("dtype", [int, np.float32, np.float16, complex, bool, object, ">f8"])
    def test_of_another_dtype(self, problem, name, edge, dtype):
        array = getattr(problem, name).real.astype(dtype)
        message = rf"^{name}: expected dtype float64, as in params, got {array.dtype}; convert"
        with pytest.raises(TypeError, match=message):
            edge(problem, **{name: array})

    def test_float64_with_float32_parameters(self, cell, name, edge):
        problem = make_problem(cell, dtype=np.float32)
        array = getattr(problem, name).astype(float)
        message = f"^{name}: expected dtype float32, as in params, got float64"
        with pytest.raises(TypeError, match=message):
            edge(problem, **{name: array})

    @pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
    def test_not_finite(self, problem, name, edge, bad):
        array = spoilt(getattr(problem, name), bad)
        message = f"^{name}: expected finite values, got 1 of {array.size} NaN or inf$"
        with pytest.raises(ValueError, match=message):
            edge(problem, **{name: array})

    @pytest.mark.parametrize("kind", [list, tuple])
    def test_not_an_array(self, problem, name, edge, kind):
        sequence = kind(getattr(problem, name).tolist())
        message = f"^{name}: expected a NumPy array, got {kind.__name__}$"
        with pytest.raises(TypeError, match=message):
            edge(problem, **{name: sequence})

    def test_none(self, problem, name, edge):
        with pytest.raises(TypeError, match=f"^{name}: expected a NumPy array, got NoneType$"):
            edge(problem, **{name: None})


# States


@pytest.mark.parametrize("name, edge", [("state", forward), ("dstate", backward)])
class TestStates:
    def test_of_another_shape(self, problem, name, edge):
        state = tree_map(lambda part: part[:1], getattr(problem, name))
        with pytest.raises(ValueError, match=rf"^{name}.*: expected shape \(2, 4\), got \(1, 4\)"):
            edge(problem, **{name: state})

    def test_of_another_dtype(self, problem, name, edge):
        state = tree_map(lambda part: part.astype(np.float32), getattr(problem, name))
        with pytest.raises(TypeError, match=f"^{name}.*: expected dtype float64, .* got float32"):
            edge(problem, **{name: state})

    @pytest.mark.parametrize("bad", [np.nan, np.inf])
    def test_not_finite(self, problem, name, edge, bad):
        state = first_spoilt(getattr(problem, name), bad)
        with pytest.raises(ValueError, match=f"^{name}.*: expected finite values, got 1 of 8"):
            edge(problem, **{name: state})

    def test_of_another_type(self, problem, name, edge):
        kind = "State" if problem.cell is lstm else "ndarray"
        for state in (tuple(leaves(getattr(problem, name))) * 2, [1.0], 0):
            message = (
                f"^{name}: expected {kind}, as {short(problem.cell)}.init_state returns, "
                f"got {type(state).__name__}$"
            )
            with pytest.raises(TypeError, match=message):
                edge(problem, **{name: state})

    def test_of_another_cell(self, problem, name, edge):
        other = rnn if problem.cell is lstm else lstm
        state = other.init_state(2, 4)
        with pytest.raises(TypeError, match=f"^{name}: expected .*got {type(state).__name__}"):
            edge(problem, **{name: state})


def test_lstm_state_with_something_else_inside():
    problem = make_problem(lstm)
    with pytest.raises(TypeError, match=r"^state\.c: expected a NumPy array, got NoneType"):
        forward(problem, state=lstm.State(problem.state.h, None))
    with pytest.raises(ValueError, match=r"^dstate\.c: expected shape \(2, 4\), got \(4, 2\)"):
        backward(problem, dstate=lstm.State(problem.dstate.h, problem.dstate.c.T))


# Parameters


@pytest.fixture(params=[forward, backward], ids=["unroll", "unroll_backward"])
def edge(request):
    """Either function, with good caches, to be given bad parameters."""
    if request.param is forward:
        return forward
    return lambda problem, params: backward(problem, forward(problem)[2], params=params)


def test_params_as_a_plain_tuple_or_list(problem, edge):
    for kind in (tuple, list):
        message = (
            rf"^params: expected rnncourse\..*Params for {short(problem.cell)}, "
            rf"got {kind.__name__}; make one with {short(problem.cell)}.init_params$"
        )
        with pytest.raises(TypeError, match=message):
            edge(problem, params=kind(problem.params))


@pytest.mark.parametrize("one, other", [(gru, gru_reset_after), (gru_reset_after, lstm)])
def test_params_of_a_cell_with_another_type_of_params(one, other, edge):
    foreign = other.init_params(np.random.default_rng(0), 3, 4)
    kind = "gru_reset_after" if one is gru_reset_after else "params"
    with pytest.raises(
        TypeError, match=rf"^params: expected rnncourse\.{kind}\.Params for .*, got Params"
    ):
        edge(make_problem(one), params=foreign)


@pytest.mark.parametrize(
    "one, other, expected, came",
    [
        (rnn, lstm, r"\(3, 4\)", r"\(3, 16\)"),
        (lstm, gru, r"\(3, 16\)", r"\(3, 12\)"),
        (gru, rnn, r"\(3, 12\)", r"\(3, 4\)"),
    ],
)
def test_params_of_a_cell_with_another_number_of_gates(one, other, expected, came, edge):
    foreign = other.init_params(np.random.default_rng(0), 3, 4)
    with pytest.raises(ValueError, match=rf"^params\.W_x: expected shape {expected}, got {came}"):
        edge(make_problem(one), params=foreign)


def test_params_that_are_no_arrays(problem, edge):
    for field in problem.params._fields:
        params = problem.params._replace(**{field: [1.0]})
        with pytest.raises(TypeError, match=rf"^params\.{field}: expected a NumPy array, got list"):
            edge(problem, params=params)


def test_params_that_are_no_matrices(problem, edge):
    for field in ("W_x", "W_h"):
        params = problem.params._replace(**{field: np.zeros(4)})
        G = problem.cell.N_GATES
        message = rf"^params: expected matrices W_x \(D, {G}\*H\) and .*got shapes .*\(4,\)"
        with pytest.raises(ValueError, match=message):
            edge(problem, params=params)


def test_params_of_shapes_that_do_not_fit(problem, edge):
    for field in set(problem.params._fields) - {"W_h"}:
        weights = getattr(problem.params, field)
        params = problem.params._replace(**{field: weights[..., :-1]})
        with pytest.raises(ValueError, match=rf"^params\.{field}: expected shape \(.*, got \("):
            edge(problem, params=params)
    params = problem.params._replace(W_h=problem.params.W_h[:, :-1])
    with pytest.raises(ValueError, match=r"^params\.W_h: expected shape \(4, .*, got \(4, "):
        edge(problem, params=params)


def test_bias_as_a_row(problem, edge):
    G = problem.cell.N_GATES
    params = problem.params._replace(b=problem.params.b[None])
    message = rf"^params\.b: expected shape \({4 * G},\), got \(1, {4 * G}\)$"
    with pytest.raises(ValueError, match=message):
        edge(problem, params=params)


@pytest.mark.parametrize("D, H", [(0, 4), (3, 0)])
def test_params_of_size_zero(cell, D, H):
    params = tree_map_shapes(cell.param_shapes(D, H))
    message = f"^params: expected sizes of at least 1, got D = {D} and H = {H}$"
    with pytest.raises(ValueError, match=message):
        forward(make_problem(cell), params=params)


def tree_map_shapes(shapes):
    return type(shapes)(*map(np.zeros, shapes))


@pytest.mark.parametrize("dtype", [int, np.float16, complex, np.longdouble, ">f8"])
def test_params_of_a_dtype_that_no_cell_computes_in(problem, edge, dtype):
    params = tree_map(lambda weights: weights.astype(dtype), problem.params)
    message = r"^params\.W_x: expected dtype float32 or float64, got "
    with pytest.raises(TypeError, match=message + str(np.dtype(dtype))):
        edge(problem, params=params)


def test_params_of_mixed_dtypes(problem, edge):
    for field in set(problem.params._fields) - {"W_x"}:
        weights = getattr(problem.params, field).astype(np.float32)
        params = problem.params._replace(**{field: weights})
        message = rf"^params\.{field}: expected dtype float64, .* got float32"
        with pytest.raises(TypeError, match=message):
            edge(problem, params=params)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_params_that_are_not_finite(problem, edge, bad):
    for field in problem.params._fields:
        weights = spoilt(getattr(problem.params, field), bad)
        params = problem.params._replace(**{field: weights})
        with pytest.raises(ValueError, match=rf"^params\.{field}: expected finite values, got 1"):
            edge(problem, params=params)


# Caches


def test_no_caches(problem):
    with pytest.raises(
        ValueError, match="^caches: expected one cache a step, got none; run unroll"
    ):
        backward(problem, caches=[])


def test_caches_of_another_length(problem):
    with pytest.raises(ValueError, match=r"^dout: expected shape \(4, 2, 4\), got \(5, 2, 4\)"):
        backward(problem, caches=forward(problem)[2][1:])


def test_caches_of_another_cell(problem):
    for other in {rnn, lstm, gru, gru_reset_after} - {problem.cell}:
        caches = forward(make_problem(other))[2]
        message = (
            f"^caches: expected caches of {short(problem.cell)}, "
            f"got one of rnncourse.{short(other)}.Cache$"
        )
        with pytest.raises(TypeError, match=message):
            backward(problem, caches=caches)
        with pytest.raises(TypeError, match=message):
            backward(problem, caches=forward(problem)[2][:4] + caches[:1])


def test_something_else_for_the_caches(problem):
    one = forward(problem)[2][0]
    for value, came in [(one, "Cache"), (np.zeros(3), "ndarray"), ((one,), "tuple")]:
        message = f"^caches: expected the list that unroll returns for .*, got {came}$"
        with pytest.raises(TypeError, match=message):
            backward(problem, caches=value)


# The checks themselves


def test_a_good_array_passes():
    assert checks.array("x", np.zeros((2, 3)), ("T", 3), np.dtype(float)) is None


def test_params_give_sizes_and_dtype(cell):
    params = cell.init_params(np.random.default_rng(0), 3, 4, np.float32)
    assert checks.params(cell, params) == (3, 4, np.dtype(np.float32))
    assert type(cell.param_shapes(1, 1)) is type(params)


def test_a_state_is_returned_as_it_is_and_none_becomes_zeros(problem):
    cell, state = problem.cell, problem.state
    assert checks.state("state", cell, state, 2, 4, np.dtype(float)) is state
    zeros = checks.state("state", cell, None, 2, 4, np.dtype(np.float32))
    for part in leaves(zeros):
        assert part.shape == (2, 4) and part.dtype == np.float32 and not part.any()


def test_all_other_cells_share_one_type_of_params():
    assert {type(c.param_shapes(1, 1)) for c in (rnn, lstm, gru)} == {Params}
