"""ONNX Runtime: a model of one recurrent node with our weights, forward alone."""

import numpy as np

from benchmarks.contender import Answer, Contender
from rnncourse import gru_reset_after, lstm
from rnncourse.tree import leaves

OPERATORS = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU", "gru_reset_after": "GRU"}
# ONNX's place for each of our gate blocks: i f g o becomes i o f g, and r z n becomes z r n.
ORDER = {"RNN": [0], "LSTM": [0, 3, 1, 2], "GRU": [1, 0, 2]}


def model(cell, params):
    """One node of type RNN, LSTM or GRU; inputs x, h, c and outputs out, h, c.

    Parameters
    ----------
    cell : module
    params : NamedTuple

    Returns
    -------
    onnx.ModelProto
    """
    from onnx import helper, numpy_helper

    name = cell.__name__.rpartition(".")[2]
    operator = OPERATORS[name]
    D, H = params.W_x.shape[0], params.W_h.shape[0]
    b_hh = np.zeros_like(params.b)
    if cell is gru_reset_after:
        b_hh[-H:] = params.b_hn

    def blocks(array):  # (G*H, ...) in ONNX's order, with an axis for the direction
        return np.concatenate([np.split(array, cell.N_GATES)[g] for g in ORDER[operator]])[None]

    bias = np.concatenate([blocks(params.b), blocks(b_hh)], axis=1)
    arrays = {"W": blocks(params.W_x.T), "R": blocks(params.W_h.T), "b": bias}
    states = ["h", "c"] if cell is lstm else ["h"]
    node = helper.make_node(
        operator,
        ["x", "W", "R", "b", "", *states],
        ["out", *(f"last_{part}" for part in states)],
        hidden_size=H,
        **({"linear_before_reset": int(cell is gru_reset_after)} if operator == "GRU" else {}),
    )
    kind = helper.np_dtype_to_tensor_dtype(params.b.dtype)
    inputs = [helper.make_tensor_value_info("x", kind, ["T", "B", D])]
    inputs += [helper.make_tensor_value_info(part, kind, [1, "B", H]) for part in states]
    outputs = [helper.make_tensor_value_info("out", kind, ["T", 1, "B", H])]
    outputs += [helper.make_tensor_value_info(f"last_{p}", kind, [1, "B", H]) for p in states]
    constants = [numpy_helper.from_array(array, key) for key, array in arrays.items()]
    graph = helper.make_graph([node], name, inputs, outputs, constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def session(cell, params, threads):
    """A session that runs `model` on this many threads; None where it has no float64 kernel."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = 4  # a refused kernel is no news
    D, H = params.W_x.shape[0], len(params.W_h)
    states = {name: np.zeros((1, 1, H), params.b.dtype) for name in ("hc" if cell is lstm else "h")}
    try:
        running = onnxruntime.InferenceSession(
            model(cell, params).SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        running.run(["out"], {"x": np.zeros((1, 1, D), params.b.dtype), **states})
    except Exception:  # its exceptions share no public class
        if params.b.dtype == np.float32:
            raise
        return None
    return running


def onnx_runtime(problem, mode, threads):
    """None in a training step, and where ONNX Runtime has no kernel for float64."""
    if mode != "forward":
        return None
    running = session(problem.cell, problem.params, threads)
    if running is None:
        return None
    feed = {"x": problem.x}
    for name, part in zip("hc", leaves(problem.state), strict=False):
        feed[name] = part[None]

    def forward():
        return running.run(["out"], feed)[0][:, 0]  # (T, 1, B, H) -> (T, B, H), a view

    return Contender(forward, Answer)
