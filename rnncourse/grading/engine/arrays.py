"""NumPy's plain objects as bytes: arrays, scalars, random generators.

An array keeps its dtype, shape, memory order (C, Fortran, or gaps between its entries) and
whether it may be written to. A view of an array that has crossed already stays a view.
"""

import re
import struct
from functools import cache, lru_cache
from math import prod

import numpy as np
from numpy import ndarray

PLAIN = re.compile(r"(\|b1|[|<>][iu][1248]|[<>]f[248]|[<>]c(8|16)|\|S\d{1,6}|[<>]U\d{1,6})")
tobytes = ndarray.tobytes  # a subclass may have another one
C, F, GAPS, READ_ONLY = 0, 1, 2, 4
C_FLAG, F_FLAG, WRITE_FLAG = 0x1, 0x2, 0x400  # NumPy's own numbers
ALIGNED = 16  # an array's entries begin at a multiple of this
BIT_GENERATORS = {
    name: getattr(np.random, name) for name in ("PCG64", "PCG64DXSM", "SFC64", "Philox", "MT19937")
}
POSITIONS = {"pos": 625, "buffer_pos": 5, "has_uint32": 2, "has_gauss": 2}
NAMED = {f"numpy.{u}": v for u, v in vars(np).items() if isinstance(v, np.ufunc)}
NAMED |= {
    f"numpy.{t}": v
    for t, v in vars(np).items()
    if isinstance(v, type) and issubclass(v, np.generic)
}
NAMED |= {t.__name__: t for t in (bool, int, float, complex, str, bytes, tuple, list, dict, set)}
NAMES = {id(value): name for name, value in NAMED.items()}


@cache
def is_plain(dtype):
    """Whether an array of this dtype is numbers or text, and nothing but memory."""
    return PLAIN.fullmatch(dtype.str) is not None


def plain_dtype(text):
    """The dtype of a name that came across; ValueError for any but a plain one."""
    if not PLAIN.fullmatch(text):
        raise ValueError("an array of a dtype that is not plain")
    return np.dtype(text)


def describe(array):
    """How an array is written -> its header (dtype, shape, memory order), the order of its
    entries, the gap behind them; None for one that is not plain or too large."""
    return _describe(array.dtype, array.shape, array.flags.num)


@lru_cache(4096)
def _describe(dtype, shape, flags):
    size = dtype.itemsize * prod(shape)
    if not is_plain(dtype) or size >= 1 << 32:
        return None
    order = C if flags & C_FLAG else F if flags & F_FLAG else GAPS
    kept = order if flags & WRITE_FLAG else order | READ_ONLY
    name, sizes = dtype.str.encode(), struct.pack(f"<{len(shape)}q", *shape)
    data = struct.pack("<BBI", kept, len(name), size) + name + sizes
    gap = bytes(-size % ALIGNED)
    return b"a" + struct.pack("<I", len(data)) + data, "F" if order == F else "C", gap


@lru_cache(4096)
def read_header(data):
    """A header without its tag and length -> dtype, shape, order, bytes of the entries, and
    whether they are the whole array as they stand."""
    order, length, size = struct.unpack_from("<BBI", data)
    dtype = plain_dtype(data[6 : 6 + length].decode("ascii"))
    shape = struct.unpack(f"<{(len(data) - 6 - length) // 8}q", data[6 + length :])
    if len(shape) > 32 or min(shape, default=0) < 0 or prod(shape) * dtype.itemsize != size:
        raise ValueError("an array whose size does not fit its shape")
    return dtype, shape, order, size, order == C and size > 0 and dtype.kind not in "bU"


def build(dtype, shape, order, data, start, size):
    """The array of a header, which looks into the bytes that hold its entries."""
    if size and dtype.kind in "bU":
        _check_entries(ndarray(size // dtype.itemsize, dtype, data, start))
    if order == C and size:
        return ndarray(shape, dtype, data, start)
    if not size:
        array = np.empty(shape, dtype)
    elif order & 3 == C:
        array = np.ndarray(shape, dtype, data, start)
    elif order & 3 == F:
        array = np.ndarray(shape, dtype, data, start, order="F")
    else:
        array = np.empty((*shape, 2), dtype)[..., 0]
        array[...] = np.ndarray(shape, dtype, data, start)
    if order & READ_ONLY:
        array.flags.writeable = False
    return array


def _check_entries(flat):
    if flat.dtype.kind == "b" and np.any(flat.view(np.uint8) > 1):
        raise ValueError("an array of truth values with other values in it")
    if flat.dtype.kind == "U" and np.any(flat.view(flat.dtype.byteorder + "u4") > 0x10FFFF):
        raise ValueError("an array of text with characters that do not exist")


def owner(array):
    """The array whose memory this one looks at."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def offset(view, whole):
    """Where a view begins in the memory of `whole`, in bytes."""
    return view.__array_interface__["data"][0] - whole.__array_interface__["data"][0]


def view_of(whole, shape, start, strides, writeable):
    """A view of `whole`, a contiguous array; ValueError when it would look beyond it."""
    spans = [(n - 1) * stride for n, stride in zip(shape, strides, strict=True)]
    low = start + sum(span for span in spans if span < 0)
    high = start + sum(span for span in spans if span > 0) + whole.itemsize
    if 0 in shape or low < 0 or high > whole.nbytes or not whole.flags.c_contiguous:
        raise ValueError("a view that reaches beyond its array")
    view = np.ndarray(shape, whole.dtype, whole, start, strides)
    view.flags.writeable = view.flags.writeable and writeable
    return view


def can_be_view(view, whole):
    """Whether `view_of` can make this view of `whole`."""
    return view.dtype == whole.dtype and whole.flags.c_contiguous and view.size > 0


def is_generator(value):
    """Whether a random generator runs on one of NumPy's own bit generators."""
    return type(bits(value)).__name__ in BIT_GENERATORS


def bits(generator):
    """The bit generator inside."""
    if type(generator) is np.random.RandomState:
        return generator._bit_generator
    return generator.bit_generator


def get_state(generator):
    """All that decides its next numbers, as plain values."""
    if type(generator) is np.random.RandomState:
        return generator.get_state(legacy=False)
    return generator.bit_generator.state


def make_generator(legacy, name):
    """A fresh generator of one of NumPy's kinds."""
    if name not in BIT_GENERATORS:
        raise ValueError("a random generator of an unknown kind")
    bit_generator = BIT_GENERATORS[name](0)
    return (np.random.RandomState if legacy else np.random.Generator)(bit_generator)


def set_state(generator, state):
    """Continue from a state that came across; NumPy itself does not check every field."""
    if not _alike(get_state(generator), state):
        raise ValueError("a state that does not belong to this random generator")
    if type(generator) is np.random.RandomState:
        generator.set_state(state)
    else:
        generator.bit_generator.state = state


def _alike(own, other, name=None):
    if type(own) is not type(other):
        return False
    if isinstance(own, dict):
        return own.keys() == other.keys() and all(_alike(own[k], other[k], k) for k in own)
    if isinstance(own, np.ndarray):
        return own.shape == other.shape and own.dtype == other.dtype
    if isinstance(own, int):
        return 0 <= other < POSITIONS.get(name, 1 << 128)
    return own == other or isinstance(own, float)
