"""Collect a learning platform's download into submitted/, one folder for each student.

Give it the zip as Canvas or Moodle made it ("Download all submissions"), and the class list:
Canvas's gradebook export, Moodle's grading worksheet, or a CSV file with the columns
id,first_name,last_name,email,lms_id. Files by hand work too, if a folder or the beginning of the
name is the student's id. You can give later downloads at any time: the latest attempt of each
student counts, what it replaces is kept, and running again changes nothing.
"""

import argparse
import filecmp
import shutil
from collections import defaultdict
from datetime import UTC
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry, Student
from nbgrader.apps import ZipCollectApp
from tqdm import tqdm
from traitlets.config import Config

from rnncourse.grading.lms import table
from rnncourse.grading.lms.collectors import LmsCollector
from rnncourse.grading.lms.folder import add_course_option, open_course, stop
from rnncourse.grading.lms.unzip import SafeExtractor


class Collect(ZipCollectApp):
    """nbgrader's `zip_collect`, which keeps the latest attempt and never writes over work."""

    def run(self):
        """Unpack, decide, copy; `changed` says what came of it."""
        self.init_plugins()
        self.collector_plugin_inst.prepare()
        self.collector_plugin_inst.due = self._due()
        self.force = True  # what was unpacked before is unpacked again
        self.extract_archive_files()
        self.seen, self.changed = [], {}
        self.process_extracted_files()

    def _due(self):
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            try:
                due = gradebook.find_assignment(self.coursedir.assignment_id).duedate
            except MissingEntry:
                due = None
            gradebook.engine.dispose()
        return due and due.replace(tzinfo=UTC)

    def _collect_files(self, src_files):
        attempts = defaultdict(list)
        for path in src_files:
            seen = self.collector_plugin_inst.look(path)
            if seen.problem:
                self.seen.append(seen)
            else:
                attempts[seen.student, seen.notebook].append(seen)
        latest = []
        for tries in attempts.values():
            *older, last = sorted(tries, key=lambda seen: seen.order)
            latest.append(last)
            self.seen += [seen._replace(problem="a later attempt counts") for seen in older]
        self.seen += latest
        return super()._collect_files(sorted(seen.path for seen in latest))

    def _transfer_files(self, collected_data):
        for student, data in tqdm(collected_data.items(), desc="collecting", unit="student"):
            target = self.coursedir.format_path(
                self.coursedir.submitted_directory, student, self.coursedir.assignment_id
            )
            self.changed[student] = self._transfer(Path(target), data)

    def _transfer(self, target, data):
        """Put one student's files in place -> "new", "same" or "replaced"."""
        part = target.with_name(target.name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        for source, name in zip(data["src_files"], data["file_ids"], strict=True):
            shutil.copy2(source, part / name)
        stamp = data["timestamp"].strftime("%Y-%m-%d %H:%M:%S UTC")
        (part / "timestamp.txt").write_text(stamp, encoding="utf-8")
        if not target.exists():
            part.rename(target)
            return "new"
        if _same(part, target):
            shutil.rmtree(part)
            return "same"
        kept = Path(self._format_collect_path("replaced"), target.parent.name)
        kept.mkdir(parents=True, exist_ok=True)
        shutil.move(target, kept / f"{len(list(kept.iterdir())) + 1:03}")
        part.rename(target)
        return "replaced"


def _same(one, other):
    names = sorted(path.name for path in one.iterdir())
    if names != sorted(path.name for path in other.iterdir()):
        return False
    return not any(filecmp.cmpfiles(one, other, names, shallow=False)[1:])


def collect(course, downloads, roster, id_column="", timezone=""):
    """Collect downloads for course.assignment_id.

    Parameters
    ----------
    course : CourseDirectory
    downloads : list of Path
        Zips or notebooks; they are copied to downloaded/<assignment>/archive.
    roster : Path
    id_column, timezone : str

    Returns
    -------
    Collect
        With `seen`, what each file is; `changed`, what became of each student's folder; and
        `left_out`, what was not unpacked.
    """
    config = Config(course.config)
    for name, options in {
        "LmsCollector": {"roster": str(roster), "id_column": id_column},
        "SafeExtractor": {"timezone": timezone},
    }.items():
        config[name].update(options)
    app = Collect(config=config, extractor_plugin=SafeExtractor, collector_plugin=LmsCollector)
    app.coursedir = course
    app.log_level = "ERROR"
    archive = Path(app._format_collect_path(app.archive_directory))
    archive.mkdir(parents=True, exist_ok=True)
    for path in downloads:
        _keep(path, archive)
    app.run()
    app.left_out = app.extractor_plugin_inst.left_out
    add_students(course, app.collector_plugin_inst.class_list.students)
    _write_lists(app)
    return app


def _keep(path, archive):
    """Copy a download beside the earlier ones, unless it is there already."""
    if any(filecmp.cmp(path, other, shallow=False) for other in archive.glob("*.*")):
        return
    n, place = 1, archive / path.name
    while place.exists():
        place, n = archive / f"{path.stem}.{n}{path.suffix}", n + 1
    shutil.copy2(path, place)


def add_students(course, students):
    """Write the class list into the gradebook."""
    with Gradebook(course.db_url, course.course_id) as gradebook:
        for student in students:
            row = gradebook.db.get(Student, student.id) or Student(id=student.id)
            row.first_name, row.last_name = student.first_name, student.last_name
            row.email, row.lms_user_id = student.email, student.lms_id
            gradebook.db.add(row)
        gradebook.db.commit()
        gradebook.engine.dispose()


def _write_lists(app):
    """collected.csv and unmatched.csv: every file of the download is in one of them."""
    top = Path(app.collector_plugin_inst.top)
    taken, others = [], [(name, "", why) for name, why in app.left_out]
    for seen in sorted(app.seen, key=lambda seen: seen.path):
        name = Path(seen.path).relative_to(top).as_posix()
        if seen.problem:
            others.append((name, seen.student, seen.problem))
        else:
            late = "late" if seen.late else ""
            taken.append((seen.student, seen.notebook, name, seen.time, late, seen.remark))
    header = ("student", "notebook", "file", "time", "late", "remark")
    table.write(top.parent / "collected.csv", header, taken)
    table.write(top.parent / "unmatched.csv", ("file", "student", "reason"), others)


def report(app, show=20):
    """Print what was collected and what a person should look at."""
    taken = [seen for seen in app.seen if not seen.problem]
    older = [seen for seen in app.seen if seen.problem == "a later attempt counts"]
    count = {kind: list(app.changed.values()).count(kind) for kind in ("new", "replaced", "same")}
    absent = sorted(app.collector_plugin_inst.class_list.by_id.keys() - app.changed.keys())
    print(f"Collected {len(taken)} notebooks of {len(app.changed)} students:", end=" ")
    print(", ".join(f"{n} {kind}" for kind, n in count.items()) + f"; {len(older)} older attempts.")
    late = sorted({seen.student for seen in taken if seen.late})
    top = Path(app.collector_plugin_inst.top)
    problems = [s for s in app.seen if s.problem and s not in older]
    lines = {
        "Late by Canvas's mark; the time is the download's, so check the penalty": late,
        "Notebooks under a name of their own": [
            f"{s.student}: {ascii(s.notebook)}, {s.remark}" for s in taken if s.remark
        ],
        "Files not collected": [
            *(f"{ascii(Path(s.path).relative_to(top).as_posix())}: {s.problem}" for s in problems),
            *(f"{ascii(name)}: {why}" for name, why in app.left_out),
        ],
        "Nothing from": absent,
    }
    for title, entries in lines.items():
        if entries:
            print(f"\n{title} ({len(entries)}):")
            print("\n".join(f"  {entry}" for entry in entries[:show]))
            if len(entries) > show:
                print(f"  ... and {len(entries) - show} more")
    print(f"\nLists: {top.parent}/collected.csv, unmatched.csv")


def main(arguments=None):
    """Run the command -> the Collect application."""
    parser = argparse.ArgumentParser(prog="make collect", description=__doc__)
    parser.add_argument("downloads", nargs="*", type=Path, help="zips or notebooks")
    parser.add_argument("--assignment", required=True, help="the assignment's name")
    parser.add_argument("--roster", required=True, type=Path, help="the class list (CSV)")
    parser.add_argument("--id-column", default="", help="its column with the student ids")
    parser.add_argument(
        "--timezone", default="", help="where the platform's clock stands, e.g. Europe/Berlin"
    )
    add_course_option(parser)
    options = parser.parse_args(arguments)
    course = open_course(options.course, options.assignment, known=True)
    for path in options.downloads:
        if not path.is_file():
            stop(f"{path} is not a file; expected the platform's zip.")
    try:
        app = collect(
            course, options.downloads, options.roster, options.id_column, options.timezone
        )
    except table.BadTable as error:
        stop(str(error))
    report(app)
    return app


if __name__ == "__main__":
    main()
