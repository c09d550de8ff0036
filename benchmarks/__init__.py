"""Speed and memory of rnncourse beside PyTorch, ONNX Runtime and the matrix products alone."""
