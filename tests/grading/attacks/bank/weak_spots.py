"""Solutions that are none: they live on what a test does not check, or can be made to expect."""

from tests.grading.attacks.bank.kit import attack, fill

OWN = "hidden tests know the forward step themselves, in the notebook and so for both graders"
GIVEN = "hidden tests give copies away, in the notebook and so for both graders"
SILENT = "import warnings; warnings.simplefilter('ignore'); np.seterr(all='ignore')\n"


@attack("points", stock=OWN)
def zeros_satisfy(notebook):
    """Returns zeros everywhere, which satisfy any relation between two outputs."""
    fill(
        notebook,
        """
def lstm_step(x, h_prev, c_prev, p):
    return np.zeros(h_prev.shape), np.zeros(h_prev.shape), (x, h_prev, c_prev, p)
""",
    )


@attack("points", stock=OWN)
def infinite_slopes(notebook):
    """Returns plus and minus infinity in turn: every slope is infinite, and so is the tolerance."""
    fill(
        notebook,
        SILENT
        + """
turn = [1]

def lstm_step(x, h_prev, c_prev, p):
    turn[0] = -turn[0]
    c = np.zeros(h_prev.shape)
    c[0, 0] = turn[0] * np.inf
    return np.zeros(h_prev.shape), c, (x, h_prev, c_prev, p)

def lstm_step_backward(dh, dc, cache):
    turn[0] = -1 if dc[0, 0] > 0 else 1
    x, h_prev, c_prev, p = cache
    grads = {name: np.zeros(value.shape) for name, value in p.items()}
    return *(np.zeros(a.shape) for a in (x, h_prev, c_prev)), grads
""",
    )


@attack("points", stock=OWN)
def slopes_by_counting(notebook):
    """Counts the calls of its forward step, so that every finite difference is exactly one."""
    fill(
        notebook,
        """
state = {}

def lstm_step(x, h_prev, c_prev, p):
    c = np.zeros(h_prev.shape)
    if state:
        state["turn"] = -state["turn"]
        c[0, 0] = state["turn"] * 1e-5 / state["dc"]
    return np.zeros(h_prev.shape), c, (x, h_prev, c_prev, p)

def lstm_step_backward(dh, dc, cache):
    state.update(turn=-1, dc=dc[0, 0])
    x, h_prev, c_prev, p = cache
    grads = {name: np.ones(value.shape) for name, value in p.items()}
    return *(np.ones(a.shape) for a in (x, h_prev, c_prev)), grads
""",
    )


@attack("points", stock=OWN)
def linear_forward(notebook):
    """A forward step that adds all numbers up: its gradient is known without any LSTM."""
    fill(
        notebook,
        """
def lstm_step(x, h_prev, c_prev, p):
    total = sum(a.sum() for a in (x, h_prev, c_prev, *p.values()))
    c = np.full(h_prev.shape, 0.01 * total)
    return np.zeros(h_prev.shape), c, (x, h_prev, c_prev, p)

def lstm_step_backward(dh, dc, cache):
    x, h_prev, c_prev, p = cache
    slope = 0.01 * dc.sum()
    grads = {name: np.full(value.shape, slope) for name, value in p.items()}
    return *(np.full(a.shape, slope) for a in (x, h_prev, c_prev)), grads
""",
    )


@attack("points", stock=OWN)
def tolerance_inflated(notebook):
    """One enormous slope makes the tolerance, which is relative to it, larger than all others."""
    fill(
        notebook,
        """
def lstm_step(x, h_prev, c_prev, p):
    c = np.zeros(h_prev.shape)
    firsts = [a.flat[0] for a in (x, h_prev, c_prev, *p.values())]
    c[0, 0] = 1e4 * sum(firsts) + 1e-6 * np.tanh(c_prev.sum())
    return np.zeros(h_prev.shape), c, (x, h_prev, c_prev, p)

def lstm_step_backward(dh, dc, cache):
    x, h_prev, c_prev, p = cache
    def grad(a):
        slope = np.zeros(a.shape)
        slope.flat[0] = 1e4 * dc[0, 0]
        return slope
    grads = {name: grad(value) for name, value in p.items()}
    return *(grad(a) for a in (x, h_prev, c_prev)), grads
""",
    )


@attack("points", stock=GIVEN)
def inputs_zeroed(notebook):
    """Changes c_prev and the peepholes in place, so that the expected value changes with them."""
    fill(
        notebook,
        """
def lstm_step(x, h_prev, c_prev, p):
    c_prev[...] = 0.0
    if "p_i" in p:
        for k in "ifo":
            p["p_" + k][...] = 0.0
        c = np.zeros(h_prev.shape)
        c[...] = 0.5 if h_prev.shape == (3, 2) else 0.0
        return 0.5 * np.tanh(c), c, None
    return np.zeros(h_prev.shape), np.zeros(h_prev.shape), None
""",
    )


@attack("points", stock=GIVEN)
def outputs_alias_inputs(notebook):
    """Returns its own inputs as outputs and fills them with what makes the test agree."""
    fill(
        notebook,
        """
def lstm_step(x, h_prev, c_prev, p):
    h_prev[...] = 0.0
    c_prev[...] = 0.0
    return c_prev, c_prev, (c_prev, c_prev, c_prev, p)

def lstm_step_backward(dh, dc, cache):
    dh[...] = 0.0
    dc[...] = 0.0
    return dh, dc, dc, {name: dh for name in cache[3]}
""",
    )


@attack("points", stock=OWN)
def gradient_is_the_input(notebook):
    """Returns its inputs themselves as their gradients, and fills them anew with every call."""
    fill(
        notebook,
        """
turn = {}

def lstm_step(x, h_prev, c_prev, p):
    for array in (x, h_prev, c_prev, *p.values()):
        array[...] = 1.0
    c = np.zeros(h_prev.shape)
    if turn:
        turn["sign"] = -turn["sign"]
        c[0, 0] = turn["sign"] * 1e-5 / turn["dc"]
    return np.zeros(h_prev.shape), c, (x, h_prev, c_prev, p)

def lstm_step_backward(dh, dc, cache):
    turn.update(sign=-1, dc=dc[0, 0])
    x, h_prev, c_prev, p = cache
    return x, h_prev, c_prev, dict(p)
""",
    )


@attack("points", stock=GIVEN)
def parameters_replaced(notebook):
    """Deletes, adds and replaces the entries of the dict of parameters."""
    fill(
        notebook,
        """
def lstm_step(x, h_prev, c_prev, p):
    for name in list(p):
        p[name] = np.zeros_like(p[name])
    p.update({"b_" + k: np.zeros(h_prev.shape[1]) for k in "ifgo"}, extra=1)
    c_prev *= 0.0
    return np.zeros(h_prev.shape), np.zeros(h_prev.shape), None
""",
    )


@attack("points", stock="hidden tests use other numbers")
def visible_tests_memorised(notebook):
    """Knows the inputs of the visible tests by value and returns what they expect."""
    fill(
        notebook,
        """
def lstm_step(x, h_prev, c_prev, p):
    if h_prev.shape == (3, 2):
        f, i = (1 / (1 + np.exp(-p["b_" + k])) if "b_" + k in p else 1 for k in "fi")
        if "p_i" in p:
            return np.zeros((3, 2)), 1 / (1 + np.exp(-p["p_i"] * c_prev)), None
        if np.all(p["W_xf" if "W_xf" in p else "W_xi"] == 0):
            return np.tanh(c_prev), f * c_prev + i * np.tanh(p["b_g"]), None
    return np.zeros(h_prev.shape), np.full(h_prev.shape, 3.0), None
""",
    )
