"""Weights from and to Keras 3."""

from rnncourse import checks, gru, gru_reset_after, lstm, rnn
from rnncourse.interop.edges import check_layers, import_framework
from rnncourse.interop.layout import LAYOUTS, read, write
from rnncourse.layers import Layer
from rnncourse.params import sizes

INSTALL = (
    "Keras 3 and a backend: pip install keras torch, and set the environment variable "
    "KERAS_BACKEND=torch before Python starts"
)


def from_keras(layer):
    """Read the weights of a Keras layer, or of a model that is a sequence of such layers.

    Parameters
    ----------
    layer : keras.layers.SimpleRNN, LSTM, GRU, Bidirectional of these, or keras.Sequential of these
        Built, float32 or float64.

    Returns
    -------
    list of Layer
        One for each layer. GRU gives `gru_reset_after` when its reset_after is True, Keras's
        default, and `gru` when False. The arrays are copies. The two biases of reset_after are
        added into b, except b_hn; without bias, b is 0.

    Raises
    ------
    ImportError
        If Keras or its backend is not installed.
    TypeError
        If `layer` is, or holds, something else, or has another dtype.
    ValueError
        If it is not built, or does what no cell of ours does: activations other than tanh and
        sigmoid, go_backwards outside Bidirectional, stateful=True, a merge_mode other than
        "concat" and "sum", one mode here and another there, two directions that differ in cell
        or size; or if weights are NaN or infinite.

    Notes
    -----
    Outputs are Keras's, up to rounding: ours are time first, (T, B, D), Keras's batch first. A
    Layer does not say how its directions are merged: give `layers.forward` Keras's merge_mode as
    ``merge``. Dropout acts in training alone and is left behind. Outputs in float64 may agree to
    1e-6 only: Keras 3.15 multiplies float64 matrices in float32 unless it runs on TensorFlow.
    Adding two biases into one halves the bias's effective learning rate, and the gradient's
    global norm counts it once.
    """
    keras = import_framework("keras", "from_keras", INSTALL)
    modes, found = set(), []
    for part in _parts(keras, layer):
        found.append(_from_layer(keras, part))
        modes |= {part.merge_mode} if found[-1].backward is not None else set()
    if len(modes) > 1:
        raise ValueError(f"layer: expected one merge_mode in all layers, got {sorted(modes)}")
    return found


def _parts(keras, layer):
    """The layers of a model, in order."""
    if type(layer) is not keras.Sequential:
        return [layer]
    return [part for inner in layer.layers for part in _parts(keras, inner)]


def _from_layer(keras, layer):
    if type(layer) is not keras.layers.Bidirectional:
        if getattr(layer, "go_backwards", False):
            raise ValueError(
                f"{layer.name}: expected go_backwards=False; reverse x in time, or use the layer "
                "as the backward_layer of a Bidirectional"
            )
        return Layer(*_read(keras, layer))
    name = layer.name
    _refuse_dtype(name, layer.compute_dtype, layer.forward_layer.variable_dtype)
    if layer.merge_mode not in ("concat", "sum"):
        raise ValueError(f'{name}: expected merge_mode "concat" or "sum", got {layer.merge_mode!r}')
    if layer.forward_layer.go_backwards:
        raise ValueError(f"{name}: expected go_backwards=False in its forward layer, got True")
    cell, ahead = _read(keras, layer.forward_layer)
    back_cell, back = _read(keras, layer.backward_layer)
    if back_cell is not cell or sizes(back) != sizes(ahead):
        raise ValueError(f"{name}: expected two directions of one cell and size, got different")
    return Layer(cell, ahead, back)


def _read(keras, layer):
    """Cell and parameters of one direction."""
    cells = {
        keras.layers.SimpleRNN: rnn,
        keras.layers.LSTM: lstm,
        keras.layers.GRU: gru_reset_after if getattr(layer, "reset_after", True) else gru,
    }
    if type(layer) not in cells:
        raise TypeError(
            "layer: expected SimpleRNN, LSTM, GRU, Bidirectional or a Sequential of them, got "
            f"{type(layer).__name__}; of another model, pass its recurrent layers one by one"
        )
    cell = cells[type(layer)]
    _refuse_what_no_cell_computes(keras, layer, cell)
    layout = LAYOUTS["Keras"][cell]
    variables = [getattr(layer.cell, name) for name in layout.names]
    W_x, W_h, bias = (v if v is None else keras.ops.convert_to_numpy(v) for v in variables)
    biases = None if bias is None else bias.reshape(layout.bias_rows, -1)
    params = read("Keras", cell, W_x, W_h, biases)
    checks.params(cell, params)
    return cell, params


