"""What stands in the tester's process for an object of the student's, and the reverse.

A student's object is asked for its items, attributes and calls. It is never asked whether it
equals something or what the difference to something is: it would be judge in its own case.
"""

import operator

from rnncourse.grading.engine.link import Remote

REFUSED = (
    "lt le gt ge add sub mul matmul truediv floordiv mod divmod pow lshift rshift and or xor "
    "radd rsub rmul rmatmul rtruediv rfloordiv rmod rdivmod rpow rlshift rrshift rand ror rxor "
    "neg pos abs invert float int complex index round reduce_ex array"
).split()


class StudentObject(Remote):
    """An object that lives in the student's process."""

    __slots__ = ("__weakref__", "_label", "_link", "_number")
    __array_ufunc__ = None

    def __init__(self, link, number, label):
        for name, value in ("_link", link), ("_number", number), ("_label", label):
            object.__setattr__(self, name, value)

    def __repr__(self):
        return f"<{self._label} in the student's process>"

    @property
    def __name__(self):
        return self._label

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(f"{name} of a student's object is not available to a test")
        return self._link.request("attribute", self, name)

    def __setattr__(self, name, value):
        self._link.request("set attribute", self, name, value)

    def __getitem__(self, key):
        return self._link.request("item", self, key)

    def __setitem__(self, key, value):
        self._link.request("set item", self, key, value)

    def __len__(self):
        return int(self._link.request("length", self))

    def __bool__(self):
        return True

    def __iter__(self):
        return self._link.request("iterate", self)

    def __next__(self):
        there_is_one, value = self._link.request("next", self)
        if not there_is_one:
            raise StopIteration
        return value

    def __contains__(self, value):
        return self._link.request("contains", self, value) is True

    def __instancecheck__(self, value):
        return self._link.request("is instance", value, self) is True

    def __eq__(self, other):
        if other is None or isinstance(other, StudentObject):
            return self is other
        _refuse(self)

    __hash__ = object.__hash__

    def __del__(self):
        self._link.released.append(self._number)


class StudentFunction(StudentObject):
    """One that can be called: a function, a class, a method."""

    __slots__ = ()

    def __call__(self, *args, **kwargs):
        return self._link.request("call", self, *args, **kwargs)


def student_object(link, number, can_be_called, label):
    """What stands for a student's object with this number."""
    return (StudentFunction if can_be_called else StudentObject)(link, number, label)


def _refuse(self, *args, **kwargs):
    raise TypeError(
        f"Expected plain data, such as a number or an array; got an object of the class "
        f"{self._label}, which a test cannot compare or calculate with."
    )


for _name in REFUSED:
    setattr(StudentObject, f"__{_name}__", _refuse)


class TesterFunction(Remote):
    """A function of the tester's that was passed to the student's code."""

    def __init__(self, link, number, can_be_called, label):
        self._link, self._number, self.__name__ = link, number, label

    def __call__(self, *args, **kwargs):
        return self._link.request("call", self, *args, **kwargs)


def call_given(link, function, *args, **kwargs):
    """Call a function that was passed to the student, and no other."""
    if not link.is_given(function):
        raise TypeError("Only a function that the test passed can be called.")
    return function(*args, **kwargs)


def _on(function):
    return lambda link, *args, **kwargs: function(*args, **kwargs)


def _next(link, iterator):
    for value in iterator:
        return True, value
    return False, None


ON_TESTER = {"call": call_given}
ON_STUDENT = {
    "call": lambda link, function, *args, **kwargs: function(*args, **kwargs),
    "attribute": _on(getattr),
    "set attribute": _on(setattr),
    "item": _on(operator.getitem),
    "set item": _on(operator.setitem),
    "length": _on(len),
    "iterate": _on(iter),
    "next": _next,
    "contains": _on(operator.contains),
    "is instance": _on(isinstance),
}
