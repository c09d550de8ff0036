"""The same cells as whole-sequence kernels: the numbers of `unroll`, as fast as a framework."""

from rnncourse.fused.sequence import backward, forward
from rnncourse.fused.stream import Stream, stream
from rnncourse.fused.truncated import truncated

__all__ = ["Stream", "backward", "forward", "stream", "truncated"]
