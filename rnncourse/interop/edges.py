"""What every converter demands: its framework, and layers that fit on each other."""

import importlib

from rnncourse import checks, gru, gru_reset_after, lstm, rnn
from rnncourse.layers import Layer

CELLS = (rnn, lstm, gru, gru_reset_after)


def import_framework(name, caller, install):
    """Import a framework, or say how to install it.

    Parameters
    ----------
    name : str
        Of the module.
    caller : str
        The public function that needs it.
    install : str
        What to do, as in "PyTorch: pip install torch".

    Raises
    ------
    ImportError
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ImportError(f"{caller} needs {install} ({error})") from error


def check_layers(layers, merge="concat"):
    """Refuse `layers` unless each is valid and reads what the one below writes.

    Parameters
    ----------
    layers : list of Layer
    merge : {"concat", "sum"}
        How the two directions of a layer become its output.

    Returns
    -------
    numpy.dtype
        The one dtype of all weights.

    Raises
    ------
    TypeError
        If something is no list of Layer or no parameters, or if dtypes differ.
    ValueError
        If there is no layer, `merge` or a cell is unknown, or sizes do not fit.
    """
    if merge not in ("concat", "sum"):
        raise ValueError(f'merge: expected "concat" or "sum", got {merge!r}')
    if not isinstance(layers, list | tuple) or isinstance(layers, Layer):
        raise TypeError(f"layers: expected a list of Layer, got {type(layers).__name__}")
    if not layers:
        raise ValueError("layers: expected at least one Layer, got none")
    below = first = None
    for k, layer in enumerate(layers):
        D, width, dtype = _check_layer(f"layers[{k}]", layer, merge)
        first = first or dtype
        if dtype != first:
            raise TypeError(f"layers[{k}]: expected {first}, as in layers[0], got {dtype}")
        if below not in (None, D):
            raise ValueError(
                f"layers[{k}]: expected D = {below}, the width that layers[{k - 1}] writes with "
                f"merge={merge!r}, got {D}"
            )
        below = width
    return first


def _check_layer(name, layer, merge):
    """Input width, output width and dtype of a valid layer."""
    if not isinstance(layer, Layer):
        raise TypeError(f"{name}: expected a Layer, got {type(layer).__name__}")
    if layer.cell not in CELLS:
        known = ", ".join(cell.__name__.rpartition(".")[2] for cell in CELLS)
        raise ValueError(f"{name}.cell: expected one of {known}, got {layer.cell!r}")
    ahead = checks.params(layer.cell, layer.forward)
    D, H, dtype = ahead
    if layer.backward is None:
        return D, H, dtype
    back = checks.params(layer.cell, layer.backward)
    if back != ahead:
        raise ValueError(
            f"{name}: expected both directions to share D, H and dtype, got "
            f"{(D, H, str(dtype))} forward and {(*back[:2], str(back[2]))} backward"
        )
    return D, 2 * H if merge == "concat" else H, dtype
