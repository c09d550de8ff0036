"""Plain values as bytes; decode.py reads them.

Lists, dicts, sets, arrays and random generators keep their identity: one that occurs twice is
one object on the other side too. All other objects cross as a number that their owner knows.
"""

import struct
from collections import Counter, OrderedDict, defaultdict

import numpy as np

from rnncourse.grading.engine import arrays

DEPTH, ITEMS, DIGITS = 60, 2_000_000, 4096  # levels, entries in all, bytes of one integer
INT, FLOAT, COUNT, COMPLEX = (struct.Struct(f"<{code}") for code in ("q", "d", "I", "dd"))
ARRAY = struct.Struct("<BBI")  # layout, dimensions, bytes


class NotPlain(ValueError):
    """A value that cannot cross, or bytes that are no value."""


class Contents:
    """Marks an object whose contents are sent again, although it is known already."""

    def __init__(self, value):
        self.value = value


def encode(value, give, known=()):
    """Value -> its bytes, and the list of the objects with an identity, in order.

    `give(object)` -> (mine, number, callable, label) names an object that is not plain.
    """
    encoder = Encoder(give, known)
    encoder.write(value, 0)
    return b"".join(encoder.out), encoder.known


class Encoder:
    """Writes one value; see `encode`."""

    def __init__(self, give, known):
        self.give, self.known, self.out = give, list(known), []
        self.numbers = {id(value): k for k, value in enumerate(known)}
        self.unfinished, self.again = set(), None

    def write(self, value, depth):
        """Add one value to the bytes."""
        if depth > DEPTH:
            raise NotPlain(f"it is nested deeper than {DEPTH} levels")
        kind = type(value)
        if kind in PLAIN:
            PLAIN[kind](self, value, depth)
        elif kind in WITH_IDENTITY and is_known_kind(value):
            self._write_known(value, depth)
        elif id(value) in arrays.NAMES:
            self._text(b"x", arrays.NAMES[id(value)])
        elif isinstance(value, np.ndarray) and arrays.is_plain(value.dtype):
            self.write(np.array(value, subok=False), depth)  # a subclass crosses as what it holds
        elif isinstance(value, np.generic) and arrays.is_plain(value.dtype):
            self._text(b"n", value.dtype.str)
            self.out += COUNT.pack(value.dtype.itemsize), np.asarray(value).tobytes()
        elif isinstance(value, np.dtype) and arrays.is_plain(value):
            self._text(b"y", value.str)
        elif kind is Contents:
            self.out.append(b"C")
            self.known.append(value)
            self.again = value.value
            WITH_IDENTITY[type(value.value)](self, value.value, depth)
        else:
            self._object(value)

    def _write_known(self, value, depth):
        if (number := self.numbers.get(id(value))) is not None:
            if number in self.unfinished:
                raise NotPlain("it contains itself")
            self.out += b"r", COUNT.pack(number)
            return
        number = len(self.known)
        self.numbers[id(value)] = number
        self.known.append(value)
        self.unfinished.add(number)
        WITH_IDENTITY[type(value)](self, value, depth)
        self.unfinished.discard(number)

    def _text(self, tag, text):
        data = text.encode("utf-8", "surrogatepass")
        self.out += tag, COUNT.pack(len(data)), data

    def _bytes(self, value, depth):
        self.out += b"b", COUNT.pack(len(value)), value

    def _int(self, value, depth):
        if -(1 << 63) <= value < 1 << 63:
            self.out += b"i", INT.pack(value)
            return
        size = value.bit_length() // 8 + 1
        if size > DIGITS:
            raise NotPlain(f"it is an integer of more than {DIGITS} bytes")
        self.out += b"I", COUNT.pack(size), value.to_bytes(size, "little", signed=True)

    def _sequence(self, tag, value, depth):
        self.out += tag, COUNT.pack(len(value))
        for item in value:
            self.write(item, depth + 1)

    def _dict(self, value, depth):
        self.out += b"d", COUNT.pack(len(value))
        for key, item in value.items():
            self.write(key, depth + 1)
            self.write(item, depth + 1)

    def _array(self, value, depth):
        whole = arrays.owner(value)
        number = None if whole is value or self.again is value else self.numbers.get(id(whole))
        if number is not None and arrays.can_be_view(value, whole):
            place = number, value.shape, arrays.offset(value, whole), value.strides
            self.out.append(b"v")
            self.write((*place, value.flags.writeable), depth)
            return
        self._text(b"a", value.dtype.str)
        self.out += (
            ARRAY.pack(arrays.layout(value), value.ndim, value.nbytes),
            struct.pack(f"<{value.ndim}q", *value.shape),
            arrays.content(value),
        )

    def _generator(self, value, depth):
        self.out.append(b"g")
        legacy = type(value) is np.random.RandomState
        self.write((legacy, type(arrays.bits(value)).__name__, arrays.get_state(value)), depth)

    def _object(self, value):
        mine, number, can_be_called, label = self.give(value)
        self.out += b"o", bytes([mine, can_be_called]), INT.pack(number)
        self._text(b"s", label)


PLAIN = {
    type(None): lambda self, value, depth: self.out.append(b"0"),
    bool: lambda self, value, depth: self.out.append(b"T" if value else b"F"),
    int: Encoder._int,
    float: lambda self, value, depth: self.out.extend((b"f", FLOAT.pack(value))),
    complex: lambda self, value, depth: self.out.extend(
        (b"c", COMPLEX.pack(value.real, value.imag))
    ),
    str: lambda self, value, depth: self._text(b"s", value),
    bytes: Encoder._bytes,
    tuple: lambda self, value, depth: self._sequence(b"t", value, depth),
    frozenset: lambda self, value, depth: self._sequence(b"z", value, depth),
    slice: lambda self, value, depth: self._sequence(
        b"k", (value.start, value.stop, value.step), depth
    ),
    range: lambda self, value, depth: self._sequence(
        b"R", (value.start, value.stop, value.step), depth
    ),
}
WITH_IDENTITY = {
    list: lambda self, value, depth: self._sequence(b"l", value, depth),
    set: lambda self, value, depth: self._sequence(b"S", value, depth),
    dict: Encoder._dict,
    OrderedDict: Encoder._dict,
    defaultdict: Encoder._dict,
    Counter: Encoder._dict,
    np.ndarray: Encoder._array,
    np.random.Generator: Encoder._generator,
    np.random.RandomState: Encoder._generator,
}


def is_known_kind(value):
    """Whether an object of one of the types above holds nothing but plain data."""
    if type(value) is np.ndarray:
        return arrays.is_plain(value.dtype) and value.nbytes < 1 << 32
    if type(value) in (np.random.Generator, np.random.RandomState):
        return arrays.is_generator(value)
    return True
