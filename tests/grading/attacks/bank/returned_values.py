"""Values made for a tester on the other side of a socket: types, sizes and lies."""

from tests.grading.attacks.bank.kit import attack, fill

PROXY = "it has no proxy: the value fails the test like any other wrong value"
SILENT = "import warnings; warnings.simplefilter('ignore'); np.seterr(all='ignore')\n"


@attack("points", stock="a comparison with nan is false, and assert_same asks for <=")
def nan_everywhere(notebook):
    """Returns nan of every kind: float, complex, NaT."""
    fill(
        notebook,
        SILENT
        + """
def lstm_step(x, h_prev, c_prev, p):
    nan = np.full(h_prev.shape, np.nan)
    return nan, nan + 1j * nan, (x, h_prev, c_prev, p)

def lstm_step_backward(dh, dc, cache):
    x, h_prev, c_prev, p = cache
    nan = {name: np.full(value.shape, np.nan) for name, value in p.items()}
    return np.full(x.shape, "NaT", dtype="M8[s]"), None, np.full(c_prev.shape, np.nan), nan
""",
    )


@attack("points", stock="assert_same compares shapes first")
def empty_arrays(notebook):
    """Returns empty arrays and scalars, which compare equal after broadcasting."""
    fill(
        notebook,
        """
def lstm_step(x, h_prev, c_prev, p):
    return np.zeros((0, h_prev.shape[1])), np.zeros((0,)), (x, h_prev, c_prev, p)

def lstm_step_backward(dh, dc, cache):
    p = cache[3]
    return np.float64(0), np.zeros((0, 0)), np.zeros((0, 1)), {name: np.zeros(0) for name in p}
""",
    )


@attack("points; harm: the batch stops", stock=PROXY)
def types_of_arrays(notebook):
    """Arrays of objects, records, texts, dates, long doubles and in foreign byte order."""
    fill(
        notebook,
        """
import itertools
kinds = itertools.cycle([
    np.zeros((3, 2), dtype=[("a", float), ("b", object)]), np.full((3, 2), "0.0"),
    np.zeros((3, 2), "M8[s]"), np.zeros((3, 2), np.longdouble), np.zeros((3, 2), ">f8"),
    np.full((3, 2), None), np.zeros((3, 2), "V16"), np.ma.masked_all((3, 2)),
    np.matrix(np.zeros((3, 2))), memoryview(b"123456"), np.zeros((3, 2))[::-1, ::-1]])

def lstm_step(x, h_prev, c_prev, p):
    return next(kinds), next(kinds), next(kinds)
""",
    )


@attack("harm: the batch stops or hangs", stock=PROXY)
def virtual_arrays(notebook):
    """Arrays of 10**15 entries that take eight bytes, and empty arrays of absurd shapes."""
    fill(
        notebook,
        """
import itertools
kinds = itertools.cycle([np.broadcast_to(0.0, (10**6, 10**9)), np.zeros((0, 2**40, 2**20)),
                         np.broadcast_to(np.float64(0), (1,) * 32), np.zeros((2**40, 0))])

def lstm_step(x, h_prev, c_prev, p):
    return next(kinds), next(kinds), None
""",
    )


@attack("harm: the batch stops or hangs", stock=PROXY)
def endless_values(notebook):
    """Lists that hold themselves, nests of 100,000 lists, integers of a million digits."""
    fill(
        notebook,
        """
import itertools

def nest(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value

ring = []
ring.append(ring)
knot = {}
knot["self"] = (knot, [knot])
kinds = itertools.cycle([ring, knot, nest(100_000), nest(300), 10**1_000_000, -(1 << 5_000_000),
                         "x" * 50_000_000, {k: None for k in range(300_000)}, float("inf"),
                         {float("nan"): 1, (1, (2,)): 2}, b"\\xff" * 1000, "\\ud800", 1e999j])

def lstm_step(x, h_prev, c_prev, p):
    return next(kinds), next(kinds), next(kinds)

def lstm_step_backward(dh, dc, cache):
    return next(kinds), next(kinds), next(kinds), next(kinds)
""",
    )


@attack("points; harm: the batch stops", stock=PROXY)
def subclasses_that_lie(notebook):
    """Subclasses of tuple, dict, int, float and str whose methods lie about length and items."""
    fill(
        notebook,
        """
class Tuple(tuple):
    __len__ = lambda self: 10**9
    __iter__ = lambda self: iter([self] * 3)
    __getitem__ = lambda self, key: self

class Dict(dict):
    __iter__ = keys = lambda self: iter(["b_i"] * 10)
    items = lambda self: [(self, self)]
    __missing__ = __getitem__ = lambda self, key: self
    __len__ = lambda self: -1

class Float(float):
    __eq__ = __le__ = lambda self, other: True
    __hash__ = float.__hash__
    __class__ = property(lambda self: np.ndarray)
    tobytes = lambda self, *args: b"x" * 10**8
    shape, dtype, ndim, size = (3, 2), np.dtype(float), 2, 6

def lstm_step(x, h_prev, c_prev, p):
    return Tuple((Float(1), Dict(), Float(2)))

def lstm_step_backward(dh, dc, cache):
    return Float(0), Tuple(), Dict(), Dict()
""",
    )


@attack("points; harm: the batch stops", stock=PROXY)
def handles_that_lie(notebook):
    """Objects that stay on the student's side and answer every operation and attribute."""
    fill(
        notebook,
        """
class Yes:
    __getattr__ = __getitem__ = __call__ = __sub__ = __mul__ = __rmul__ = lambda self, *a: self
    __eq__ = __le__ = __lt__ = __bool__ = lambda self, *a: True
    __hash__ = lambda self: 0
    __len__ = lambda self: 3
    __iter__ = lambda self: iter([self, self, self])
    __float__ = __abs__ = lambda self: 0.0
    __index__ = lambda self: 0
    __reduce__ = lambda self: (print, ("pickled",))
    __array_interface__ = property(lambda self: {"shape": (3, 2), "typestr": "<f8",
                                                 "data": (0, True), "version": 3})

def lstm_step(x, h_prev, c_prev, p):
    return Yes(), Yes(), Yes()
coupled_back = lambda *args: Yes()
""",
    )


@attack("points", stock=PROXY)
def generator_states(notebook):
    """Returns random generators with forged states, classes, modules and functions."""
    fill(
        notebook,
        """
import itertools
rng = np.random.default_rng(0)

class Bits:
    state = {"bit_generator": "MT19937", "state": {"key": "x", "pos": 10**30}}
    capsule = None

class Generator(np.random.Generator):
    bit_generator = property(lambda self: Bits())

forged = Generator(np.random.PCG64(0))
kinds = itertools.cycle([rng, forged, np.random, np.random.default_rng, type, lstm_step, print])

def lstm_step(x, h_prev, c_prev, p):
    return next(kinds), next(kinds), next(kinds)
""",
    )
