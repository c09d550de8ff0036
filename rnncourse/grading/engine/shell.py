"""Runs cells as a notebook's kernel does, and collects what they show as plain dicts."""

import ast
import base64
import builtins
import contextlib
import io
import os
import signal
import sys
import tempfile
import time

from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.pylabtools import activate_matplotlib
from matplotlib_inline.backend_inline import configure_inline_support
from traitlets.config import Config

from rnncourse.grading.engine.errors import CELL, TimeIsUp

INLINE = "module://matplotlib_inline.backend_inline"
SHOWN = "text/plain", "image/png"


class Outputs:
    """The outputs of the cell that runs, up to a number of bytes."""

    def __init__(self, most):
        self.most = most
        self.take()

    def take(self):
        """The outputs so far; the next ones make a new list."""
        taken, self.items, self.left = getattr(self, "items", []), [], self.most
        return taken

    def text(self, name, text):
        """Add text to a stream; neighbours of one stream are one output."""
        if self.left <= 0 or not text:
            return
        if len(text) > self.left:
            text = text[: self.left] + "\n[the rest of the output is left out]\n"
        self.left -= len(text)
        last = self.items[-1] if self.items else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            last["text"].append(text)
        else:
            self.items.append({"output_type": "stream", "name": name, "text": [text]})

    def data(self, kind, data, **more):
        """Add a picture or a value."""
        shown = {mime: _as_text(data[mime]) for mime in SHOWN if mime in data}
        size = sum(map(len, shown.values()))
        if size > self.left:
            self.text("stderr", "[an output that is too large is left out]\n")
        elif shown:
            self.left -= size
            self.items.append({"output_type": kind, "data": shown, "metadata": {}, **more})

    def error(self, name, message, traceback):
        """Add an error; there is always room for one."""
        error = {"ename": name, "evalue": message[:10_000]}
        lines = [line[:10_000] for line in traceback[-100:]]
        self.items.append({"output_type": "error", **error, "traceback": lines})


def _as_text(value):
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


class Stream(io.TextIOBase):
    """sys.stdout or sys.stderr of a cell."""

    encoding, errors = "utf-8", "strict"

    def __init__(self, outputs, name, descriptor):
        self.outputs, self.name, self.descriptor = outputs, name, descriptor

    def write(self, text):
        """Add to the outputs."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self.outputs.text(self.name, text)
        return len(text)

    def writable(self):
        """It can be written to."""
        return True

    def fileno(self):
        """Where a program that a cell starts writes."""
        return self.descriptor


class Hook(DisplayHook):
    """Shows the value of a cell's last expression."""

    def write_output_prompt(self):
        """The number stands in the output."""

    def write_format_data(self, format_dict, md_dict=None):
        """Add the value to the outputs."""
        self.shell.outputs.data("execute_result", format_dict, execution_count=self.prompt_count)

    def finish_displayhook(self):
        """Nothing is left to flush."""
        self._is_active = False


class Publisher(DisplayPublisher):
    """Shows what `display` is given."""

    def publish(self, data, metadata=None, **more):
        """Add it to the outputs."""
        self.shell.outputs.data("display_data", data)

    def clear_output(self, wait=False):
        """Begin again."""
        self.shell.outputs.items.clear()


class Compiler(CachingCompiler):
    """Compiles a cell under its own name, so that an error knows where it was raised."""

    cell = ""

    def get_code_name(self, raw_code, code, number):
        """The file name of the cell that is compiled."""
        return f"{CELL}{self.cell}>"


