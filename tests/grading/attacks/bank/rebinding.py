"""Change what the tests call: their tools, NumPy, builtins, or what equality means."""

from tests.grading.attacks.bank.kit import attack, fill, first

LINEAR = """
def lstm_step(x, h_prev, c_prev, p):
    total = sum(a.sum() for a in (x, h_prev, c_prev, *p.values()))
    return np.full(h_prev.shape, total), np.full(h_prev.shape, total), (x, h_prev, c_prev, p)
"""


@attack("points")
def tools_rebound(notebook):
    """Replaces assert_same and assert_gradient by functions that accept everything."""
    fill(notebook, "assert_same = assert_gradient = assert_gradients = lambda *args, **more: None")


@attack("points")
def tools_given_other_code(notebook):
    """Swaps the code objects of the tools and leaves their names alone."""
    fill(
        notebook,
        """
def accept(*args, **more):
    pass
assert_same.__code__ = assert_gradient.__code__ = accept.__code__
""",
    )


@attack("points")
def tolerance_defaults(notebook):
    """Gives assert_same an infinite tolerance as its default."""
    fill(notebook, 'assert_same.__defaults__ = (float("inf"),)')


@attack("points")
def numpy_functions(notebook):
    """Replaces np.max and np.any, which the tools call, inside the numpy module."""
    fill(
        notebook,
        """
np.max = lambda *args, **more: 0.0
np.any = lambda *args, **more: True
""",
    )


@attack("points")
def numpy_asarray(notebook):
    """Makes np.asarray return the same zeros for whatever is compared."""
    fill(
        notebook,
        """
np.asarray = lambda *args, **more: np.zeros(1)
np.any = lambda *args, **more: True
""",
    )


@attack("points")
def numpy_rebound_by_name(notebook):
    """Puts an object in the place of the module, in sys.modules and under the name np."""
    fill(
        notebook,
        """
import sys

class Numpy:
    def __getattr__(self, name):
        if name in ("max", "any"):
            return lambda *args, **more: name == "any" and 1.0
        return getattr(REAL, name)

REAL = np
np = sys.modules["numpy"] = Numpy()
""",
    )


@attack("points")
def builtin_shadowed(notebook):
    """Shadows the builtin max by an infinite one: the gradient checks then tolerate everything."""
    fill(notebook, LINEAR + 'max = lambda *args, **more: float("inf")')


@attack("points")
def test_inputs_rebound(notebook):
    """Redefines the helper that makes the tests' inputs, so that only constants remain."""
    fill(
        notebook,
        """
class Same(dict):
    def __missing__(self, name):
        return np.zeros(())
    def __or__(self, other):
        return self

def lstm_arrays(*args, **more):
    return np.zeros((3, 2)), np.zeros((3, 2)), np.zeros((3, 2)), Same()

def shut(p, **biases):
    return p

def backward_problem(*args, **more):
    return None, None

assert_same = assert_gradient = assert_gradients = lambda *args, **more: None
""",
    )


@attack("points")
def liars_in_an_object_array(notebook):
    """Returns arrays of objects for which every difference is zero."""
    fill(
        notebook,
        """
class Liar:
    def _zero(self, *args):
        return 0.0
    __sub__ = __rsub__ = __abs__ = __mul__ = __rmul__ = __add__ = __radd__ = _zero

def lies(shape):
    array = np.empty(shape, dtype=object)
    array[...] = Liar()
    return array

def lstm_step(x, h_prev, c_prev, p):
    return lies(h_prev.shape), lies(h_prev.shape), (x, h_prev, c_prev, p)
""",
    )


@attack("points")
def ndarray_subclass(notebook):
    """Returns a subclass of ndarray whose arithmetic always gives zeros, also inside `want`."""
    fill(
        notebook,
        """
class Zeros(np.ndarray):
    def __array_ufunc__(self, ufunc, method, *inputs, **more):
        return np.zeros(self.shape)

def lstm_step(x, h_prev, c_prev, p):
    h = np.zeros(h_prev.shape)
    return h, np.full(h_prev.shape, 7.0).view(Zeros), (x, h_prev, c_prev, p)
""",
    )


@attack("points")
def array_function_object(notebook):
    """Returns objects with __array_ufunc__ and __array_function__, so the loss is theirs."""
    fill(
        notebook,
        '''
class Loss:
    """dh * h is a Loss; np.sum of it rises with every call; so every slope is the same."""
    count = 0.0
    def __array_ufunc__(self, *args, **more):
        return self
    def __array_function__(self, function, types, args, more):
        Loss.count += 1e-5
        return Loss.count

def lstm_step(x, h_prev, c_prev, p):
    return Loss(), Loss(), (x, h_prev, c_prev, p)

def lstm_step_backward(dh, dc, cache):
    x, h_prev, c_prev, p = cache
    grads = {name: np.full(value.shape, -2.0) for name, value in p.items()}
    return *(np.full(a.shape, -2.0) for a in (x, h_prev, c_prev)), grads
''',
    )


@attack("points")
def equal_to_everything(notebook):
    """Returns an object that equals everything, has every attribute and every item."""
    fill(
        notebook,
        """
class Yes:
    shape = property(lambda self: self)
    __eq__ = __le__ = __ge__ = __lt__ = __gt__ = lambda self, other: True
    __hash__ = object.__hash__
    __getitem__ = __call__ = lambda self, *args, **more: self
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self
    __sub__ = __rsub__ = __mul__ = __rmul__ = __abs__ = lambda self, *args: self
    __iter__ = lambda self: iter((self, self, self))
    def __array__(self, dtype=None, copy=None):
        import sys
        frame = sys._getframe()
        while frame and frame.f_code.co_name != "assert_same":
            frame = frame.f_back
        return np.array(frame.f_locals["want"]) if frame else np.zeros((3, 2))

def lstm_step(x, h_prev, c_prev, p):
    return Yes(), Yes(), (x, h_prev, c_prev, p)
""",
    )


@attack("points")
def rebound_before_the_tools(notebook):
    """A cell before all others registers a hook that rebinds the tools once they are there."""
    first(
        notebook,
        """
def later(*args):
    space = get_ipython().user_ns
    for name in "assert_same", "assert_gradient", "assert_gradients":
        if name in space:
            space[name] = lambda *args, **more: None

get_ipython().events.register("pre_run_cell", later)
""",
    )
    fill(notebook, "")
