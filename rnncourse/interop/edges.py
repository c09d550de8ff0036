"""What every converter demands: its framework, and layers that fit on each other."""

import importlib

from rnncourse import gru, gru_reset_after, lstm, rnn, stack

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
    """Refuse `layers` unless each is one of ours and reads what the one below writes.

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
    _, dtype = stack.check_layers(layers, merge)
    for k, layer in enumerate(layers):
        if layer.cell not in CELLS:
            known = ", ".join(map(cell_name, CELLS))
            raise ValueError(f"layers[{k}].cell: expected one of {known}, got {layer.cell!r:.60}")
    return dtype


def cell_name(cell):
    """The name of a cell, as in "lstm"."""
    return cell.__name__.rpartition(".")[2]
