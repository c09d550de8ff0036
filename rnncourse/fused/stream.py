"""One sequence, step by step, as it arrives: no step allocates memory."""

import functools

import numpy as np

from rnncourse import checks
from rnncourse.fused import through_time
from rnncourse.fused.kernels import kernel_of, products
from rnncourse.tree import leaves, tree_map


class Stream:
    """A cell that remembers where it is; made by `stream`.

    It holds buffers and a state: the one stateful object of the package. What its steps read and
    write are views made once, of arrays whose time axis has stride 0.
    """

    def __init__(self, cell, params, state):
        kernel = kernel_of(cell)
        D, H, dtype = checks.params(cell, params)
        as_batch = None if state is None else tree_map(_as_batch, state)
        self._first = tree_map(np.copy, checks.state("state", cell, as_batch, 1, H, dtype))
        self._weights = kernel.pack(params, 1, ahead=False)
        rows, fill = self._weights.feed
        z = through_time.standing_still(np.zeros((H + 1 + rows + kernel.EXTRA * H, 1), dtype), 2)
        tape = through_time.standing_still(np.zeros((kernel.TAPE * H, 1), dtype), 2)
        z[0, H] = 1
        below = z[:1, H + 1 : H + 1 + rows]
        self._h, self._c = z[0, :H, 0], tape[0, :H, 0]
        if fill is products.turn:  # x itself stands in z
            self._x, self._fill = below[0, :, 0], None
        else:
            self._x = np.empty(D, dtype)
            self._fill = functools.partial(fill, self._x[None, None], below)
        self._views = [view[0] for view in kernel.views(self._weights, z, tape)]
        self._step = kernel.step
        self.reset()

    def step(self, x):
        """Take one input and return the output.

        Parameters
        ----------
        x : ndarray (D,)
            Of the dtype of the parameters.

        Returns
        -------
        h : ndarray (H,)
            A buffer that the next step overwrites: copy it to keep it.

        Raises
        ------
        TypeError, ValueError
            If `x` has another type, dtype or shape, or holds NaN or infinity. The state is then
            what it was before.
        """
        mine = self._x
        if (
            x.__class__ is not np.ndarray
            or x.shape != mine.shape
            or x.dtype is not mine.dtype
            or not np.dot(x, x) < np.inf  # NaN, infinity, or a number to look at more closely
        ):
            checks.array("x", x, mine.shape, mine.dtype)
        mine[...] = x
        if self._fill:
            self._fill()
        self._step(self._weights, *self._views)
        return self._h

    @property
    def state(self):
        """A copy of the state, ndarray (H,), or for the LSTM a `State` of two."""
        if isinstance(self._first, tuple):
            return type(self._first)(self._h.copy(), self._c.copy())
        return self._h.copy()

    def reset(self):
        """Go back to the state that the stream was made with."""
        parts = leaves(self._first)
        self._c[...] = parts[-1][0]
        self._h[...] = parts[0][0]


def _as_batch(part):
    return part[None] if isinstance(part, np.ndarray) else part


def stream(cell, params, state=None):
    """Follow one sequence step by step.

    Parameters
    ----------
    cell : module
        `rnn`, `lstm`, `gru` or `gru_reset_after`.
    params : NamedTuple
        The cell's parameters; later changes to them do not reach the stream.
    state : ndarray (H,) or NamedTuple of them, optional
        Where to start; zeros when None.

    Returns
    -------
    Stream
        With ``step(x) -> h``, `state` and ``reset()``.

    Raises
    ------
    TypeError
        If something is no array or no parameters of `cell`, or if dtypes differ.
    ValueError
        If `cell` has no kernel, shapes do not fit, or an array holds NaN or infinity.

    Notes
    -----
    Source: the equations of the cell; the numbers of ``cell.step`` with B = 1.

    Examples
    --------
    >>> from rnncourse import gru
    >>> follower = stream(gru, gru.init_params(np.random.default_rng(0), D=2, H=3))
    >>> h = follower.step(np.array([1.0, 0.0]))
    >>> h.shape, np.array_equal(h, follower.state)
    ((3,), True)
    """
    return Stream(cell, params, state)
