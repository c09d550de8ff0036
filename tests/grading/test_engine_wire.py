"""Values on the wire: what is sent arrives, and what was not sent by us does no harm."""

import math
import socket
import threading

import numpy as np
import pytest

from rnncourse.grading.engine import frames, handles
from rnncourse.grading.engine.decode import decode
from rnncourse.grading.engine.encode import ITEMS, NotPlain, encode
from rnncourse.grading.engine.errors import Gone
from rnncourse.grading.engine.link import Link
from rnncourse.grading.engine.process import _answer
from rnncourse.grading.engine.shared import Shared

RNG = np.random.default_rng(0)


def refuse(*_):
    raise NotPlain("an object")


def across(value):
    return decode(bytearray(encode(value, Shared(), refuse)), Shared(), refuse)


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        0,
        -(2**63),
        2**63,
        -(10**50),
        1.5,
        -0.0,
        math.inf,
        2 - 1j,
        "",
        "ä\U0001f600",
        "\ud800",
        b"\x00\xff",
        (),
        (1, (2, [3])),
        [],
        {1: "a", (1, 2): None, None: 2.5, b"k": {}},
        {1, "a"},
        frozenset({(1, 2)}),
        slice(1, None, 2),
        range(3, 9, 2),
        float,
        np.float32,
        np.dtype("<f4"),
        np.tanh,
    ],
)
def test_a_plain_value_arrives_as_it_was(value):
    got = across(value)
    assert type(got) is type(value) and got == value
    assert math.copysign(1, got) == -1 if repr(value) == "-0.0" else True


@pytest.mark.parametrize("dtype", "?bBhHiIlLefdFD")
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 3), (2, 3, 4)])
def test_an_array_of_any_number_arrives_as_it_was(dtype, shape):
    array = np.array(RNG.normal(size=shape) * 3).astype(dtype)
    got = across(array)
    assert type(got) is np.ndarray and got.dtype == array.dtype and got.shape == shape
    np.testing.assert_array_equal(got, array)
    assert got.flags.writeable
    scalar = array.ravel()[0] if array.size else np.zeros(1, dtype)[0]
    assert type(across(scalar)) is type(scalar) and across(scalar) == scalar


@pytest.mark.parametrize(
    "make",
    [
        lambda: RNG.normal(size=(3, 4)).T,
        lambda: RNG.normal(size=(3, 8))[:, ::2],
        lambda: RNG.normal(size=(2, 6, 4)).swapaxes(0, 1),
        lambda: np.broadcast_to(RNG.normal(size=3), (2, 3)),
        lambda: np.asfortranarray(RNG.normal(size=(2, 3, 4))),
        lambda: RNG.normal(size=6)[::-1],
        lambda: np.array(["a", "longer"]),
        lambda: RNG.normal(size=(2, 2)).astype(">f8"),
    ],
)
def test_the_memory_order_of_an_array_survives(make):
    array = make()
    got = across(array)
    np.testing.assert_array_equal(got, array)
    for flag in "c_contiguous", "f_contiguous", "writeable":
        assert getattr(got.flags, flag) == getattr(array.flags, flag), flag


def test_one_object_stays_one_object_and_a_view_a_view():
    x = np.zeros(4)
    a, b, (c,), v = across((x, x, [x], x[1:3]))
    assert a is b is c and v.base is a
    v[:] = 1
    assert a.sum() == 2


def test_a_subclass_of_an_array_crosses_as_what_it_holds():
    class Named(np.ndarray):
        pass

    assert type(across(np.arange(3).view(Named))) is np.ndarray


def test_what_is_not_plain_is_refused_before_it_is_sent():
    loop, deep = [], []
    loop.append(loop)
    for _ in range(100):
        deep = [deep]
    for value in loop, deep, 1 << 40_000, object(), np.array([object()]), np.zeros(1, "f8,i4"):
        with pytest.raises(NotPlain):
            encode(value, Shared(), refuse)


def message(description, entries=b""):
    size = 4 + len(description)
    return bytearray(
        len(description).to_bytes(4, "little") + description + bytes(-size % 16) + entries
    )


def count(n):
    return n.to_bytes(4, "little")


