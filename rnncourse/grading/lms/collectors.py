"""nbgrader's collector plugin for files that come from Canvas, from Moodle, or by hand.

It works with nbgrader's own command as well:

    nbgrader zip_collect ASSIGNMENT --collector=rnncourse.grading.lms.collectors.LmsCollector
        --extractor=rnncourse.grading.lms.unzip.SafeExtractor --LmsCollector.roster=roster.csv
"""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from nbgrader.plugins import FileNameCollectorPlugin
from traitlets import Unicode

from rnncourse.grading.lms import folder, names
from rnncourse.grading.lms.roster import Roster, read_roster


class Seen(NamedTuple):
    """What a downloaded file is."""

    path: str
    student: str = ""
    notebook: str = ""  # the name it is collected under
    time: datetime | None = None
    late: bool = False
    order: tuple = ()  # of attempts, latest last
    problem: str = ""  # why it is not collected
    remark: str = ""


class LmsCollector(FileNameCollectorPlugin):
    """Finds out from a path whose notebook it is."""

    roster = Unicode("", help="the class list: see rnncourse.grading.lms.roster").tag(config=True)
    id_column = Unicode("", help="the class list's column with student ids").tag(config=True)

    def prepare(self):
        """Read what files are compared with."""
        self.class_list = Roster(read_roster(self.roster, self.id_column or None))
        self.top = self.parent._format_collect_path(self.parent.extracted_directory)
        self.expected = folder.notebooks(self.parent.coursedir)
        self.due = None

    def collect(self, submitted_file):
        """nbgrader's question about a file -> dict or None."""
        if not hasattr(self, "class_list"):
            self.prepare()
        seen = self.look(submitted_file)
        if seen.problem:
            self.log.warning("%s: %s", submitted_file, seen.problem)
            return None
        return {"student_id": seen.student, "file_id": seen.notebook, "timestamp": seen.time}

    def look(self, path):
        """Everything that a file's name and time tell -> Seen."""
        parts = Path(path).relative_to(self.top).parts[1:]  # without the archive's folder
        readings = names.moodle(parts) or names.canvas(parts)
        found = self.class_list.find(readings) if readings else self.class_list.by_hand(parts)
        student, reading = found
        if student is None:
            return Seen(path, problem=reading)
        if not reading.file.endswith(".ipynb"):
            return Seen(path, student.id, problem="it is not a notebook (.ipynb)")
        match = names.notebook_name(reading.file, self.expected)
        name, copy = match or (reading.file, 0)
        remark = "" if match else f"expected {' or '.join(self.expected)}; collected as it is"
        handed_in = os.stat(path).st_mtime
        time = datetime.fromtimestamp(handed_in, UTC).replace(microsecond=0)
        if reading.upload and self.due and not reading.late:
            time = min(time, self.due)  # Canvas dates the zip, not the file, but says LATE
        order = (reading.upload, handed_in, copy, path)
        return Seen(path, student.id, name, time, reading.late, order, remark=remark)
