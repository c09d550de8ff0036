"""Bytes as plain values: strict, bounded, and nothing but data, whoever sent them."""

import struct

import numpy as np
from numpy import ndarray

from rnncourse.grading.engine import arrays
from rnncourse.grading.engine.arrays import ALIGNED
from rnncourse.grading.engine.encode import (
    COMPLEX,
    COUNT,
    DEPTH,
    DIGITS,
    FLOAT,
    INT,
    ITEMS,
    Contents,
    NotPlain,
)


def decode(data, shared, take):
    """The value of a message; NotPlain for any bytes that `encode` does not make.

    Parameters
    ----------
    data : bytearray
        The message. The arrays of the value look into it.
    shared : Shared
        The objects that both sides know; the new ones are added.
    take : callable
        (mine, number, callable, label) -> what stands here for an object that is not plain.
    """
    decoder = Decoder(data, shared, take)
    try:
        value = decoder.read(0)
        if decoder.at != decoder.end or decoder.entries != len(data):
            raise NotPlain("the data is broken: something follows its end")
    except NotPlain:
        raise
    except (ValueError, TypeError, LookupError, OverflowError, MemoryError, struct.error) as error:
        raise NotPlain(f"the data is broken: {error}") from None
    return value


class Decoder:
    """Reads one value; see `decode`."""

    def __init__(self, data, shared, take):
        self.data, self.shared, self.take = data, shared, take
        self.at, self.items, self.unfinished = COUNT.size, 0, set()
        if len(data) < COUNT.size:
            raise NotPlain("the data is broken: it ends too early")
        self.end = COUNT.size + COUNT.unpack_from(data)[0]
        self.entries = self.end + -self.end % ALIGNED  # where the next array's entries begin
        if self.end > len(data):
            raise NotPlain("the data is broken: it ends too early")

    def read(self, depth):
        """The next value."""
        at = self.at
        if depth > DEPTH:
            raise NotPlain(f"the data is nested deeper than {DEPTH} levels")
        if at >= self.end:
            raise NotPlain("the data is broken: it ends too early")
        self.at = at + 1
        return READERS[self.data[at]](self, depth)

    def _numbers(self, form):
        start, self.at = self.at, self.at + form.size
        if self.at > self.end:
            raise NotPlain("the data is broken: it ends too early")
        return form.unpack_from(self.data, start)

    def _count(self):
        return self._numbers(COUNT)[0]

    def _block(self, depth=0):
        size = self._count()
        start, self.at = self.at, self.at + size
        if self.at > self.end:
            raise NotPlain("the data is broken: it ends too early")
        return bytes(self.data[start : self.at])

    def _text(self, depth=0):
        return self._block().decode("utf-8", "surrogatepass")

    def _big(self, depth):
        data = self._block()
        if len(data) > DIGITS:
            raise NotPlain("the data is broken: an integer that is too long")
        return int.from_bytes(data, "little", signed=True)

    def _read_many(self, depth, each=1):
        count = self._count() * each
        self.items += count
        if self.items > ITEMS:
            raise NotPlain(f"more than {ITEMS:,} entries")
        read, depth = self.read, depth + 1
        return [read(depth) for _ in range(count)]

    def _three(self, kind, depth):
        values = self._read_many(depth)
        if len(values) != 3 or any(type(v) not in (int, type(None)) for v in values):
            raise NotPlain("the data is broken: a slice or a range")
        return kind(*values)

    def _open(self, value, fill, depth):
        number = self.shared.add(value)
        self.unfinished.add(number)
        fill(value, self._read_many(depth, 2 if type(value) is dict else 1))
        self.unfinished.discard(number)
        return value

    def _reference(self, depth):
        (number,), self.at = COUNT.unpack_from(self.data, self.at), self.at + COUNT.size
        if number in self.unfinished:
            raise NotPlain("a value that contains itself")
        return self.shared.objects[number]

    def _array(self, depth):
        data, at = self.data, self.at + COUNT.size
        self.at = at + COUNT.unpack_from(data, self.at)[0]
        if self.at > self.end:
            raise NotPlain("the data is broken: it ends too early")
        dtype, shape, order, size, whole = arrays.read_header(bytes(data[at : self.at]))
        start, end = self.entries, self.entries + size
        self.entries = end + -end % ALIGNED
        if self.entries > len(data):
            raise NotPlain("the data is broken: it ends too early")
        if whole:
            array = ndarray(shape, dtype, data, start)
        else:
            array = arrays.build(dtype, shape, order, data, start, size)
        self.shared.add(array)
        return array

    def _view(self, depth):
        number, shape, start, strides, writeable = self.read(depth + 1)
        whole = self.shared.objects[number]
        if type(whole) is not np.ndarray:
            raise NotPlain("a view of something that is no array")
        view = arrays.view_of(whole, shape, start, strides, writeable)
        self.shared.add(view)
        return view

    def _scalar(self, depth):
        dtype, data = arrays.plain_dtype(self._text()), bytearray(self._block())
        if len(data) != dtype.itemsize:
            raise NotPlain("the data is broken: a scalar of another size")
        return arrays.build(dtype, (), arrays.C, data, 0, len(data))[()]

    def _generator(self, depth):
        number = self.shared.add(None)
        legacy, name, state = self.read(depth + 1)
        generator = arrays.make_generator(legacy, name)
        arrays.set_state(generator, state)
        self.shared.replace(number, generator)
        return generator

    def _object(self, depth):
        mine, can_be_called, number = self._numbers(OBJECT)
        # what is mine to the sender is not mine here
        return self.take(not mine, number, bool(can_be_called), self._text())

    def _contents(self, depth):
        return Contents(self.read(depth + 1))


OBJECT = struct.Struct("<BBq")


def _fill_dict(value, flat):
    value.update(zip(flat[::2], flat[1::2], strict=True))


def _number(form):
    return lambda self, depth: self._numbers(form)[0]


READERS = {
    "0": lambda self, depth: None,
    "T": lambda self, depth: True,
    "F": lambda self, depth: False,
    "i": _number(INT),
    "I": Decoder._big,
    "f": _number(FLOAT),
    "c": lambda self, depth: complex(*self._numbers(COMPLEX)),
    "s": Decoder._text,
    "b": Decoder._block,
    "t": lambda self, depth: tuple(self._read_many(depth)),
    "z": lambda self, depth: frozenset(self._read_many(depth)),
    "k": lambda self, depth: self._three(slice, depth),
    "R": lambda self, depth: self._three(range, depth),
    "l": lambda self, depth: self._open([], list.extend, depth),
    "S": lambda self, depth: self._open(set(), set.update, depth),
    "d": lambda self, depth: self._open({}, _fill_dict, depth),
    "a": Decoder._array,
    "v": Decoder._view,
    "n": Decoder._scalar,
    "x": lambda self, depth: arrays.NAMED[self._text()],
    "y": lambda self, depth: arrays.plain_dtype(self._text()),
    "g": Decoder._generator,
    "r": Decoder._reference,
    "C": Decoder._contents,
    "o": Decoder._object,
}
READERS = {ord(tag): reader for tag, reader in READERS.items()}
