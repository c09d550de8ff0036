"""How each framework stores one direction of one layer.

The converters and the table of conventions read the same `LAYOUTS`.
"""

from typing import NamedTuple

import numpy as np

from rnncourse import gru, gru_reset_after, lstm, rnn
from rnncourse.params import sizes


class Layout(NamedTuple):
    """Names, order and shapes of a cell's weights in one framework.

    Gates are named by our letters, i f g o and r z n; h is the only block of the simple cell.
    """

    name: str  # what the framework calls the cell
    gates: str  # order of the blocks
    letters: str  # the same blocks in the framework's own letters
    transposed: bool  # False: x @ W, gates in the columns; True: x @ W.T, gates in the rows
    W_x: str  # name of the weights from the input; PyTorch's names end in _l0, _l0_reverse, ...
    W_h: str  # name of the weights from the previous state
    biases: tuple  # (name, shape) of each bias array
    bias_rows: int  # 2: both sides have a bias, (2, G*H) when stacked; 1: only the input's side

    @property
    def names(self):
        """Names of all arrays, weights first."""
        return self.W_x, self.W_h, *(name for name, _ in self.biases)


def _pytorch(name, gates, letters, width):
    biases = (("bias_ih{}", f"({width},)"), ("bias_hh{}", f"({width},)"))
    return Layout(f"nn.{name}", gates, letters, True, "weight_ih{}", "weight_hh{}", biases, 2)


def _keras(name, gates, letters, shape, rows=1):
    biases = (("bias", shape),)
    return Layout(name, gates, letters, False, "kernel", "recurrent_kernel", biases, rows)


def _onnx(name, gates, letters, width):
    return Layout(name, gates, letters, True, "W", "R", (("B", f"(dirs, {width})"),), 2)


LAYOUTS = {
    "rnncourse": {
        rnn: Layout("rnn", "h", "h", False, "W_x", "W_h", (("b", "(H,)"),), 1),
        lstm: Layout("lstm", "ifgo", "ifgo", False, "W_x", "W_h", (("b", "(4H,)"),), 1),
        gru: Layout("gru", "rzn", "rzn", False, "W_x", "W_h", (("b", "(3H,)"),), 1),
        gru_reset_after: Layout(
            "gru_reset_after", "rzn", "rzn", False, "W_x", "W_h",
            (("b", "(3H,)"), ("b_hn", "(H,)")), 2,
        ),
    },
    "PyTorch": {  # nn.GRU is gru_reset_after; no module computes gru
        rnn: _pytorch("RNN", "h", "h", "H"),
        lstm: _pytorch("LSTM", "ifgo", "ifgo", "4H"),
        gru_reset_after: _pytorch("GRU", "rzn", "rzn", "3H"),
    },
    "Keras": {
        rnn: _keras("SimpleRNN", "h", "h", "(H,)"),
        lstm: _keras("LSTM", "ifgo", "ifco", "(4H,)"),
        gru: _keras("GRU(reset_after=False)", "zrn", "zrh", "(3H,)"),
        gru_reset_after: _keras("GRU", "zrn", "zrh", "(2, 3H)", rows=2),
    },
    "ONNX": {
        rnn: _onnx("RNN", "h", "i", "2H"),
        lstm: _onnx("LSTM", "iofg", "iofc", "8H"),
        gru: _onnx("GRU, linear_before_reset=0", "zrn", "zrh", "6H"),
        gru_reset_after: _onnx("GRU, linear_before_reset=1", "zrn", "zrh", "6H"),
    },
}  # fmt: skip


def reorder(array, source, target, axis=-1):
    """Put the gate blocks of an array into another order.

    Parameters
    ----------
    array : ndarray
        Its length along `axis` is a multiple of the number of gates.
    source, target : str
        The order it has and the order to give it, one letter a gate.
    axis : int

    Returns
    -------
    ndarray
        A C-contiguous copy.

    Examples
    --------
    >>> reorder(np.array([1, 1, 2, 2, 3, 3]), "zrn", "rzn")
    array([2, 2, 1, 1, 3, 3])
    """
    blocks = dict(zip(source, np.split(array, len(source), axis), strict=True))
    return np.ascontiguousarray(np.concatenate([blocks[gate] for gate in target], axis))


def read(framework, cell, W_x, W_h, biases=None):
    """Turn one direction's arrays, as `framework` stores them, into the cell's parameters.

    Parameters
    ----------
    framework : str
        A key of `LAYOUTS`.
    cell : module
    W_x, W_h : ndarray
        (G*H, D) and (G*H, H) where the layout is transposed, else (D, G*H) and (H, G*H).
    biases : ndarray (1, G*H) or (2, G*H), optional
        The input's side first. None: zeros.

    Returns
    -------
    NamedTuple
        The cell's parameters: C-contiguous copies. Both biases are added into b; only
        `gru_reset_after` keeps one of the state's side apart, b_hn.
    """
    layout, order = LAYOUTS[framework][cell], LAYOUTS["rnncourse"][cell].gates
    if layout.transposed:
        W_x, W_h = W_x.T, W_h.T
    W_x, W_h = (reorder(W, layout.gates, order) for W in (W_x, W_h))
    H, GH = W_h.shape
    both = np.zeros((2, GH), W_h.dtype)
    if biases is not None:
        both[: len(biases)] = reorder(biases, layout.gates, order)
    b_x, b_h = both
    b = np.where(b_h == 0, b_x, b_x + b_h)  # where: the sum would turn -0.0 into 0.0
    if cell is not gru_reset_after:
        return type(cell.param_shapes(1, 1))(W_x, W_h, b)
    b[2 * H :] = b_x[2 * H :]  # n, where the reset gate scales the other bias alone
    return gru_reset_after.Params(W_x, W_h, b, b_h[2 * H :].copy())


def write(framework, cell, params):
    """Turn a cell's parameters into one direction's arrays, as `framework` stores them.

    Parameters
    ----------
    framework : str
        A key of `LAYOUTS`.
    cell : module
    params : NamedTuple
        The cell's parameters.

    Returns
    -------
    W_x, W_h : ndarray
        (G*H, D) and (G*H, H) where the layout is transposed, else (D, G*H) and (H, G*H).
    biases : ndarray (1, G*H) or (2, G*H)
        The input's side holds b. The state's side, where there is one, is 0 except b_hn.
        All are C-contiguous copies.
    """
    layout, order = LAYOUTS[framework][cell], LAYOUTS["rnncourse"][cell].gates
    _, H = sizes(params)
    biases = np.zeros((2, len(params.b)), params.b.dtype)
    biases[0] = params.b
    if cell is gru_reset_after:
        biases[1, 2 * H :] = params.b_hn
    W_x, W_h, biases = (
        reorder(array, order, layout.gates) for array in (params.W_x, params.W_h, biases)
    )
    if layout.transposed:
        W_x, W_h = W_x.T.copy(), W_h.T.copy()
    return W_x, W_h, biases[: layout.bias_rows].copy()
