"""The same cells as whole-sequence kernels: the numbers of `unroll`, at the speed of a framework."""

from rnncourse.fused.sequence import backward, forward

__all__ = ["backward", "forward"]