def _refuse_what_no_cell_computes(keras, layer, cell):
    name = layer.name
    if not layer.built:
        raise ValueError(f"{name}: expected a built layer; call it once on an input")
    if layer.stateful:
        raise ValueError(
            f"{name}: expected stateful=False, got True; set its stateful to False and carry "
            "the state yourself"
        )
    expected = {"activation": keras.activations.tanh}
    if cell is not rnn:
        expected["recurrent_activation"] = keras.activations.sigmoid
    for field, function in expected.items():
        got = getattr(layer, field)
        if got is not function:
            raise ValueError(
                f"{name}: expected {field} {function.__name__}, got {getattr(got, '__name__', got)}"
            )
    _refuse_dtype(name, layer.compute_dtype, layer.variable_dtype)


def _refuse_dtype(name, compute, variable):
    if compute != variable or compute not in ("float32", "float64"):
        raise TypeError(
            f"{name}: expected float32 or float64, got weights of {variable} "
            f"and computation in {compute}"
        )


def to_keras(layers, merge="concat"):
    """Write layers into a new Keras model.

    Parameters
    ----------
    layers : list of Layer
        Cells, sizes and directions may differ from layer to layer; one dtype.
    merge : {"concat", "sum"}
        How the two directions of a layer become its output.

    Returns
    -------
    keras.Sequential
        One Keras layer for each Layer, built, with return_sequences=True: x (B, T, D), batch
        first, gives (B, T, H), (B, T, 2H) if concatenated. `gru` becomes
        GRU(reset_after=False). With reset_after=True b goes to the input's bias, and the
        state's bias is 0, except b_hn. `from_keras` gives the same layers back, bit for bit.

    Raises
    ------
    ImportError
        If Keras or its backend is not installed.
    TypeError
        If something is no list of Layer or no parameters, or if dtypes differ.
    ValueError
        If there is no layer, `merge` or a cell is unknown, sizes do not fit, or weights are NaN
        or infinite.

    Notes
    -----
    Where there are two biases Keras trains both, and only their sum acts: b then moves twice as
    far with each step, and the gradient's global norm counts it twice.
    """
    dtype = str(check_layers(layers, merge))
    keras = import_framework("keras", "to_keras", INSTALL)
    model = keras.Sequential([keras.Input((None, sizes(layers[0].forward)[0]), dtype=dtype)])
    for layer in layers:
        one = _recurrent(keras, layer, dtype)
        if layer.backward is None:
            model.add(one)
            _write(one, layer.cell, layer.forward)
        else:
            two = keras.layers.Bidirectional(one, merge_mode=merge, dtype=dtype)
            model.add(two)
            _write(two.forward_layer, layer.cell, layer.forward)
            _write(two.backward_layer, layer.cell, layer.backward)
    return model


def _recurrent(keras, layer, dtype):
    """A Keras layer of the same cell and size; no random numbers are drawn for it."""
    kinds = {rnn: keras.layers.SimpleRNN, lstm: keras.layers.LSTM}
    kind = kinds.get(layer.cell, keras.layers.GRU)
    options = {"kernel_initializer": "zeros", "recurrent_initializer": "zeros"}
    if kind is keras.layers.GRU:
        options["reset_after"] = layer.cell is gru_reset_after
    H = sizes(layer.forward)[1]
    return kind(H, return_sequences=True, dtype=dtype, seed=0, **options)


def _write(layer, cell, params):
    names = LAYOUTS["Keras"][cell].names
    for name, array in zip(names, write("Keras", cell, params), strict=True):
        variable = getattr(layer.cell, name)
        variable.assign(array.reshape(variable.shape))  # (1, G*H) becomes (G*H,)
