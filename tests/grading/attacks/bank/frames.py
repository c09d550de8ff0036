"""Look around in the interpreter: callers' frames, history, tracebacks, all objects, memory."""

from tests.grading.attacks.bank.kit import attack, fill


@attack("points")
def want_from_the_frame(notebook):
    """An object whose __array__ looks for `want` in the frame that converts it."""
    fill(
        notebook,
        """
import sys

class Copycat:
    def __array__(self, dtype=None, copy=None):
        frame = sys._getframe()
        while frame:
            if frame.f_code.co_name == "assert_same":
                return np.array(frame.f_locals["want"])
            frame = frame.f_back
        return np.zeros(1)

def lstm_step(x, h_prev, c_prev, p):
    return Copycat(), Copycat(), (x, h_prev, c_prev, p)
""",
    )


@attack("points")
def caller_globals_edited(notebook):
    """The called function rebinds the tools in the globals of every caller."""
    fill(
        notebook,
        """
import sys

def when_called(*args):
    frame = sys._getframe()
    while frame:
        for name in "assert_same", "assert_gradient", "assert_gradients":
            if name in frame.f_globals:
                frame.f_globals[name] = lambda *args, **more: None
        frame = frame.f_back
""",
    )


@attack("leak: hidden tests")
def caller_frames_read(notebook):
    """Reads names, constants and local variables of every caller's frame."""
    fill(
        notebook,
        """
import sys

def when_called(*args):
    frame = sys._getframe()
    while frame:
        loot(repr(frame.f_code.co_consts) + repr(list(frame.f_locals.items())))
        frame = frame.f_back
""",
    )


@attack("leak: hidden tests")
def history_read(notebook):
    """Reads the running test's source from IPython's history and from linecache."""
    fill(
        notebook,
        """
import linecache

def when_called(*args):
    loot(globals().get("In"))
    loot([entry[2] for entry in linecache.cache.values() if len(entry) > 2])
""",
    )


@attack("leak: hidden tests")
def traceback_locals(notebook):
    """After a failed test, walks through the frames of the last traceback."""
    fill(
        notebook,
        """
def when_called(*args):
    import sys
    error = getattr(sys, "last_value", None)
    while error is not None:
        trace = error.__traceback__
        while trace:
            loot(repr(trace.tb_frame.f_globals) + repr(trace.tb_frame.f_locals))
            trace = trace.tb_next
        error = error.__context__
""",
    )


@attack("leak: hidden tests")
def all_objects_read(notebook):
    """Searches every object that the garbage collector knows for text of tests."""
    fill(
        notebook,
        """
import gc
seen = []

def when_called(*args):
    if len(seen) > 3:
        return
    seen.append(1)
    for thing in gc.get_objects():
        values = thing.values() if isinstance(thing, dict) else thing
        if isinstance(thing, (dict, list, tuple)) and thing is not TROPHIES:
            for value in list(values):
                if isinstance(value, (str, bytes)):
                    loot(value)
""",
    )


@attack("leak: hidden tests")
def own_memory_read(notebook):
    """Searches the whole memory of its own process, where a parent's text may still lie."""
    fill(
        notebook,
        """
import re
seen = []

def when_called(*args):
    if len(seen) > 1:
        return
    seen.append(1)
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
        for line in maps:
            start, stop = (int(n, 16) for n in line.split()[0].split("-"))
            if " rw" not in line or stop - start > 1 << 28:
                continue
            try:
                memory.seek(start)
                data = memory.read(stop - start)
            except OSError:
                continue
            for found in set(re.findall(rb"CANARY[a-z]{4,12}", data)):
                loot(found)
""",
    )
