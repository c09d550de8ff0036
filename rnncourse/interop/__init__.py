"""Weights to and from PyTorch, Keras and ONNX, and the conventions that separate them."""

from rnncourse.interop.keras import from_keras, to_keras
from rnncourse.interop.onnx import from_onnx, to_onnx
from rnncourse.interop.table import conventions
from rnncourse.interop.torch import from_torch, to_torch

__all__ = [
    "conventions",
    "from_keras",
    "from_onnx",
    "from_torch",
    "to_keras",
    "to_onnx",
    "to_torch",
]
