"""Remove a term's student data from a course folder: work, marks, feedback, exports, logs, key.

Without --delete it lists what it would remove. With --delete it lists, asks for the folder's
name, and removes. Assignments, settings, mutants and the release stay.
"""

import argparse
import base64
import hashlib
import hmac
import os
import re
import secrets
import shutil
from pathlib import Path

from nbgrader.api import Gradebook
from sqlalchemy import text
from tqdm import tqdm

from rnncourse.grading.lms.folder import add_course_option, open_course, stop

KEY = ".pseudonym-key"
LEFT_BEHIND = (  # names inside the course folder, beside nbgrader's own
    "downloaded", "exports", "grades.csv", "*.log", ".*.log", "gradebook.db*", ".grading*",
    ".ipynb_checkpoints", KEY,
)  # fmt: skip
WIPE = {"sqlite": ["VACUUM"]}  # SQLite keeps what it deletes until then


def read_key(root):
    """The course's secret, made when it is first asked for: the same pseudonyms over a term."""
    path = Path(root, KEY)
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    key = path.read_text("utf-8").strip()
    if not re.fullmatch(r"[0-9a-f]{64}", key):
        stop(f"{path} does not hold a key of 64 hexadecimal digits; restore it, or remove it.")
    return bytes.fromhex(key)


def pseudonym(student, key):
    """A name that only the key's holder can lead back to the student.

    >>> pseudonym("student-007", bytes(32))
    'P-ZEV6-FSBV'
    """
    digest = hmac.digest(key, student.encode(), hashlib.sha256)
    code = base64.b32encode(digest)[:8].decode()
    return f"P-{code[:4]}-{code[4:]}"


def hide_names(results, key):
    """A report's results with pseudonyms; file names that students chose go as well."""
    submissions = []
    for one in results.submissions:
        review = tuple(
            re.sub(r"'[^']*'|\"[^\"]*\"", "(a file)", reason).replace(one.student, "(the student)")
            for reason in one.review
        )
        submissions.append(one._replace(student=pseudonym(one.student, key), review=review))
    return results._replace(submissions=sorted(submissions, key=lambda one: one.student))


def student_data(course, exchange=None):
    """The paths that hold student data -> list of Path."""
    root = Path(course.root)
    steps = course.submitted_directory, course.autograded_directory, course.feedback_directory
    found = {path for name in (*steps, *LEFT_BEHIND) for path in root.glob(name)}
    if exchange:
        found |= {
            path
            for step in ("inbound", "feedback", "feedback_public")
            if (path := Path(exchange, course.course_id, step)).is_dir()
        }
    return sorted(found)


def describe(path):
    """One line about a path: how many files, how large."""
    if path.is_symlink():
        return f"{path}: a link; what it leads to stays"
    files = [path] if path.is_file() else [p for p in path.rglob("*") if not p.is_dir()]
    size = sum(p.lstat().st_size for p in files)
    return f"{path}: {len(files):,} files, {size / 1024**2:.1f} MB"


def remove(paths):
    """Remove files, folders and links (never what a link leads to)."""
    for path in tqdm(paths, desc="removing", unit="path"):
        if path.is_symlink() or not path.is_dir():
            path.unlink()
        else:
            shutil.rmtree(path)


def remove_rows(db_url, course_id):
    """Remove all students from a gradebook that is not a file in the course folder."""
    with Gradebook(db_url, course_id) as gradebook:
        for student in tqdm(gradebook.students, desc="gradebook", unit="student"):
            gradebook.remove_student(student.id)
        for command in WIPE.get(gradebook.engine.dialect.name, ()):
            gradebook.db.execute(text(command))
        gradebook.engine.dispose()


def main(arguments=None, ask=input):
    """Run the command."""
    parser = argparse.ArgumentParser(prog="make forget", description=__doc__)
    parser.add_argument("--delete", action="store_true", help="remove, after a question")
    parser.add_argument("--exchange", type=Path, help="nbgrader's exchange folder, if you use one")
    add_course_option(parser)
    options = parser.parse_args(arguments)
    course = open_course(options.course)
    paths = student_data(course, options.exchange)
    elsewhere = course.db_url != f"sqlite:///{Path(course.root, 'gradebook.db')}"
    if not paths and not elsewhere:
        print(f"There is no student data in {course.root}.")
        return
    print("Student data:")
    print("\n".join(f"  {describe(path)}" for path in paths))
    if elsewhere:
        print(f"  all students in the gradebook {re.sub('//[^/@]*@', '//...@', course.db_url)}")
    if not options.delete:
        print("\nNothing was removed. To remove it, run this with --delete.")
        return
    name = Path(course.root).name
    if ask(f"\nThis cannot be undone. Type the folder's name, {name}, to remove it: ") != name:
        stop("The name was not typed; nothing was removed.")
    if elsewhere:
        remove_rows(course.db_url, course.course_id)
    remove(paths)
    print("Removed. Copies outside of this folder (backups, your downloads) are yours to remove.")


if __name__ == "__main__":
    main()
