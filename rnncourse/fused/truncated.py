"""Truncated backpropagation through time: the gradient forgets what lies beyond a chunk."""

from rnncourse import checks
from rnncourse.fused.sequence import backward, forward
from rnncourse.params import zeros_like


def truncated(cell, params, x, loss, length, state=None):
    """Loss and gradients of a long sequence, cut into chunks that hand on the state alone.

    Memory does not grow with T: each chunk goes forward and back before the next one starts.

    Parameters
    ----------
    cell : module
        `rnn`, `lstm`, `gru` or `gru_reset_after`.
    params : NamedTuple
        The cell's parameters.
    x : ndarray (T, B, D)
    loss : callable
        ``loss(out, start) -> (value, dout)`` for the outputs of the steps from `start` on,
        (chunk, B, H).
    length : int
        Steps of a chunk; the last one may be shorter.
    state : ndarray (B, H) or NamedTuple of them, optional
        Where to start; zeros when None.

    Returns
    -------
    value : float
        The sum over the chunks.
    grads : NamedTuple
        The type of `params`, summed over the chunks; no gradient crosses from chunk to chunk.
    state : ndarray (B, H) or NamedTuple of them
        After the last step.

    Raises
    ------
    TypeError, ValueError
        As `forward` and `backward`; ValueError also if `length` is no number of steps.

    Notes
    -----
    Source: equation eq-truncated; Williams and Peng 1990, doi:10.1162/neco.1990.2.4.490, with
    chunks that do not overlap.

    Examples
    --------
    >>> import numpy as np
    >>> from rnncourse import rnn
    >>> rng = np.random.default_rng(0)
    >>> params = rnn.init_params(rng, D=2, H=3)
    >>> half_square = lambda out, start: (0.5 * np.sum(out**2), out)
    >>> value, grads, state = truncated(rnn, params, rng.normal(size=(50, 1, 2)), half_square, 20)
    >>> grads.W_h.shape, state.shape
    ((3, 3), (1, 3))
    """
    D, _, dtype = checks.params(cell, params)
    checks.array("x", x, ("T", "B", D), dtype)
    checks.steps("length", length)
    total, grads = 0.0, zeros_like(params)
    for start in range(0, len(x), length):
        out, state, cache = forward(cell, params, x[start : start + length], state)
        value, dout = loss(out, start)
        total += value
        _, _, share = backward(cell, cache, dout)  # eq-truncated
        for summed, part in zip(grads, share, strict=True):
            summed += part
    return total, grads, state
