"""ONNX's own cases, ONNX Runtime and onnx's reference evaluator; imports stay inside."""

import warnings

import numpy as np

from rnncourse import layers as networks
from rnncourse import lstm
from rnncourse.interop.onnx import from_onnx
from rnncourse.layers import Layer
from rnncourse.params import sizes

OPERATORS = {"RNN": 1, "LSTM": 4, "GRU": 3}  # gate blocks


def load_cases():
    """Every node case of RNN, LSTM and GRU in the installed onnx, found by its own loader."""
    with warnings.catch_warnings():
        # cases of other operators overflow and divide by zero on purpose
        warnings.simplefilter("ignore", RuntimeWarning)
        from onnx.backend.test.loader import load_model_tests

        cases = load_model_tests(kind="node")
    kinds = {case.name: {node.op_type for node in case.model.graph.node} for case in cases}
    return {case.name: case for case in cases if kinds[case.name] & set(OPERATORS)}


def runtime(model):
    """A function from inputs to outputs, both dicts: ONNX Runtime on one thread of the CPU."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    names = [output.name for output in session.get_outputs()]
    return lambda feeds: dict(zip(names, session.run(names, feeds), strict=True))


def evaluator(model):
    """The same with onnx's reference evaluator, which ignores lengths."""
    from onnx.reference import ReferenceEvaluator

    session = ReferenceEvaluator(model)
    return lambda feeds: dict(zip(session.output_names, session.run(None, feeds), strict=True))


def set_attribute(model, name, value):
    """A copy of a model whose first node has this attribute."""
    import onnx

    changed = onnx.load_from_string(model.SerializeToString())
    node = changed.graph.node[0]
    kept = [attribute for attribute in node.attribute if attribute.name != name]
    del node.attribute[:]
    node.attribute.extend([*kept, onnx.helper.make_attribute(name, value)])
    return changed


def run_case(case, **attributes):
    """Our answer to a case of one node and one data set, with attributes changed if asked."""
    model = case.model
    for name, value in attributes.items():
        model = set_attribute(model, name, value)
    (node,) = model.graph.node
    ((arrays, _),) = case.data_sets
    return run_node(model, dict(zip(filter(None, node.input), arrays, strict=True)))


def run_node(model, feeds):
    """What rnncourse answers to a model of one node, weights carried by `from_onnx`.

    Parameters
    ----------
    model : onnx.ModelProto
        Its initialisers and `feeds` are the node's inputs, under the operator's own names.
    feeds : dict of ndarray

    Returns
    -------
    dict of ndarray
        For each output that the node names.
    """
    import onnx

    (node,) = model.graph.node
    attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    reverse = attributes.get("direction") == b"reverse"
    batchwise = attributes.get("layout", 0) == 1
    both = "bidirectional" if attributes.get("direction") == b"bidirectional" else "forward"
    model = set_attribute(model, "direction", both)  # a copy
    constants = [onnx.numpy_helper.from_array(feeds[key], key) for key in "WRB" if key in feeds]
    model.graph.initializer.extend(constants)
    (layer,) = from_onnx(model)
    if reverse:  # no Layer reads backward alone: read both ways and keep the second
        layer = Layer(layer.cell, layer.forward, layer.forward)

    def time_first(array):
        return array.swapaxes(0, 1) if batchwise else array

    starts = [time_first(feeds[key]) for key in ("initial_h", "initial_c") if key in feeds]
    state = None
    if starts:
        if reverse:
            starts = [np.repeat(start, 2, axis=0) for start in starts]
        ways = zip(*starts, strict=True)
        state = tuple(lstm.State(*way) if layer.cell is lstm else way[0] for way in ways)
    x, lengths = time_first(feeds["X"]), feeds.get("sequence_lens")
    out, last, _ = networks.forward([layer], x, lengths, state)
    T, B, _ = out.shape
    Y = out.reshape(T, B, -1, sizes(layer.forward)[1]).swapaxes(1, 2)  # (T, dirs, B, H)
    parts = [(s.h, s.c) if layer.cell is lstm else (s,) for s in last]
    answer = [Y, *(np.stack(part) for part in zip(*parts, strict=True))]
    if reverse:
        answer = [Y[:, 1:], *(part[1:] for part in answer[1:])]
    if batchwise:  # (B, T, dirs, H) and (B, dirs, H)
        answer = [answer[0].transpose(2, 0, 1, 3), *(part.swapaxes(0, 1) for part in answer[1:])]
    return {name: array for name, array in zip(node.output, answer, strict=False) if name}


def make_node_model(op, arrays, shapes, **attributes):
    """A model of one node that computes every output it can.

    Parameters
    ----------
    op : str
    arrays : dict of ndarray
        The constants among the node's inputs, under the operator's own names.
    shapes : dict of list
        The others, inputs of the graph; lengths are int32, the rest is float32.
    **attributes
        Of the node; ONNX Runtime wants hidden_size.

    Returns
    -------
    onnx.ModelProto
    """
    from onnx import TensorProto, helper, numpy_helper

    order = ["X", "W", "R", "B", "sequence_lens", "initial_h", "initial_c", "P"]
    order = order[: 8 if op == "LSTM" else 6]
    names = [key if key in arrays or key in shapes else "" for key in order]
    outputs = ["Y", "Y_h", "Y_c"][: 3 if op == "LSTM" else 2]
    kind, kinds = TensorProto.FLOAT, {"sequence_lens": TensorProto.INT32}
    graph = helper.make_graph(
        [helper.make_node(op, names, outputs, **attributes)],
        op,
        [helper.make_tensor_value_info(key, kinds.get(key, kind), shapes[key]) for key in shapes],
        [helper.make_tensor_value_info(key, kind, None) for key in outputs],
        [numpy_helper.from_array(array, key) for key, array in arrays.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
