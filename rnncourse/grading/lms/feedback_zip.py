"""Feedback pages as one zip, named as the platform expects them.

Moodle ("Upload multiple feedback files in a zip") wants for each participant a folder
`<name>_<participant>_assignsubmission_file_`, with no other underscore before the number.

Canvas ("Upload submissions" in the gradebook) wants the names of its own download, attaches each
file as a comment, and shows it under the name of the student's own file. So the feedback goes
there as a notebook that shows the page.
"""

import re
import zipfile
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from tqdm import tqdm

from rnncourse.grading.lms import names, table
from rnncourse.grading.lms.folder import exports

SAVE_AS = re.compile(r"[\x00-\x1f/\\:*?\"<>|_]+")


def write_feedback(course, assignment, to, students):
    """Write the zip.

    Parameters
    ----------
    course : CourseDirectory
    assignment : str
    to : "canvas" or "moodle"
    students : iterable of roster.Student

    Returns
    -------
    (Path or None, int, list)
        The zip, for how many students, and those who were left out, with the reason.
    """
    name_pages = {"canvas": _canvas, "moodle": _moodle}[to](course, assignment)
    pages = {student: _pages(course, assignment, student.id) for student in students}
    pages = {student: found for student, found in pages.items() if found}
    if not pages:
        return None, 0, []
    path = exports(course, assignment, f"feedback-{to}.zip")
    part, left_out, count = path.with_suffix(".part"), [], 0
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        for student, found in tqdm(pages.items(), desc="feedback", unit="student"):
            if not (named := name_pages(student, found)):
                left_out.append(f"{student.id}: no file of the download belongs to this feedback")
                continue
            for name, data in named.items():
                entry = zipfile.ZipInfo(name)  # dated 1980, so that runs can be compared
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, data)
            count += 1
    part.replace(path)
    return path, count, left_out


def _pages(course, assignment, student):
    folder = Path(course.format_path(course.feedback_directory, student, assignment))
    return sorted(folder.glob("*.html"))


def _moodle(course, assignment):
    def name_pages(student, pages):
        name = SAVE_AS.sub(" ", student.name).strip()
        folder = f"{name}_{student.lms_id}_assignsubmission_file_"
        return {f"{folder}/{page.name}": page.read_bytes() for page in pages}

    return name_pages


def _canvas(course, assignment):
    uploads = {}
    collected = Path(course.root, "downloaded", assignment, "collected.csv")
    for row in table.read(collected)[1] if collected.exists() else []:
        student, notebook, file = row[:3]
        parts = file.split("/")[1:]
        if len(parts) == 1 and names.canvas(parts):  # a notebook, not a zip with one in it
            uploads[student, Path(notebook).stem] = parts[0]

    def name_pages(student, pages):
        named = ((uploads.get((student.id, page.stem)), page) for page in pages)
        return {name: as_notebook(page) for name, page in named if name}

    return name_pages


def as_notebook(page):
    """A feedback page as a notebook that shows it."""
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    for tag in soup.find_all(["script", "style", "link"]):
        tag.decompose()
    html = (soup.body or soup).decode_contents()
    shown = new_code_cell(outputs=[new_output("display_data", {"text/html": html})])
    shown.id, title = "feedback", new_markdown_cell("# Feedback")
    title.id = "title"
    notebook = new_notebook(cells=[title, shown])
    return nbformat.writes(notebook)
