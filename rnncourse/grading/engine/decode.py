"""Bytes as plain values: strict, bounded, and nothing but data, whoever sent them."""

import struct

import numpy as np

from rnncourse.grading.engine import arrays
from rnncourse.grading.engine.encode import (
    ARRAY,
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


def decode(data, take, known=()):
    """What `encode` undoes; NotPlain for any bytes that it does not make."""
    decoder = Decoder(data, take, known)
    try:
        value = decoder.read(0)
    except NotPlain:
        raise
    except (ValueError, TypeError, LookupError, OverflowError, MemoryError, struct.error) as error:
        raise NotPlain(f"the data is broken: {error}") from None
    if decoder.at != len(data):
        raise NotPlain("the data is broken: something follows its end")
    return value, decoder.known


class Decoder:
    """Reads one value; see `decode`."""

    def __init__(self, data, take, known):
        self.data, self.take, self.known, self.at = data, take, list(known), 0
        self.items = 0
        self.unfinished = set()

    def read(self, depth):
        """The next value."""
        if depth > DEPTH:
            raise NotPlain(f"the data is nested deeper than {DEPTH} levels")
        tag = self.data[self.at : self.at + 1]
        self.at += 1
        reader = READERS.get(tag)
        if reader is None:
            raise NotPlain("the data is broken: an unknown mark")
        return reader(self, depth)

    def _raw(self, size):
        start, self.at = self.at, self.at + size
        if size < 0 or self.at > len(self.data):
            raise NotPlain("the data is broken: it ends too early")
        return self.data[start : self.at]

    def _count(self):
        return COUNT.unpack(self._raw(4))[0]

    def _block(self, depth=0):
        return self._raw(self._count())

    def _text(self, depth=0):
        return self._block().decode("utf-8", "surrogatepass")

    def _int(self, depth):
        return INT.unpack(self._raw(8))[0]

    def _big(self, depth):
        data = self._block()
        if len(data) > DIGITS:
            raise NotPlain("the data is broken: an integer that is too long")
        return int.from_bytes(data, "little", signed=True)

    def _float(self, depth):
        return FLOAT.unpack(self._raw(8))[0]

    def _complex(self, depth):
        return complex(*COMPLEX.unpack(self._raw(16)))

    def _read_many(self, depth, each=1):
        count = self._count() * each
        self.items += count
        if self.items > ITEMS:
            raise NotPlain(f"more than {ITEMS:,} entries")
        return [self.read(depth + 1) for _ in range(count)]

    def _three(self, kind, depth):
        values = self._read_many(depth)
        if len(values) != 3 or any(type(v) not in (int, type(None)) for v in values):
            raise NotPlain("the data is broken: a slice or a range")
        return kind(*values)

    def _open(self, value, fill, depth):
        number = len(self.known)
        self.known.append(value)
        self.unfinished.add(number)
        fill(value, self._read_many(depth, 2 if type(value) is dict else 1))
        self.unfinished.discard(number)
        return value

    def _reference(self, depth):
        number = self._count()
        if number in self.unfinished:
            raise NotPlain("a value that contains itself")
        return self.known[number]

    def _array(self, depth):
        dtype = arrays.plain_dtype(self._text())
        order, dimensions, size = ARRAY.unpack(self._raw(ARRAY.size))
        shape = struct.unpack(f"<{dimensions}q", self._raw(8 * dimensions))
        return self._know(arrays.build(dtype, shape, order, self._raw(size)))

    def _view(self, depth):
        number, shape, start, strides, writeable = self.read(depth + 1)
        whole = self.known[number]
        if type(whole) is not np.ndarray:
            raise NotPlain("a view of something that is no array")
        return self._know(arrays.view_of(whole, shape, start, strides, writeable))

    def _scalar(self, depth):
        return arrays.build(arrays.plain_dtype(self._text()), (), arrays.C, self._block())[()]

    def _generator(self, depth):
        number = len(self.known)
        self.known.append(None)
        legacy, name, state = self.read(depth + 1)
        generator = arrays.make_generator(legacy, name)
        arrays.set_state(generator, state)
        self.known[number] = generator
        return generator

    def _object(self, depth):
        mine, can_be_called = self._raw(2)
        number = self._int(depth)
        if self._raw(1) != b"s":
            raise NotPlain("the data is broken: an object without a name")
        # what is mine to the sender is not mine here
        return self.take(not mine, number, bool(can_be_called), self._text())

    def _contents(self, depth):
        return Contents(self.read(depth + 1))

    def _know(self, value):
        self.known.append(value)
        return value


def _fill_dict(value, flat):
    value.update(zip(flat[::2], flat[1::2], strict=True))


READERS = {
    b"0": lambda self, depth: None,
    b"T": lambda self, depth: True,
    b"F": lambda self, depth: False,
    b"i": Decoder._int,
    b"I": Decoder._big,
    b"f": Decoder._float,
    b"c": Decoder._complex,
    b"s": Decoder._text,
    b"b": Decoder._block,
    b"t": lambda self, depth: tuple(self._read_many(depth)),
    b"z": lambda self, depth: frozenset(self._read_many(depth)),
    b"k": lambda self, depth: self._three(slice, depth),
    b"R": lambda self, depth: self._three(range, depth),
    b"l": lambda self, depth: self._open([], list.extend, depth),
    b"S": lambda self, depth: self._open(set(), set.update, depth),
    b"d": lambda self, depth: self._open({}, _fill_dict, depth),
    b"a": Decoder._array,
    b"v": Decoder._view,
    b"n": Decoder._scalar,
    b"x": lambda self, depth: arrays.NAMED[self._text()],
    b"y": lambda self, depth: arrays.plain_dtype(self._text()),
    b"g": Decoder._generator,
    b"r": Decoder._reference,
    b"C": Decoder._contents,
    b"o": Decoder._object,
}
