"""The objects that both ends of a link hold: the same list, at one end originals, at the other
copies, which each message brings up to date.

So a test sees that its array was changed in place, and an array that is passed a hundred times
crosses once.
"""

from operator import is_

import numpy as np
from numpy import ndarray

from rnncourse.grading.engine import arrays
from rnncourse.grading.engine.encode import Contents, NotPlain, encode


class Shared:
    """Objects with an identity, by number, and what each was when it last crossed."""

    def __init__(self):
        self.objects, self.numbers, self.states = [], {}, []

    def __len__(self):
        return len(self.objects)

    def add(self, value):
        """Append an object -> its number."""
        number = len(self.objects)
        self.objects.append(value)
        self.numbers[id(value)] = number
        return number

    def replace(self, number, value):
        """Put an object in the place of a number that was kept for it."""
        self.objects[number] = value
        self.numbers[id(value)] = number

    def settle(self):
        """Remember what the new objects are now."""
        for value in self.objects[len(self.states) :]:
            self.states.append(_state(value))

    def changed(self):
        """The (number, Contents) of every object that is not what it was."""
        found = []
        for number, (value, state) in enumerate(zip(self.objects, self.states, strict=False)):
            if type(value) is ndarray:
                same = value.tobytes() == state
            else:
                same = _same(_state(value), state)
            if not same:
                found.append((number, Contents(value)))
        return tuple(found)

    def sent(self, changes):
        """These changes are known to the other side now."""
        for number, contents in changes:
            self.states[number] = _state(contents.value)

    def apply(self, changes):
        """Write changes that came across into the objects; NotPlain when they do not fit."""
        for number, contents in changes:
            if type(number) is not int or not 0 <= number < len(self.states):
                raise NotPlain("a change of an object that is not there")
            _write(self.objects[number], contents.value)
            self.states[number] = _state(self.objects[number])

    def cut_copies(self, count, changes):
        """Forget what a message of nothing but changed arrays added: copies, of no use later."""
        if all(isinstance(contents.value, np.ndarray) for _, contents in changes):
            self.cut(count)

    def cut(self, count):
        """Forget all but the first objects, on both sides at the same time."""
        numbers = self.numbers
        for value in self.objects[count:]:
            numbers.pop(id(value), None)
        del self.objects[count:], self.states[count:]


def _state(value):
    kind = type(value)
    if isinstance(value, ndarray):
        return arrays.tobytes(value)
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    if kind is list:
        return value.copy()
    if kind is set:
        return frozenset(value)
    if isinstance(value, np.random.Generator | np.random.RandomState):
        return encode(arrays.get_state(value), Shared(), None)
    return None


def _same(now, before):
    if type(now) is list:  # items by identity: their own changes are their own
        return len(now) == len(before) and all(map(is_, now, before))
    return now == before


def _write(original, new):
    kind = type(original)
    if isinstance(original, np.ndarray) and type(new) is np.ndarray:
        if new.shape != original.shape or new.dtype != original.dtype:
            raise NotPlain("an argument's array was given another shape or dtype")
        if not original.flags.writeable:
            raise NotPlain("an argument's array was changed although it is read-only")
        original[...] = new
    elif isinstance(original, dict | set) and type(new) in (dict, set):
        original.clear()
        original.update(new)
    elif kind is list and type(new) is list:
        original[:] = new
    elif kind is type(new) and isinstance(original, np.random.Generator | np.random.RandomState):
        arrays.set_state(original, arrays.get_state(new))
    else:
        raise NotPlain("an argument changed its type")
