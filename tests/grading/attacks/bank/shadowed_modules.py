"""Files beside the notebook that bear the names of modules."""

from tests.grading.attacks.bank.kit import attack, fill

# matplotlib calls these functions, too, and has to work.
PATCH = """
import sys

def lie(function, answer):
    def either(*args, **more):
        asked = sys._getframe(1).f_code.co_name.startswith("assert_")
        return answer if asked else function(*args, **more)
    return either

numpy.max, numpy.any = lie(numpy.max, 0.0), lie(numpy.any, True)
"""
REAL_NUMPY = """
import sys
here, sys.path = sys.path, [p for p in sys.path if p.endswith(("-packages", "lib-dynload")) or
                            p.endswith(("python3.11", "python3.12", "python3.13", ".zip"))]
del sys.modules["numpy"]
import numpy
sys.path = here
"""


@attack("points")
def numpy_beside_the_notebook(notebook):
    """numpy.py loads the real NumPy with two functions changed."""
    fill(notebook, "")
    return {"numpy.py": (REAL_NUMPY + PATCH).encode()}


@attack("points")
def matplotlib_beside_the_notebook(notebook):
    """A package matplotlib with a pyplot that rebinds NumPy's functions."""
    fill(notebook, "")
    code = ("import numpy" + PATCH).encode()
    return {"matplotlib/__init__.py": b"", "matplotlib/pyplot.py": code}


@attack("points", stock="these modules are loaded before the submission's folder is on the path")
def standard_library_beside_the_notebook(notebook):
    """ast.py, json.py, secrets.py, socket.py and struct.py, for whoever imports them late."""
    fill(notebook, "")
    code = ("import numpy" + PATCH).encode()
    return {f"{name}.py": code for name in ("ast", "json", "secrets", "socket", "struct", "enum")}


@attack("points")
def kernel_launcher_beside_the_notebook(notebook):
    """ipykernel_launcher.py is found before the real one when the kernel starts."""
    fill(notebook, "")
    code = f"""
import sys
sys.path.pop(0)
import numpy
{PATCH}
from ipykernel import kernelapp
kernelapp.launch_new_instance()
"""
    return {"ipykernel_launcher.py": code.encode()}


@attack("points", stock="no test imports a module of its own")
def grader_beside_the_notebook(notebook):
    """Packages named rnncourse, nbgrader and tests, and a sitecustomize.py."""
    fill(notebook, "")
    code = ("import numpy" + PATCH).encode()
    names = "rnncourse/__init__.py", "rnncourse/grading/__init__.py", "nbgrader.py", "tests.py"
    return dict.fromkeys((*names, "sitecustomize.py", "usercustomize.py"), code)