def array(order, dtype, shape, size):
    head = bytes([order, len(dtype)]) + count(size) + dtype
    head += b"".join(n.to_bytes(8, "little", signed=True) for n in shape)
    return b"a" + count(len(head)) + head


def view(number, shape, start, strides):
    return encode((number, shape, start, strides, True), Shared(), refuse)[4:].rstrip(b"\0")


HOSTILE = {
    "nothing": b"",
    "an unknown mark": b"?",
    "too short": b"f\0",
    "something behind": b"00",
    "endless list": b"l" + count(2**32 - 1),
    "many entries": b"t" + count(ITEMS + 1) + b"0" * (ITEMS + 1),
    "deep": (b"t" + count(1)) * 5000 + b"0",
    "deep lists": (b"l" + count(1)) * 100_000 + b"0",
    "recursive list": b"l" + count(1) + b"r" + count(0),
    "recursive dict": b"d" + count(1) + b"0" + b"r" + count(0),
    "reference to nothing": b"r" + count(7),
    "unhashable key": b"d" + count(1) + b"l" + count(0) + b"0",
    "unhashable member": b"S" + count(1) + b"l" + count(0),
    "wrong text": b"s" + count(1) + b"\xff",
    "huge integer": b"I" + count(10**6) + b"\x01" * 10**6,
    "a slice of text": b"k" + count(3) + (b"s" + count(0)) * 3,
    "a range of nothing": b"R" + count(3) + b"000",
    "a name from anywhere": b"x" + count(9) + b"os.system",
    "an object": b"o\x01\x01" + bytes(8) + count(0),
    "an object array": array(0, b"|O", (1,), 8) + bytes(8),
    "a void array": array(0, b"|V8", (1,), 8),
    "a dtype of fields": array(0, b"f8,f8", (1,), 16),
    "an array without entries": array(0, b"<f8", (10**6,), 8 * 10**6),
    "an array of another size": array(0, b"<f8", (3,), 8),
    "an array of a negative shape": array(0, b"<f8", (-1, -1), 8),
    "an array of 40 dimensions": array(0, b"<f8", (1,) * 40, 8),
    "an array of an endless shape": array(0, b"<f8", (2**62, 0), 0),
    "a dtype of nothing": array(0, b"|S0", (2**61, 8), 0),
    "a generator of another kind": b"g" + b"t" + count(3) + b"F" + b"s" + count(1) + b"X" + b"0",
    "a state of another kind": b"g" + b"t" + count(3) + b"F" + b"s" + count(5) + b"PCG64" + b"0",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_message_is_refused(name):
    with pytest.raises(NotPlain):
        decode(message(HOSTILE[name]), Shared(), refuse)


@pytest.mark.parametrize(
    ("shape", "start", "strides"),
    [
        ((5,), 0, (8,)),
        ((4,), 8, (8,)),
        ((2,), 0, (-8,)),
        ((1,), -8, (8,)),
        ((2,), 0, (2**62,)),
        ((2**62, 2), 0, (0, 8)),
        ((2, 2), 0, (8,)),
        ((0,), 10**9, (8,)),
        ((2.5,), 0, (8,)),
    ],
)
def test_a_view_beyond_its_array_is_refused(shape, start, strides):
    known = Shared()
    known.add(np.zeros(4))
    body = encode((0, shape, start, strides, True), Shared(), refuse)
    size = int.from_bytes(body[:4], "little")
    with pytest.raises(NotPlain):
        decode(message(b"v" + body[4 : 4 + size]), known, refuse)


def test_a_view_of_an_empty_array_is_refused():
    known = Shared()
    known.add(np.zeros(0))
    body = encode((0, (4,), 0, (8,), True), Shared(), refuse)
    size = int.from_bytes(body[:4], "little")
    with pytest.raises(NotPlain, match="beyond its array"):
        decode(message(b"v" + body[4 : 4 + size]), known, refuse)


def test_numbers_that_are_no_truth_values_and_no_characters_are_refused():
    for dtype, entries in (b"|b1", b"\x02"), (b"<U1", b"\xff\xff\xff\x7f"):
        with pytest.raises(NotPlain):
            decode(
                message(array(0, dtype, (1,), len(entries)), entries + bytes(16)), Shared(), refuse
            )


@pytest.mark.parametrize(
    ("array", "wrong"),
    [(np.ones((2, 3), bool), b"\2"), (np.array(["ab", "c"]), b"\0\0\x11\0")],
)
def test_no_entry_of_an_array_can_be_what_its_dtype_does_not_allow(array, wrong):
    data = bytearray(encode(array, Shared(), refuse))
    start = data.index(array.tobytes())
    data[start : start + len(wrong)] = wrong
    with pytest.raises(NotPlain, match="an array of"):
        decode(data, Shared(), refuse)


def test_a_generator_whose_position_lies_outside_its_memory_is_refused():
    for make, field in (np.random.MT19937, "pos"), (np.random.Philox, "buffer_pos"):
        generator = np.random.Generator(make(0))
        data = encode(generator, Shared(), refuse)
        key = b"s" + count(len(field)) + field.encode() + b"i"
        at = data.index(key) + len(key)
        forged = bytearray(data)
        forged[at : at + 8] = (10**6).to_bytes(8, "little")
        with pytest.raises(NotPlain):
            decode(forged, Shared(), refuse)


def test_random_damage_never_does_more_than_be_refused():
    value = [(1, 2.5), {"W": RNG.normal(size=(3, 2))}, np.random.default_rng(1), "text", {3}]
    good = encode(value, Shared(), refuse)
    for _ in range(3000):
        bad = bytearray(good)
        for _ in range(RNG.integers(1, 4)):
            bad[RNG.integers(len(bad))] = RNG.integers(256)
        try:
            decode(bad[: RNG.integers(len(bad) // 2, len(bad) + 1)], Shared(), refuse)
        except NotPlain:
            pass


class Pair:
    """A tester's link, and a hostile hand at the other end of its socket."""

    def __init__(self):
        ours, theirs = socket.socketpair()
        self.tester = Link(ours, handles.ON_TESTER, handles.student_object, callable)
        self.student = frames.Frames(theirs)

    def close(self):
        """Hang up at both ends."""
        self.tester.frames.sock.close()
        self.student.sock.close()

    def answer(self, act):
        """Let the tester ask, and the hand do `act(kind, number, body)` -> what the tester got."""

        def run():
            try:
                act(*self.student.receive())
            except Gone:
                pass

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        self.tester.frames.sock.settimeout(5)
        try:
            return self.tester.request("name", "f")
        finally:
            thread.join(5)


@pytest.fixture
def pair():
    pair = Pair()
    yield pair
    pair.close()


def reply(value, changes=()):
    return encode((changes, value), Shared(), refuse)


def test_late_doubled_and_forged_answers_are_dropped(pair):

    def act(kind, number, body):
        pair.student.send(frames.REPLY, 0, reply("guessed"))
        pair.student.send(frames.REPLY, number ^ 1, b"not even a value")
        pair.student.send(frames.REPLY, number, reply("first"))
        pair.student.send(frames.REPLY, number, reply("second"))

    assert pair.answer(act) == "first"
    assert pair.answer(act) == "first", "the second answer to the first question is stale"


@pytest.mark.parametrize(
    "body",
    [
        reply(1)[:-1],
        b"",
        message(HOSTILE["recursive list"]),
        encode(1, Shared(), refuse),
        encode((1, 2, 3), Shared(), refuse),
        reply(1, ((0, 5),)),
        reply(1, (("x", None),)),
        reply(1, 7),
    ],
)
def test_an_answer_that_is_none_loses_the_student_and_nothing_else(pair, body):
    with pytest.raises(Gone):
        pair.answer(lambda kind, number, _: pair.student.send(frames.REPLY, number, body))
    with pytest.raises(Gone):
        pair.tester.request("name", "f")


@pytest.mark.parametrize(
    "answer",
    [
        ((), "m", [], False),
        (("ValueError",), [], [], False),
        (("SystemExit", 3), "m", [], False),
        (("ValueError",), "m", [("a",)], False),
        (("ValueError",), "m", 5, False),
        "no tuple",
    ],
)
def test_an_exception_that_is_none_is_no_exception(pair, answer):
    with pytest.raises((Gone, RuntimeError)):
        pair.answer(
            lambda kind, number, _: pair.student.send(frames.FAILURE, number, reply(answer))
        )


@pytest.mark.parametrize(
    "name", ["SystemExit", "KeyboardInterrupt", "GeneratorExit", "Gone", "no_such_class"]
)
def test_an_exception_can_only_be_an_ordinary_one(pair, name):
    body = reply(((name, "BaseException"), "m", [], False))
    with pytest.raises(RuntimeError):
        pair.answer(lambda kind, number, _: pair.student.send(frames.FAILURE, number, body))


@pytest.mark.parametrize(
    "data",
    [
        b"\xff" * 13,
        frames.HEADER.pack(2**32 - 1, frames.REPLY, 0),
        frames.HEADER.pack(0, 99, 0),
        frames.HEADER.pack(5, frames.REPLY, 0) + b"ab",
    ],
)
def test_bytes_that_are_no_frame_lose_the_student(pair, data):

    def act(kind, number, body):
        pair.student.sock.sendall(data)
        pair.student.sock.close()

    with pytest.raises(Gone):
        pair.answer(act)


def test_a_flood_of_stale_frames_ends(pair):

    def act(kind, number, body):
        for _ in range(frames.STALE + 10):
            pair.student.send(frames.REPLY, 1, b"")

    with pytest.raises(Gone, match="nobody waits"):
        pair.answer(act)


@pytest.mark.parametrize(
    "asked",
    [
        ("call", (np.tanh, 0.0), (), 1.0, ()),
        ("call", (bytes, 10**10), (), 1.0, ()),
        ("attribute", ("x", "upper"), (), 1.0, ()),
        ("name", ("secret",), (), 1.0, ()),
        ("call", (), (), 1.0, ()),
        ("call", 5, 6, 1.0, ()),
        ([], (), (), 1.0, ()),
    ],
)
def test_a_student_can_ask_for_nothing_but_what_it_was_given(pair, asked):
    heard = []

    def act(kind, number, body):
        pair.student.send(frames.REQUEST, 5, reply(asked))
        heard.append(pair.student.receive()[0])
        pair.student.send(frames.REPLY, number, reply("end"))

    assert pair.answer(act) == "end" and heard == [frames.FAILURE]


@pytest.mark.parametrize(
    "body",
    [b"junk", reply(None), reply(("call", (), (), 1.0, 7)), reply((1, 2, 3, 4, 5, 6))],
)
def test_a_request_that_is_none_loses_the_student(pair, body):
    with pytest.raises(Gone):
        pair.answer(lambda *_: pair.student.send(frames.REQUEST, 5, body))


def test_a_student_cannot_make_the_tester_forget_or_repeat(pair):
    def act(kind, number, body):
        for forged in frames.FRESH, frames.AGAIN:
            pair.student.send(forged, 5, reply(("call", (), (), 1.0, ())))
        pair.student.send(frames.REPLY, number, reply("end"))

    assert pair.answer(act) == "end"


def test_many_calls_keep_both_ends_in_step():
    ours, theirs = socket.socketpair()

    def add(x, y, items):
        y += 1
        items.append(len(items))
        return x + y, x, [y]

    student = Link(theirs, handles.ON_STUDENT, handles.TesterFunction, callable)
    number = student.give(add)
    threading.Thread(target=_serve, args=(student,), daemon=True).start()
    tester = Link(ours, handles.ON_TESTER, handles.student_object, callable)
    function = tester.take(False, number[1], True, "add")
    x, y, items = np.zeros(3), np.zeros(3), []
    for turn in range(300):
        x[turn % 3] = turn
        total, same, (other,) = function(x, y, items)
        assert same is x and other is y and (y == turn + 1).all() and len(items) == turn + 1
        np.testing.assert_array_equal(total, x + y)
        fresh = np.ones(2)
        assert function(fresh, fresh, [])[1] is fresh and fresh[0] == 2
    with pytest.raises(TypeError, match="neither plain data"):
        function(x, object(), items)
    assert function(x, y, items)[1] is x
    ours.close()
    theirs.close()


def _serve(link):
    try:
        while True:
            _answer(link)
    except Gone:
        pass
