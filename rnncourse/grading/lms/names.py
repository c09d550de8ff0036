"""What a file's name tells: the student, the upload, the notebook.

Canvas names a file `<name>[_LATE]_<user>_<upload>_<file>`, with the name's letters run together.
Moodle names a folder `<name>_<participant>_assignsubmission_file_`, or puts that before the file.
By hand, a folder or the name's beginning is the student's id.
"""

import re
import unicodedata
from typing import NamedTuple

CANVAS = re.compile(r"(?:^|_)(?=(LATE_)?(anon_[A-Za-z0-9]+|\d+)_(\d+)_(.+))", re.S)
MOODLE = re.compile(r"(.*?)_(\d+)_assignsubmission_file(?:_(.*))?$", re.S)
COPY = (  # what browsers, desktops and Canvas add to a second file of the same name
    re.compile(r"(?P<stem>.+?) ?\((?P<n>\d{1,3})\)"),
    re.compile(r"(?P<stem>.+?)(?: -)?[ _-][ck]op(?:y|ie|ia)(?: ?\(?(?P<n>\d{1,3})\)?)?", re.I),
    re.compile(r"copy (?:\((?P<n>\d{1,3})\) )?of (?P<stem>.+)", re.I),
    re.compile(r"(?P<stem>.+?)-(?P<n>\d{1,3})"),
)


class Reading(NamedTuple):
    """One way to understand a path."""

    lms_id: str
    name: str  # the student's name as the platform wrote it
    file: str
    upload: int = 0  # grows with time; 0 where the platform has none
    late: bool = False


def canvas(parts):
    """All readings of the first part that can be one of Canvas's names."""
    for k, part in enumerate(parts):
        found = []
        for match in CANVAS.finditer(part):
            late, user, upload, rest = match.groups()
            file = rest if k == len(parts) - 1 else parts[-1]
            found.append(Reading(user, part[: match.start()], file, int(upload), bool(late)))
        if found:
            return found
    return []


def moodle(parts):
    """The reading of the first part that is one of Moodle's names."""
    for k, part in enumerate(parts):
        if match := MOODLE.match(part):
            name, participant, rest = match.groups()
            file = rest if k == len(parts) - 1 and rest else parts[-1]
            return [Reading(participant, name, file)]
    return []


def notebook_name(file, expected):
    """Which expected notebook a file is, and which copy of it -> (name, n) or None."""
    stem, dot, ending = unicodedata.normalize("NFC", file).rpartition(".")
    if not dot or ending.lower() != "ipynb":
        return None
    known = {key(name.removesuffix(".ipynb")): name for name in expected}
    n = 0
    for _ in range(4):  # copies of copies
        if name := known.get(key(stem)):
            return name, n
        match = next(filter(None, (pattern.fullmatch(stem) for pattern in COPY)), None)
        if match is None:
            return None
        stem, n = match["stem"], max(n, int(match["n"] or 1))
    return None


def key(text):
    """Letters and digits alone, in one case: what is left of a name that people typed."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text)).casefold()
