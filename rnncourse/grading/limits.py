"""What one submission may use."""

from typing import NamedTuple

MIB = 2**20


class Limits(NamedTuple):
    """Bounds of one submission; each has a default that an honest notebook never meets.

    Attributes
    ----------
    memory : int
        Bytes, over all of the submission's processes together; a single process that asks for
        more gets a `MemoryError`.
    processes : int
        Processes and threads that exist at the same time.
    cpu_seconds : int
        Processor time of all its processes together.
    file_size : int
        Bytes of one file.
    disk : int
        Bytes of all files of the private home and temporary folders together.
    output : int
        Bytes of text and images that a cell may leave.
    cell_seconds : float
        Wall time of a cell.
    submission_seconds : float
        Wall time of the submission.
    """

    memory: int = 1024 * MIB
    processes: int = 64
    cpu_seconds: int = 300
    file_size: int = 32 * MIB
    disk: int = 64 * MIB
    output: int = 8 * MIB
    cell_seconds: float = 60.0
    submission_seconds: float = 300.0
