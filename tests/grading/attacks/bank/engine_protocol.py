"""With the engine's own objects, found in the frames that call the student's functions."""

from tests.grading.attacks.bank.forged_frames import PLUMBING
from tests.grading.attacks.bank.kit import attack, fill

FIND = '''
import sys

def links():
    """Objects of the callers that can send frames."""
    frame, found = sys._getframe(), []
    while frame:
        for value in frame.f_locals.values():
            if hasattr(value, "frames") and hasattr(value, "request") and value not in found:
                found.append(value)
        frame = frame.f_back
    return found
'''


@attack("leak: hidden tests", stock=PLUMBING)
def tester_is_asked(notebook):
    """Sends requests to the tester while it waits: attributes, items and calls by number."""
    fill(
        notebook,
        FIND
        + """
asked = []

def when_called(*args):
    for link in links():
        loot(repr(vars(link)))
        if len(asked) > 10:
            return
        asked.append(1)
        names = "call", "attribute", "item", "run", "cell", "name", "get", "give", "eval"
        for name in names:
            try:
                loot(repr(link.request(name, args[0], "__globals__")))
            except BaseException as error:
                loot(repr(error))
""",
    )


@attack("points; harm: the batch stops", stock=PLUMBING)
def answers_fuzzed(notebook):
    """Changes random bytes in every answer, with right headers and numbers."""
    fill(
        notebook,
        FIND
        + """
import random
dice = random.Random(1)

def when_called(*args):
    for link in links():
        if hasattr(link.frames, "true_send"):
            continue
        link.frames.true_send = link.frames.send

        def send(kind, number, body, frames=link.frames):
            body = bytearray(body)
            for _ in range(dice.choice([1, 1, 2, 8])):
                if body:
                    body[dice.randrange(len(body))] = dice.randrange(256)
            if dice.random() < 0.2:
                body = body[: dice.randrange(len(body) + 1)]
            return frames.true_send(kind, number, bytes(body))

        link.frames.send = send
""",
    )


@attack("points; harm: the batch stops", stock=PLUMBING)
def answers_unasked(notebook):
    """Sends thousands of frames with guessed numbers, of all kinds, before each answer."""
    fill(
        notebook,
        FIND
        + """
sent = []

def when_called(*args):
    for link in links():
        for number in range(200):
            for kind in 1, 2, 3, 9:
                try:
                    link.frames.send(kind, number, b"x" * 100)
                except BaseException as error:
                    sent.append(error)
                    return
""",
    )


@attack("points", stock=PLUMBING)
def changes_forged(notebook):
    """Reports changes of the arguments that never happened: other shapes, types and objects."""
    fill(
        notebook,
        FIND
        + """
def when_called(*args):
    for link in links():
        if hasattr(link, "true_pack"):
            continue
        link.true_pack = link._pack

        def pack(answer, known, link=link):
            forged = [(k, np.zeros((3, 2))) for k in range(len(known))]
            forged += [(0, np.zeros((1, 1))), (1, {"a": 1}), (99, None), (-1, "x"), (0, links)]
            try:
                return link.true_pack((*answer[:-1], forged), known)
            except BaseException:
                return link.true_pack(answer, known)

        link._pack = pack
""",
    )


@attack("points", stock=PLUMBING)
def checks_switched_off(notebook):
    """Lifts every limit and check of the engine that it finds in its own process."""
    fill(
        notebook,
        FIND
        + """
def when_called(*args):
    for link in links():
        link.depth = -(10**9)
        link.deadline = float("inf")
        link.frames.largest = 1 << 62
        link.give = lambda value: (False, 1, True, "x" * 10_000)

def lstm_step(x, h_prev, c_prev, p):
    when_called()
    return when_called, links, FIND_NOTHING

class FIND_NOTHING:
    pass
""",
    )
