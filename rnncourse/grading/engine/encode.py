"""Plain values as bytes; decode.py reads them.

A message is a count, the description of the value, and the entries of its arrays behind it.
Lists, dicts, sets, arrays and random generators keep their identity: see shared.py.
"""

import struct
from collections import Counter, OrderedDict, defaultdict

import numpy as np
from numpy import ndarray

from rnncourse.grading.engine import arrays
from rnncourse.grading.engine.arrays import ALIGNED

DEPTH, ITEMS, DIGITS = 60, 2_000_000, 4096  # levels, entries in all, bytes of one integer
INT, FLOAT, COUNT, COMPLEX = (struct.Struct(f"<{code}") for code in ("q", "d", "I", "dd"))
REFERENCE = struct.Struct("<cI")


class NotPlain(ValueError):
    """A value that cannot cross, or bytes that are no value."""


class Contents:
    """Marks an object whose contents are sent again, although both sides know it already."""

    def __init__(self, value):
        self.value = value


def encode(value, shared, give):
    """The bytes of a value.

    Parameters
    ----------
    value : object
    shared : Shared
        The objects that the other side knows; those that it now comes to know are added.
    give : callable
        Object -> (mine, number, callable, label), which names an object that is not plain.
    """
    encoder = Encoder(shared, give)
    encoder.write(value, 0)
    size = COUNT.size + len(encoder.out)
    gap = bytes(-size % ALIGNED)
    return b"".join((COUNT.pack(len(encoder.out)), encoder.out, gap, *encoder.entries))


class Encoder:
    """Writes one value; see `encode`."""

    def __init__(self, shared, give):
        self.shared, self.give = shared, give
        self.out, self.entries = bytearray(), []
        self.unfinished, self.again = set(), None

    def write(self, value, depth):
        """Add one value to the bytes."""
        if depth > DEPTH:
            raise NotPlain(f"it is nested deeper than {DEPTH} levels")
        kind = type(value)
        if (write := PLAIN.get(kind)) is not None:
            write(self, value, depth)
        elif kind is ndarray and (number := self.shared.numbers.get(id(value))) is not None:
            self.out += REFERENCE.pack(b"r", number)
        elif kind is ndarray and value.base is None and (how := arrays.describe(value)):
            self.shared.add(value)
            self._entries(value, *how)
        elif kind in WITH_IDENTITY and has_plain_contents(value):
            self._write_known(value, depth)
        elif id(value) in arrays.NAMES:
            self._text(b"x", arrays.NAMES[id(value)])
        elif isinstance(value, ndarray) and arrays.describe(value):
            self._write_known(value, depth)  # a subclass arrives as the array that it holds
        elif isinstance(value, np.generic) and arrays.is_plain(value.dtype):
            self._text(b"n", value.dtype.str)
            self._block(np.asarray(value).tobytes())
        elif isinstance(value, np.dtype) and arrays.is_plain(value):
            self._text(b"y", value.str)
        elif kind is Contents:
            self.out += b"C"
            self.shared.add(value)
            self.again = value.value
            self._contents(value.value, depth)
        else:
            self._object(value)

    def _write_known(self, value, depth):
        number = self.shared.numbers.get(id(value))
        if number is not None:
            if number in self.unfinished:
                raise NotPlain("it contains itself")
            self.out += REFERENCE.pack(b"r", number)
            return
        number = self.shared.add(value)
        self.unfinished.add(number)
        self._contents(value, depth)
        self.unfinished.discard(number)

    def _contents(self, value, depth):
        WITH_IDENTITY.get(type(value), Encoder._array)(self, value, depth)

    def _block(self, data):
        self.out += COUNT.pack(len(data)) + data

    def _text(self, tag, text):
        self.out += tag
        self._block(text.encode("utf-8", "surrogatepass"))

    def _bytes(self, value, depth):
        self.out += b"b"
        self._block(value)

    def _int(self, value, depth):
        if -(1 << 63) <= value < 1 << 63:
            self.out += b"i" + INT.pack(value)
            return
        size = value.bit_length() // 8 + 1
        if size > DIGITS:
            raise NotPlain(f"it is an integer of more than {DIGITS} bytes")
        self.out += b"I"
        self._block(value.to_bytes(size, "little", signed=True))

    def _sequence(self, tag, value, depth):
        self.out += tag + COUNT.pack(len(value))
        for item in value:
            self.write(item, depth + 1)

    def _dict(self, value, depth):
        self.out += b"d" + COUNT.pack(len(value))
        for key, item in value.items():
            self.write(key, depth + 1)
            self.write(item, depth + 1)

    def _array(self, value, depth):
        if value.base is not None and value is not self.again and self._is_view(value, depth):
            return
        self._entries(value, *arrays.describe(value))

    def _entries(self, value, header, order, gap):
        self.out += header
        self.entries += arrays.tobytes(value, order), gap

    def _is_view(self, value, depth):
        whole = arrays.owner(value)
        number = self.shared.numbers.get(id(whole))
        if whole is value or number is None or not arrays.can_be_view(value, whole):
            return False
        self.out += b"v"
        place = number, value.shape, arrays.offset(value, whole), value.strides
        self.write((*place, value.flags.writeable), depth)
        return True

    def _generator(self, value, depth):
        self.out += b"g"
        legacy = type(value) is np.random.RandomState
        self.write((legacy, type(arrays.bits(value)).__name__, arrays.get_state(value)), depth)

    def _object(self, value):
        mine, number, can_be_called, label = self.give(value)
        self.out += b"o" + bytes([mine, can_be_called]) + INT.pack(number)
        self._block(label.encode("utf-8", "replace"))


def has_plain_contents(value):
    """Whether an object of one of the types below holds nothing but plain data."""
    if type(value) is ndarray:
        return arrays.describe(value) is not None
    if type(value) in (np.random.Generator, np.random.RandomState):
        return arrays.is_generator(value)
    return True


def _simple(write):
    def wrapped(self, value, depth):
        self.out += write(value)

    return wrapped


def _parts(tag):
    return lambda self, value, depth: self._sequence(
        tag, (value.start, value.stop, value.step), depth
    )


def _items(tag):
    return lambda self, value, depth: self._sequence(tag, value, depth)


PLAIN = {
    type(None): _simple(lambda value: b"0"),
    bool: _simple(lambda value: b"T" if value else b"F"),
    int: Encoder._int,
    float: _simple(lambda value: b"f" + FLOAT.pack(value)),
    complex: _simple(lambda value: b"c" + COMPLEX.pack(value.real, value.imag)),
    str: lambda self, value, depth: self._text(b"s", value),
    bytes: Encoder._bytes,
    tuple: _items(b"t"),
    frozenset: _items(b"z"),
    slice: _parts(b"k"),
    range: _parts(b"R"),
}
WITH_IDENTITY = {
    list: _items(b"l"),
    set: _items(b"S"),
    dict: Encoder._dict,
    OrderedDict: Encoder._dict,
    defaultdict: Encoder._dict,
    Counter: Encoder._dict,
    np.ndarray: Encoder._array,
    np.random.Generator: Encoder._generator,
    np.random.RandomState: Encoder._generator,
}
