"""Weights from and to PyTorch."""

import numpy as np

from rnncourse import checks, gru, gru_reset_after, lstm, rnn
from rnncourse.interop.edges import cell_name, check_layers, import_framework
from rnncourse.interop.layout import LAYOUTS, read, write
from rnncourse.layers import Layer
from rnncourse.params import sizes
from rnncourse.stack import ways

INSTALL = "PyTorch: pip install torch"
SUFFIXES = ("", "_reverse")  # of the names of the forward and of the backward direction


def from_torch(module):
    """Read the weights of a PyTorch module.

    Parameters
    ----------
    module : torch.nn.RNN, LSTM, GRU, RNNCell, LSTMCell or GRUCell
        float32 or float64. batch_first does not matter: weights do not depend on it.

    Returns
    -------
    list of Layer
        One for each layer; a cell gives one. nn.GRU gives `gru_reset_after`, because `gru`
        has its reset gate elsewhere. The arrays are copies. The two biases are added into b,
        except the GRU's b_hn; without bias, b is 0.

    Raises
    ------
    ImportError
        If PyTorch is not installed.
    TypeError
        If `module` is none of these, or has another dtype.
    ValueError
        If it has what no cell of ours computes: nonlinearity "relu", proj_size, or dropout
        between its layers while in training mode (in eval mode dropout does nothing); or if
        weights are NaN or infinite.

    Notes
    -----
    Outputs are PyTorch's, up to rounding. Adding two biases into one changes training: it
    halves the bias's effective learning rate, and the gradient's global norm counts it once.
    """
    torch = import_framework("torch", "from_torch", INSTALL)
    nn = torch.nn
    cells = {nn.RNN: rnn, nn.LSTM: lstm, nn.GRU: gru_reset_after}
    cells |= {nn.RNNCell: rnn, nn.LSTMCell: lstm, nn.GRUCell: gru_reset_after}
    if type(module) not in cells:
        expected = ", ".join(f"nn.{kind.__name__}" for kind in cells)
        raise TypeError(f"module: expected one of {expected}, got {type(module).__name__}")
    cell = cells[type(module)]
    _refuse_what_no_cell_computes(module)
    if isinstance(module, nn.RNNCellBase):
        return [Layer(cell, _read(torch, module, cell, ""))]
    suffixes = SUFFIXES[: 1 + module.bidirectional]
    return [
        Layer(cell, *(_read(torch, module, cell, f"_l{k}{suffix}") for suffix in suffixes))
        for k in range(module.num_layers)
    ]


def _refuse_what_no_cell_computes(module):
    nonlinearity = getattr(module, "nonlinearity", "tanh")  # the LSTM and the GRU have none
    if nonlinearity != "tanh":
        raise ValueError(f'module: expected nonlinearity "tanh", got {nonlinearity!r}')
    if getattr(module, "proj_size", 0):
        raise ValueError(f"module: expected proj_size 0, got {module.proj_size}")
    if getattr(module, "num_layers", 1) > 1 and module.dropout and module.training:
        raise ValueError(
            f"module: expected no dropout between layers, got {module.dropout} in training "
            "mode; call module.eval() first, or set module.dropout = 0"
        )


def _read(torch, module, cell, suffix):
    """The parameters of the direction whose weights end in `suffix`."""
    names = [name.format(suffix) for name in LAYOUTS["PyTorch"][cell].names]
    tensors = [getattr(module, name, None) for name in names]  # None: no bias
    for name, tensor in zip(names, tensors, strict=True):
        if tensor is not None and tensor.dtype not in (torch.float32, torch.float64):
            raise TypeError(
                f"module.{name}: expected float32 or float64, got {tensor.dtype}; "
                "convert with module.float()"
            )
    W_x, W_h, *biases = (t if t is None else t.detach().cpu().numpy() for t in tensors)
    params = read("PyTorch", cell, W_x, W_h, None if biases[0] is None else np.stack(biases))
    checks.params(cell, params)
    return params


def to_torch(layers):
    """Write layers into a new PyTorch module.

    Parameters
    ----------
    layers : list of Layer
        Of one cell, `rnn`, `lstm` or `gru_reset_after`, one H and one dtype, with all layers
        in one direction or all in both (concatenated).

    Returns
    -------
    torch.nn.RNN, LSTM or GRU
        Time first, x (T, B, D), in the dtype of the weights. b goes to the input's bias; the
        state's bias is 0, except b_hn. `from_torch` gives the same layers back, bit for bit.

    Raises
    ------
    ImportError
        If PyTorch is not installed.
    TypeError
        If something is no list of Layer or no parameters, or if dtypes differ.
    ValueError
        If a layer is a `gru`, which no module computes, or if cells, sizes or directions do
        not fit into one module.

    Notes
    -----
    PyTorch trains both biases, and only their sum acts: b then moves twice as far with each
    step, and the gradient's global norm counts it twice. Training curves match ours once the
    state's bias is frozen: mask its gradient, but not that of b_hn.
    """
    dtype = check_layers(layers)
    cell, two = layers[0].cell, layers[0].backward is not None
    D, H = sizes(layers[0].forward)
    for k, layer in enumerate(layers):
        _refuse_what_no_module_holds(k, layer, cell, H, two)
    torch = import_framework("torch", "to_torch", INSTALL)
    kind = {rnn: torch.nn.RNN, lstm: torch.nn.LSTM, gru_reset_after: torch.nn.GRU}[cell]
    # device meta: PyTorch draws no weights, and its global random generator stays as it is
    options = {"bidirectional": two, "dtype": getattr(torch, str(dtype)), "device": "meta"}
    module = kind(D, H, len(layers), **options).to_empty(device="cpu")
    weights = {}
    for k, layer in enumerate(layers):
        for params, suffix in zip(ways(layer), SUFFIXES, strict=False):
            weights |= _write(torch, cell, params, f"_l{k}{suffix}")
    module.load_state_dict(weights)
    return module


def _refuse_what_no_module_holds(k, layer, cell, H, two):
    if layer.cell is gru:
        raise ValueError(
            f"layers[{k}].cell: no PyTorch module computes gru, whose reset gate acts before the "
            "product; nn.GRU is gru_reset_after"
        )
    if layer.cell is not cell:
        raise ValueError(
            f"layers[{k}].cell: expected {cell_name(cell)}, as in layers[0], got "
            f"{cell_name(layer.cell)}; convert each layer alone and chain the modules"
        )
    if sizes(layer.forward)[1] != H:
        raise ValueError(
            f"layers[{k}]: expected H = {H}, as in layers[0], got {sizes(layer.forward)[1]}; "
            "convert each layer alone and chain the modules"
        )
    if (layer.backward is not None) != two:
        raise ValueError(
            f"layers[{k}]: expected {'two directions' if two else 'one direction'}, as in "
            "layers[0]; convert each layer alone and chain the modules"
        )


def _write(torch, cell, params, suffix):
    """One direction's part of the state dict."""
    W_x, W_h, biases = write("PyTorch", cell, params)
    names = LAYOUTS["PyTorch"][cell].names
    return {
        name.format(suffix): torch.from_numpy(array)
        for name, array in zip(names, (W_x, W_h, *biases), strict=True)
    }
