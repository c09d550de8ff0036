"""Calls across a socket, in both directions: what one side asks, the other one does and answers.

Each request has a number that nobody can guess; an answer with any other number is dropped.
"""

import secrets
import time
import weakref
from contextlib import nullcontext
from operator import is_

from rnncourse.grading.engine import errors, frames
from rnncourse.grading.engine.decode import decode
from rnncourse.grading.engine.encode import NotPlain, encode
from rnncourse.grading.engine.shared import Shared

MANY = 64  # shared objects after which both sides begin anew
NESTED = 20  # calls of the student inside calls of the tester inside calls of the student ...


class Remote:
    """What stands here for an object of the other side; it has a `_link` and a `_number`."""

    __slots__ = ()


class Link:
    """One end of the socket.

    Parameters
    ----------
    sock : socket
    operations : dict of str to callable
        What the other side may ask for; the first argument is the object it is asked of.
    proxy : callable
        (link, number, callable, label) -> what stands here for an object over there.
    may_give : callable
        Whether an object that is not plain may be named to the other side.
    guard : callable
        seconds -> a context in which an operation runs.
    frames_of : callable
        An exception -> where in the cells it was raised.
    """

    def __init__(
        self,
        sock,
        operations,
        proxy=None,
        may_give=lambda value: False,
        guard=nullcontext,
        frames_of=lambda error: [],
    ):
        self.frames = frames.Frames(sock)
        self.operations, self.proxy, self.may_give = operations, proxy, may_give
        self.guard, self.frames_of = guard, frames_of
        self.shared, self.fresh = Shared(), False
        self.last = self.asked = None  # what was asked last, of the other side and by it
        self.exports, self.numbers, self.next_number = {}, {}, 0
        self.proxies, self.released = weakref.WeakValueDictionary(), []
        self.deadline, self.depth = float("inf"), 0
        self.gone, self.waiting = "", False  # why the other side is gone; is a call under way?

    def request(self, operation, *args, **kwargs):
        """Ask the other side, wait, and return or raise what it answers."""
        if self.gone:
            raise errors.Gone(self.gone)
        try:
            kind, body, known = self._prepare(operation, args, kwargs)
        except NotPlain as error:
            raise TypeError(f"This cannot be handed to the other side: {error}.") from None
        waiting, self.waiting = self.waiting, True
        try:
            kind, value = self._ask(kind, body)
        except (errors.Gone, NotPlain) as error:
            self.gone = str(error)
            raise errors.Gone(self.gone) from None
        except BaseException:  # an alarm; the answer, should it still come, would be out of step
            self.gone = "it did not answer in time"
            raise
        self.waiting = waiting
        self.shared.cut(known)
        if kind == frames.REPLY:
            return value
        raise value

    def _prepare(self, operation, args, kwargs):
        """A request -> its kind, its body, and how many shared objects stay after the answer."""
        kind, before = frames.REQUEST, len(self.shared)
        seconds = min(1e6, self.deadline - time.monotonic())
        changes = self.shared.changed()
        asked = operation, *args
        if self.depth == 0 and not kwargs and self._is_last(asked):
            kind, content = frames.AGAIN, seconds
        else:
            if self.depth == 0 and (self.fresh or before > MANY):
                kind, self.fresh, before, changes = frames.FRESH, True, 0, ()
                self.shared.cut(0)
            content = (operation, args, tuple(kwargs.items()), seconds, tuple(self.released))
        try:
            body = encode((changes, content), self.shared, self.give)
        except NotPlain:
            self.shared.cut(before)
            raise
        self.shared.sent(changes)
        if kind == frames.AGAIN:
            self.shared.cut_copies(before, changes)
        else:
            del self.released[: len(content[-1])]
        self.shared.settle()
        if self.depth == 0:
            self.fresh, self.last = False, asked
        return kind, body, before if self.depth else len(self.shared)

    def _is_last(self, asked):
        """Whether the same is asked, of the same objects, as the last time."""
        last = self.last
        return (
            last is not None
            and not self.fresh
            and len(self.shared) <= MANY
            and len(self.released) <= MANY
            and len(last) == len(asked)
            and all(map(is_, last, asked))
        )

    def _ask(self, kind, body):
        number = secrets.randbits(64)
        self.frames.send(kind, number, body)
        while True:
            kind, answered, body = self.frames.receive()
            if kind == frames.REQUEST and self.operations:
                self.serve(kind, answered, body)
            elif kind in (frames.REPLY, frames.FAILURE) and answered == number:
                break
            else:
                self.frames.drop()
        changes, answer = self._open(body)
        if kind == frames.REPLY:
            return kind, answer
        try:
            names, message, where, late = answer
            error = errors.TimeIsUp() if late else errors.rebuild(names, message, where)
        except (ValueError, TypeError, LookupError) as wrong:
            raise NotPlain(f"an answer that is none: {wrong}") from None
        return kind, error

    def _open(self, body):
        opened = decode(body, self.shared, self.take)
        try:
            changes, content = opened
            self.shared.apply(changes)
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            raise NotPlain(f"a message that is none: {error}") from None
        return changes, content

    def serve(self, kind, number, body):
        """Do what the other side asks, and answer."""
        nested, before = self.depth or self.waiting, len(self.shared)
        if kind == frames.FRESH:
            self.shared.cut(0)
        try:
            changes, content = self._open(body)
            if kind == frames.AGAIN:
                self.shared.cut_copies(before, changes)
                (operation, args, kwargs), seconds = self.asked, content
            else:
                operation, args, kwargs, seconds, released = content
                self._forget(released)
        except (ValueError, TypeError) as error:
            raise errors.Gone(f"a request that is none: {error}") from None
        if not nested:
            self.asked = operation, args, kwargs
        self.shared.settle()
        known = len(self.shared)
        self.depth += 1
        try:
            if self.depth > NESTED:
                raise RecursionError("The test and your code call each other too deeply.")
            with self.guard(seconds):
                value = self.operations[operation](self, *args, **dict(kwargs))
            kind, answer = frames.REPLY, self._pack(value, known)
        except BaseException as error:
            late, where = isinstance(error, errors.TimeIsUp), self.frames_of(error)
            kind = frames.FAILURE
            answer = self._pack((*errors.describe(error), where, late), known)
        self.depth -= 1
        self.frames.send(kind, number, answer)
        self.shared.cut(before if nested else known)

    def _pack(self, answer, known):
        """An answer and what changed in the shared objects -> bytes."""
        self.shared.cut(known)
        changes = self.shared.changed()
        try:
            body = encode((changes, answer), self.shared, self.give)
        except NotPlain as error:
            self.shared.cut(known)
            raise TypeError(f"What was returned cannot be handed to the test: {error}.") from None
        self.shared.sent(changes)
        return body

    def give(self, value):
        """The number of an object: the other side's own, or one of ours that it may name."""
        if issubclass(type(value), Remote):
            if value._link is not self:
                raise NotPlain("it is an object of another submission")
            return False, value._number, False, ""
        if not self.may_give(value):
            raise NotPlain(
                f"a {type(value).__name__} is neither plain data (numbers, text, tuples, lists, "
                "dicts, arrays) nor a function"
            )
        if id(value) not in self.numbers:
            self.next_number += 1
            self.numbers[id(value)] = self.next_number
            self.exports[self.next_number] = value
        label = getattr(value, "__name__", None) or type(value).__name__
        return True, self.numbers[id(value)], callable(value), str(label)[:100]

    def take(self, mine, number, can_be_called, label):
        """The object of a number that came across."""
        if mine:
            if number not in self.exports:
                raise NotPlain("the data names an object that does not exist")
            return self.exports[number]
        if self.proxy is None:
            raise NotPlain("an object came where only plain data is expected")
        if (known := self.proxies.get(number)) is not None:
            return known
        if number in self.released:  # the other side has not heard yet that it was dropped
            self.released.remove(number)
        made = self.proxies[number] = self.proxy(self, number, can_be_called, label[:100])
        return made

    def is_given(self, value):
        """Whether value is an object that the other side was given."""
        return self.exports.get(self.numbers.get(id(value))) is value

    def _forget(self, numbers):
        for number in numbers:
            value = self.exports.pop(number, None)
            self.numbers.pop(id(value), None)
