"""Runs cells as a notebook's kernel does, and collects what they show as plain dicts."""

import ast
import builtins
import contextlib
import os
import signal
import sys
import tempfile

from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.pylabtools import activate_matplotlib
from matplotlib_inline.backend_inline import configure_inline_support
from traitlets.config import Config

from rnncourse.grading.engine.capture import SHOWN, Outputs, Stream
from rnncourse.grading.engine.errors import CELL, CELL_END, TimeIsUp
from rnncourse.grading.engine.timing import TimeLimit

INLINE = "module://matplotlib_inline.backend_inline"


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
        return f"{CELL}{self.cell}{CELL_END}"


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
        file = self.compile.cache(source, self.execution_count, raw_code=source)
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
