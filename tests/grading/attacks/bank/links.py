"""Submissions that are links: to the solution, to a neighbour, out of the folder."""

from tests.grading.attacks.bank.kit import Link, attack, fill

SOLUTION = "../../../source/a3_lstm/a3_lstm.ipynb"
NEIGHBOUR = "../../honest/a3_lstm/a3_lstm.ipynb"


@attack("points; leak: the solution")
def link_to_the_solution(notebook):
    """The notebook is a symbolic link to the instructor's version."""
    return {"a3_lstm.ipynb": Link(SOLUTION)}


@attack("points; leak: a neighbour's work")
def link_to_a_neighbour(notebook):
    """The notebook is a symbolic link to another student's notebook."""
    return {"a3_lstm.ipynb": Link(NEIGHBOUR)}


@attack("points; leak: the solution")
def hard_link_to_the_solution(notebook):
    """The notebook is a hard link to the instructor's version, as a tar file can make it."""
    return {"a3_lstm.ipynb": Link(SOLUTION, hard=True)}


@attack("points; leak: a neighbour's work")
def folder_is_a_link(notebook):
    """The whole submission folder is a link to another student's folder."""
    return {".": Link("../honest/a3_lstm")}


@attack("leak: the solution and hidden tests")
def extra_file_is_a_link(notebook):
    """An extra file links to the source; a cell prints it."""
    fill(
        notebook,
        """
import glob
for name in glob.glob("**", recursive=True):
    try:
        loot(open(name).read())
    except OSError:
        pass
""",
    )
    return {"data/values.txt": Link("../" + SOLUTION), "more.txt": Link(SOLUTION)}


@attack("leak: a neighbour's work, the solution")
def extra_folder_is_a_link(notebook):
    """Extra folders link to the sources and to a neighbour's; a cell walks through them."""
    fill(
        notebook,
        """
import os
for folder, _, names in os.walk(".", followlinks=True):
    for name in names:
        if name.endswith((".ipynb", ".db")):
            loot(open(os.path.join(folder, name), "rb").read())
""",
    )
    return {"all": Link("../../../source"), "more": Link("../../honest")}


@attack("leak: environment")
def link_to_proc(notebook):
    """An extra file links to /proc/self/environ of whoever copies it."""
    fill(notebook, 'loot(open("values.txt", "rb").read())')
    return {"values.txt": Link("/proc/self/environ")}


@attack("harm: the gradebook", stock="nbgrader copies the file; the copy is no link")
def written_through_a_link(notebook):
    """An extra file links to the gradebook; a cell writes to it."""
    fill(notebook, 'open("out.txt", "w").write("no marks any more")')
    return {"out.txt": Link("../../../gradebook.db")}


@attack("harm: the batch stops or hangs", stock="it copies links as links")
def device_and_loop_links(notebook):
    """Extra files link to /dev/zero, to themselves and in a circle of folders."""
    fill(notebook, "")
    return {"zeros.bin": Link("/dev/full"), "self": Link("self"), "round/again": Link("..")}
