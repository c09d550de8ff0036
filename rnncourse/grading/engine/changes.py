"""What a call changed in its arguments, and making the same changes to the originals."""

import numpy as np

from rnncourse.grading.engine import arrays
from rnncourse.grading.engine.encode import Contents, NotPlain, encode


def snapshot(known):
    """The state of each object before a call."""
    return [_state(value) for value in known]


def changed(known, before):
    """The (number, Contents) of every object that is no longer what it was."""
    return [
        (number, Contents(value))
        for number, (value, state) in enumerate(zip(known, before, strict=True))
        if not _same(_state(value), state)
    ]


def apply(changes, known):
    """Write changes that came across into the original objects; NotPlain when they do not fit."""
    for number, contents in changes:
        _write(known[number], contents.value)


def _state(value):
    if type(value) is np.ndarray:
        return value.shape, value.strides, value.tobytes()
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    if isinstance(value, list):
        return value.copy()
    if isinstance(value, set):
        return frozenset(value)
    if isinstance(value, np.random.Generator | np.random.RandomState):
        return (encode(arrays.get_state(value), None)[0],)
    return ()


def _same(now, before):
    if isinstance(now, list):  # items by identity: their own changes are their own
        return len(now) == len(before) and all(map(lambda a, b: a is b, now, before))
    return now == before


def _write(original, new):
    if isinstance(original, np.ndarray):
        if type(new) is not np.ndarray or (new.shape, new.dtype) != (
            original.shape,
            original.dtype,
        ):
            raise NotPlain("an argument's array was given another shape or dtype")
        if not original.flags.writeable:
            raise NotPlain("an argument's array was changed although it is read-only")
        original[...] = new
    elif isinstance(original, dict) and type(new) is dict:
        original.clear()
        original.update(new)
    elif isinstance(original, list) and type(new) is list:
        original[:] = new
    elif isinstance(original, set) and type(new) is set:
        original.clear()
        original.update(new)
    elif type(original) is type(new) and isinstance(
        original, np.random.Generator | np.random.RandomState
    ):
        arrays.set_state(original, arrays.get_state(new))
    else:
        raise NotPlain("an argument changed its type")
