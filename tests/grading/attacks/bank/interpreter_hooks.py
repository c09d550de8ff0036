"""Stand between a test and its verdict: IPython's hooks, tracing, audit, imports, output."""

from tests.grading.attacks.bank.kit import attack, fill, first

MUTE = """
from IPython.core.interactiveshell import ExecutionResult
shell = get_ipython()
ExecutionResult.success = property(lambda self: True)
"""


@attack("points")
def custom_exception_handler(notebook):
    """A custom handler swallows every exception, and every result calls itself a success."""
    fill(notebook, MUTE + "shell.set_custom_exc((Exception,), lambda *args, **more: None)")


@attack("points")
def traceback_muted(notebook):
    """showtraceback does nothing, and every result calls itself a success."""
    fill(notebook, MUTE + "shell.showtraceback = lambda *args, **more: None")


@attack("points", stock="it looks at the reply of each cell, too, not only at shown errors")
def error_display_removed(notebook):
    """Errors are still raised, but the shell no longer shows them."""
    fill(notebook, "get_ipython()._showtraceback = lambda *args, **more: None")


@attack("points")
def asserts_stripped(notebook):
    """An AST transformer removes every assert statement from the cells that follow."""
    fill(
        notebook,
        """
import ast

class Strip(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()

    def visit_Expr(self, node):
        call = isinstance(node.value, ast.Call) and getattr(node.value.func, "id", "")
        return ast.Pass() if str(call).startswith("assert") else node

get_ipython().ast_transformers.append(Strip())
""",
    )


@attack("points")
def cells_emptied(notebook):
    """An input transformer makes every later cell empty."""
    fill(notebook, "get_ipython().input_transformers_cleanup.append(lambda lines: ['pass'])")


@attack("points")
def run_cell_replaced(notebook):
    """The shell's run_cell runs nothing any more and reports success."""
    fill(
        notebook,
        """
shell = get_ipython()
original = shell.run_cell_async

async def run(code, *args, **more):
    return await original("pass", *args, **more | {"transformed_cell": "pass"})

shell.run_cell_async = run
""",
    )


@attack("points")
def pre_run_event(notebook):
    """An event handler rebinds the tools before each cell."""
    fill(
        notebook,
        """
def rebind(*args):
    globals().update(assert_same=print, assert_gradient=print, assert_gradients=print)

get_ipython().events.register("pre_run_cell", rebind)
""",
    )


@attack("points")
def tracer_edits_locals(notebook):
    """sys.settrace sets the variable `error` of assert_same to zero before it is compared."""
    fill(
        notebook,
        """
import sys

def tracer(frame, event, arg):
    if frame.f_code.co_name == "assert_same":
        if "error" in frame.f_locals:
            frame.f_locals["error"] = 0.0
        return tracer

def start(*args):
    sys.settrace(tracer)

get_ipython().events.register("pre_run_cell", start)
def when_called(*args):
    frame = sys._getframe()
    while frame:
        frame.f_trace = tracer
        frame = frame.f_back
    sys.settrace(tracer)
""",
    )


@attack("points", stock="IPython catches errors itself and never calls sys.excepthook")
def excepthook(notebook):
    """sys.excepthook and threading.excepthook are replaced by functions that do nothing."""
    fill(
        notebook,
        """
import sys, threading
sys.excepthook = threading.excepthook = sys.unraisablehook = lambda *args: None
""",
    )


@attack("leak: hidden tests")
def audit_hook_reads_code(notebook):
    """An audit hook looks at every code object that is executed later."""
    fill(
        notebook,
        """
import sys

def hook(event, args):
    if event == "exec":
        loot(repr(args[0].co_consts))

sys.addaudithook(hook)
""",
    )


@attack("points")
def import_hook(notebook):
    """A finder on sys.meta_path, set before the tools, gives out a NumPy with other functions."""
    first(
        notebook,
        """
import importlib, sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "matplotlib.pyplot":
            import numpy
            numpy.max = lambda *args, **more: 0.0
            numpy.any = lambda *args, **more: True

for name in [n for n in sys.modules if n.startswith("matplotlib")]:
    del sys.modules[name]
sys.meta_path.insert(0, Finder())
""",
    )
    fill(notebook, "")


@attack("points")
def partial_credit_forged(notebook):
    """Shows a number as the cell's result before the test fails: it is read as partial credit."""
    fill(
        notebook,
        """
def when_called(*args):
    get_ipython().displayhook(1)
""",
    )


@attack("points", stock="the error is also in the cell's reply, and nbgrader adds it again")
def error_cleared(notebook):
    """clear_output after each cell takes the shown error away."""
    fill(
        notebook,
        """
from IPython.display import clear_output
get_ipython().events.register("post_run_cell", lambda *args: clear_output())
""",
    )


@attack("points")
def messages_rewritten(notebook):
    """The kernel's session turns every error message and reply into a success."""
    fill(
        notebook,
        """
session = get_ipython().kernel.session
send = session.send

def only_success(stream, kind, content=None, *args, **more):
    if kind == "error":
        return None
    if isinstance(content, dict) and content.get("status") == "error":
        content = {"status": "ok", "execution_count": 1, "user_expressions": {}, "payload": []}
    return send(stream, kind, content, *args, **more)

session.send = only_success
""",
    )


@attack("harm: something of it is left for the next", stock="")
def atexit_handler(notebook):
    """A handler for the interpreter's end writes into the temporary folder."""
    fill(
        notebook,
        """
import atexit
atexit.register(lambda: open("/tmp/left-behind-atexit", "w").write("x"))
""",
    )
