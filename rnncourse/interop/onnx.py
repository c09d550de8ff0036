"""Networks to and from ONNX, whose operators RNN, LSTM and GRU run our four cells.

Source: https://onnx.ai/onnx/operators/ (RNN, LSTM, GRU).
"""

import os

import numpy as np

from rnncourse import checks, lstm, stack
from rnncourse.head import Params as Head
from rnncourse.interop.edges import check_layers, import_framework
from rnncourse.interop.onnx_nodes import CELLS, arrays, read_node, write_node
from rnncourse.params import sizes

INSTALL = "ONNX: pip install onnx"
OPSET, IR_VERSION = 17, 8  # of June 2022: ONNX Runtime 1.12 and newer read them


def to_onnx(layers, head=None, merge="concat", lengths=False, state=False, name="rnncourse"):
    """Write layers, and a read-out if there is one, into an ONNX model.

    Parameters
    ----------
    layers : list of Layer
        Cells, sizes and directions may differ from layer to layer.
    head : rnncourse.head.Params, optional
        The linear read-out of the last layer's output.
    merge : {"concat", "sum"}
        How the two directions of a layer become its output.
    lengths : bool
        Whether the model takes the lengths of its sequences.
    state : bool
        Whether the model takes initial states; without, they are zeros.
    name : str
        Of the graph.

    Returns
    -------
    onnx.ModelProto
        In the dtype of the weights. T and B are free, H is that of the layer, ``dirs`` is 2 for
        a layer in both directions, else 1, and k counts the layers from 0. Inputs:

        ``x`` (T, B, D)
        ``lengths`` (B,) int32, from 1 to T, with ``lengths=True``
        ``h_0_l{k}`` (dirs, B, H) with ``state=True``
        ``c_0_l{k}`` (dirs, B, H) with ``state=True``, for an lstm

        Outputs:

        ``out`` (T, B, H), (T, B, 2H) if concatenated; with `head` instead ``y`` (T, B, V)
        ``h_n_l{k}`` (dirs, B, H), the final state
        ``c_n_l{k}`` (dirs, B, H), for an lstm

    Raises
    ------
    ImportError
        If onnx is not installed.
    TypeError
        If something is no list of Layer or no parameters, or if dtypes differ.
    ValueError
        If there is no layer, `merge` is unknown, sizes do not fit, or weights are not finite.

    Notes
    -----
    b goes to the input's bias; the recurrent bias is 0, except b_hn. `from_onnx` gives the same
    layers back, bit for bit. After a sequence's end ``out`` is 0, so that ``y`` is b_y.

    ONNX Runtime 1.32 runs float32 only: on the CPU it has no kernel for RNN, LSTM or GRU in
    float64. A float64 model is as valid, and onnx.reference.ReferenceEvaluator runs it, but
    that (in onnx 1.23) does not look at lengths.

    To run it::

        session = onnxruntime.InferenceSession(to_onnx(layers).SerializeToString())
        out, *final_states = session.run(None, {"x": x})
    """
    dtype = check_layers(layers, merge)
    width = stack.width(layers[-1], merge)
    if head is not None:
        _check_head(head, width, dtype)
    onnx = import_framework("onnx", "to_onnx", INSTALL)
    kind = onnx.helper.np_dtype_to_tensor_dtype(dtype)

    def port(name, shape, kind=kind):
        return onnx.helper.make_tensor_value_info(name, kind, shape)

    inputs = [port("x", ["T", "B", sizes(layers[0].forward)[0]])]
    if lengths:
        inputs.append(port("lengths", ["B"], onnx.TensorProto.INT32))
    nodes, tensors, finals, below = [], {}, [], "x"
    for k, layer in enumerate(layers):
        first, last = ([f"{part}_{end}_l{k}" for part in _state_parts(layer)] for end in "0n")
        shape = [len(stack.ways(layer)), "B", sizes(layer.forward)[1]]
        inputs += [port(part, shape) for part in first if state]
        finals += [port(part, shape) for part in last]
        weights = dict(zip((f"W_l{k}", f"R_l{k}", f"B_l{k}"), arrays(layer), strict=True))
        ports = [below, *weights, "lengths" if lengths else "", *(first if state else [])]
        below = "out" if k == len(layers) - 1 else f"out_l{k}"
        nodes.append(write_node(onnx, layer, ports, [f"Y_l{k}", *last], f"layer_{k}"))
        merging, constants = _merge_nodes(onnx, layer, k, merge, below)
        nodes += merging
        tensors |= weights | constants
    outputs = [port("out", ["T", "B", width])]
    if head is not None:
        tensors |= head._asdict()
        nodes.append(onnx.helper.make_node("MatMul", ["out", "W_y"], ["out_W_y"]))
        nodes.append(onnx.helper.make_node("Add", ["out_W_y", "b_y"], ["y"]))
        outputs = [port("y", ["T", "B", len(head.b_y)])]
    initialisers = [onnx.numpy_helper.from_array(array, key) for key, array in tensors.items()]
    return onnx.helper.make_model(
        onnx.helper.make_graph(nodes, name, inputs, outputs + finals, initialisers),
        opset_imports=[onnx.helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="rnncourse",
    )


def _check_head(head, width, dtype):
    if type(head) is not Head:
        raise TypeError(f"head: expected rnncourse.head.Params, got {type(head).__name__}")
    checks.array("head.W_y", head.W_y, (width, "V"), dtype)
    checks.array("head.b_y", head.b_y, (head.W_y.shape[1],), dtype)


def _state_parts(layer):
    return "hc" if layer.cell is lstm else "h"


def _merge_nodes(onnx, layer, k, merge, out):
    """From Y (T, dirs, B, H) to the output of layer k, (T, B, width): nodes and constants."""
    make_node = onnx.helper.make_node
    if merge == "sum":
        axis = {f"axis_l{k}": np.array([1])}
        return [make_node("ReduceSum", [f"Y_l{k}", *axis], [out], keepdims=0)], axis
    shape = {f"shape_l{k}": np.array([0, 0, stack.width(layer, merge)])}  # 0: as it is
    return [
        make_node("Transpose", [f"Y_l{k}"], [f"Z_l{k}"], perm=[0, 2, 1, 3]),  # (T, B, dirs, H)
        make_node("Reshape", [f"Z_l{k}", *shape], [out]),
    ], shape


def from_onnx(model):
    """Read the weights of the RNN, LSTM and GRU nodes of an ONNX model.

    Parameters
    ----------
    model : onnx.ModelProto, str or os.PathLike
        A model, or the path to one.

    Returns
    -------
    list of Layer
        One for each node, in the order of the graph. A GRU with linear_before_reset=0 gives
        `gru`, with 1 `gru_reset_after`. The arrays are copies. The two biases are added into b,
        except b_hn; without B, b is 0.

    Raises
    ------
    ImportError
        If onnx is not installed.
    TypeError
        If `model` is no model, or weights are neither float32 nor float64.
    ValueError
        If there is no such node, if weights are no constants of the model, are not finite or
        have wrong shapes, or if a node has what no cell of ours computes: peepholes, clip,
        other activations than tanh and sigmoid, input_forget, direction "reverse", or a
        sequence length or a nonzero initial state fixed in the model.

    Notes
    -----
    Other nodes are not read: whether the layers stand on each other, how two directions are
    merged, and what reads the last output is for the caller to know. ``layers.forward`` takes
    lengths and initial states; its x is (T, B, D), also for a node with layout=1.
    """
    onnx = import_framework("onnx", "from_onnx", INSTALL)
    if isinstance(model, str | os.PathLike):
        model = onnx.load(model)
    if not isinstance(model, onnx.ModelProto):
        raise TypeError(f"model: expected an onnx.ModelProto or a path, got {type(model).__name__}")
    standard = [node for node in model.graph.node if node.domain in ("", "ai.onnx")]
    constants = {tensor.name: tensor for tensor in model.graph.initializer}
    for node in standard:
        if node.op_type == "Constant" and node.attribute[0].name == "value":
            constants[node.output[0]] = node.attribute[0].t
    nodes = [node for node in standard if node.op_type in CELLS]
    if not nodes:
        raise ValueError("model: expected an RNN, LSTM or GRU node in the graph, got none")
    return [read_node(onnx, node, constants) for node in nodes]
