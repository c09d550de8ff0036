"""ONNX: our two-way LSTM as a model, run by ONNX's evaluator, read back."""

import numpy as np
from onnx.reference import ReferenceEvaluator

from rnncourse import interop, layers, lstm

rng = np.random.default_rng(0)
T, B, D, H = 6, 2, 3, 4
x = rng.normal(size=(T, B, D))
network = layers.init_params(rng, lstm, D, H, bidirectional=True)
out, state, _ = layers.forward(network, x)

model = interop.to_onnx(network)
evaluator = ReferenceEvaluator(model)
(name,) = evaluator.input_names
their_out = evaluator.run(None, {name: x})[0]

# The weights of the node, in ONNX's order i o f c, gates in the rows.
stored = {tensor.name: tensor for tensor in model.graph.initializer}
print({key: list(tensor.dims) for key, tensor in stored.items()})

back = interop.from_onnx(model)[0]
ours = {"out": out, "W_h": network[0].forward.W_h, "b": network[0].backward.b}
theirs = {"out": their_out, "W_h": back.forward.W_h, "b": back.backward.b}