class Shell(InteractiveShell):
    """IPython without a terminal, a history or a network.

    `report` is None or a function of an exception, in place of IPython's own traceback.
    """

    outputs, report = Outputs(1 << 20), None

    def _showtraceback(self, etype, evalue, stb):
        name = "CellTimeoutError" if etype is TimeIsUp else etype.__name__
        self.outputs.error(name, str(evalue), list(stb))

    def showtraceback(self, *args, **kwargs):
        """Show the exception that was just caught."""
        if self.report is None:
            super().showtraceback(*args, **kwargs)
        else:
            self.report(sys.exc_info()[1])

    def showsyntaxerror(self, *args, **kwargs):
        """Show why a cell could not be compiled."""
        if self.report is None:
            super().showsyntaxerror(*args, **kwargs)
        else:
            self.report(sys.exc_info()[1])

    def enable_gui(self, gui=None):
        """`%matplotlib inline` asks for it; there is no window to open."""

    def start(self, namespace, most):
        """Take a fresh namespace, and this process's standard streams."""
        self.init_create_namespaces(user_ns=namespace)
        self.init_user_ns()
        self.init_sys_modules()
        self.outputs = Outputs(most)
        self.spills = {name: _spill(fd) for fd, name in ((1, "stdout"), (2, "stderr"))}
        sys.stdout, sys.stderr = (
            Stream(self.outputs, "stdout", 1),
            Stream(self.outputs, "stderr", 2),
        )
        builtins.input = _no_input

    def run(self, name, source, number, seconds, quiet=False):
        """Run one cell -> its outputs, and whether it took too long.

        A quiet one draws no pictures, and its errors need not be explained.
        """
        self.compile.cell, self.execution_count = name, number
        self.display_formatter.active_types = list(SHOWN[:1] if quiet else SHOWN)
        signal.signal(signal.SIGALRM, TimeLimit.ring)
        limit = TimeLimit(seconds)
        with contextlib.suppress(TimeIsUp), limit:
            plain = (quiet or self.report) and self._run_plainly(source, quiet)
            if not plain:
                self.run_cell(source, store_history=True)
        for stream, file in self.spills.items():
            self._collect(stream, file)
        outputs = self.outputs.take()
        for output in outputs:
            if output["output_type"] == "stream":
                output["text"] = "".join(output["text"])
        return outputs, limit.over

    def _run_plainly(self, source, quiet):
        """Run a cell that is Python and nothing else, at a tenth of IPython's cost -> done?"""
        file = self.compile.get_code_name(source, source, 0)
        try:
            tree = ast.parse(source, file)
            last = tree.body and isinstance(tree.body[-1], ast.Expr) and not quiet
            shown = ast.Expression(tree.body.pop().value) if last else None
            codes = compile(tree, file, "exec"), shown and compile(shown, file, "eval")
        except (SyntaxError, ValueError):
            return False
        try:
            exec(codes[0], self.user_ns)
            if shown is not None and (value := eval(codes[1], self.user_ns)) is not None:
                if not Hook.semicolon_at_end_of_expression(source):
                    self.show_value(value)
        except BaseException:
            if not quiet:
                self.showtraceback()
        self.events.trigger("post_execute")
        return True

    def show_value(self, value):
        """Show what the last expression of a cell is."""
        data, _ = self.display_formatter.format(value)
        self.outputs.data("execute_result", data, execution_count=self.execution_count)

    def _collect(self, name, file):
        with contextlib.suppress(OSError):
            data = os.pread(file, self.outputs.most, 0)
            os.ftruncate(file, 0)
            os.lseek(file, 0, os.SEEK_SET)
            self.outputs.text(name, data.decode("utf-8", "replace"))


def _spill(descriptor):
    """A file without a name in the place of a standard stream -> its descriptor."""
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), descriptor)
    return descriptor


def _no_input(prompt=""):
    __tracebackhide__ = True
    raise StdinNotImplementedError("input() does not work here: nobody can answer.")


class TimeLimit:
    """Raises TimeIsUp in what runs for longer; code can catch that, so somebody else watches too.

    `over` tells whether the time ran out. Limits may be nested.
    """

    inner = None

    def __init__(self, seconds):
        self.seconds, self.over = max(seconds, 0.001), False

    def __enter__(self):
        self.outer, TimeLimit.inner = TimeLimit.inner, self
        self.began = time.monotonic()
        self.outer_seconds = signal.setitimer(signal.ITIMER_REAL, self.seconds)[0]
        return self

    def __exit__(self, *exception):
        signal.setitimer(signal.ITIMER_REAL, 0)
        TimeLimit.inner = self.outer
        if self.outer_seconds:
            left = self.outer_seconds - (time.monotonic() - self.began)
            signal.setitimer(signal.ITIMER_REAL, max(left, 0.001))

    @staticmethod
    def ring(*_):
        """What the alarm does."""
        __tracebackhide__ = True
        if (limit := TimeLimit.inner) is not None:
            limit.over = True
            raise TimeIsUp(f"This took longer than {limit.seconds:.0f} s and was stopped.")


def make_shell():
    """The shell that a warmed parent makes once and every fork then has."""
    config = Config()
    config.HistoryManager.enabled = False
    shell = Shell.instance(
        config=config,
        displayhook_class=Hook,
        display_pub_class=Publisher,
        compiler_class=Compiler,
        user_ns={},
    )
    activate_matplotlib(INLINE)
    configure_inline_support(shell, INLINE)
    # the first error and the first picture load a great deal
    shell.run_cell("import matplotlib.pyplot as plt\nplt.plot([0, 1])\nplt.show()\n1 / 0")
    shell.outputs.take()
    return shell
