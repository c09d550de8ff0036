"""The tester's process: runs the locked cells whole; a name that it lacks is the student's."""

import builtins
import contextlib
import symtable
import time
import types
from functools import partial

from rnncourse.grading.engine import process
from rnncourse.grading.engine.errors import Gone, TimeIsUp
from rnncourse.grading.engine.explain import explain
from rnncourse.grading.engine.handles import ON_TESTER, StudentFunction, student_object
from rnncourse.grading.engine.link import Link

PATIENCE = 1.0  # seconds more than the student has, to say that the student took too long
PASSED = (
    types.FunctionType,
    types.MethodType,
    types.BuiltinFunctionType,
    types.MethodWrapperType,
    partial,
)


class Names(dict):
    """The global names of the tests.

    A student's function is looked up once in a cell, a value each time that it is used. What
    some locked cell binds, sooner or later, is never the student's.
    """

    def __init__(self):
        super().__init__()
        self.student, self.functions, self.own = None, {}, set()

    def __missing__(self, name):
        if name in self.functions:
            return self.functions[name]
        if self.student is None or name in self.own or hasattr(builtins, name):
            raise KeyError(name)
        found, value = self.student.request("name", name)
        if not found:
            raise KeyError(name)
        if isinstance(value, StudentFunction):
            self.functions[name] = value
        return value


def bound_names(source, transform):
    """The global names that a cell binds, in its functions too."""
    names, tables = {"__builtins__", "__builtin__"}, _symbols(source, transform)
    while tables:
        table = tables.pop()
        for symbol in table.get_symbols():
            binds = symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()
            if binds and (table.get_type() == "module" or symbol.is_declared_global()):
                names.add(symbol.get_name())
        tables += table.get_children()
    return names


def _symbols(source, transform):
    for prepare in (str, transform):  # most cells are Python as they stand
        with contextlib.suppress(SyntaxError, ValueError):
            return [symtable.symtable(prepare(source), "cell", "exec")]
    return []


class Tester:
    """Runs one locked cell after the other.

    Parameters
    ----------
    shell : Shell
    student : Link
        To the student's process.
    """

    def __init__(self, shell, student):
        self.shell, self.student, self.names = shell, student, Names()
        self.sources, self.marks, self.late = {}, None, False

    def prepare(self, _, sources, marks):
        """Hear the sources of all cells by name, as they may be shown, and the hidden marks."""
        self.sources, self.marks = sources, marks
        self.names.student, self.shell.report = self.student, self.report

    def run(self, _, name, source, number, seconds):
        """Run a cell -> its outputs, whether it took too long, and why the student is gone."""
        self.names.functions.clear()
        self.names.own |= bound_names(source, self.shell.transform_cell)
        self.late, before = False, self.student.gone
        self.student.deadline = time.monotonic() + seconds
        outputs, over = self.shell.run(name, source, number, seconds + PATIENCE)
        if self.student.gone != before and not any("ename" in output for output in outputs):
            self.report(Gone(self.student.gone))
            outputs += self.shell.outputs.take()
        return outputs, over or self.late, self.student.gone

    def report(self, error):
        """Show an exception without the hidden tests."""
        self.late = self.late or isinstance(error, TimeIsUp)
        self.shell.outputs.error(*explain(error, self.sources, self.marks))


def serve(shell, most, control, calls):
    """Answer the runner on one socket; the other one leads to the student."""
    student = Link(calls, ON_TESTER, student_object, lambda value: isinstance(value, PASSED))
    tester = Tester(shell, student)
    process.begin(shell, tester.names, most)
    process.serve([Link(control, {"prepare": tester.prepare, "run": tester.run})])
