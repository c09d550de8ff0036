"""CSV files of learning platforms and spreadsheets, read as they come and written so that no cell
is taken for a formula."""

import csv
import re

NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?%?")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class BadTable(ValueError):
    """A CSV file that is not what was asked for; the message says what was."""


def read(path):
    """Read a CSV file with comma, semicolon or tab -> (header, rows), all of them lists of str."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            text = file.read()
    except UnicodeDecodeError:
        raise BadTable(
            f"{path} is not UTF-8. In a spreadsheet, save it as 'CSV UTF-8'; "
            "from Canvas or Moodle, take the file as it was downloaded."
        ) from None
    except OSError as error:
        raise BadTable(f"{path} cannot be read: {error.strerror}.") from None
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = [row for row in csv.reader(text.splitlines(True), delimiter=delimiter) if any(row)]
    except csv.Error as error:
        raise BadTable(f"{path} is not a CSV file: {error}.") from None
    if not rows:
        raise BadTable(f"{path} is empty; expected a line with the columns' names.")
    header = [cell.strip() for cell in rows[0]]
    return header, [row + [""] * (len(header) - len(row)) for row in rows[1:]]


def write(path, header, rows):
    """Write a CSV file; a cell that a spreadsheet would compute gets an apostrophe before it."""
    part = path.with_name(path.name + ".part")
    with open(part, "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerows([harmless(cell) for cell in row] for row in [header, *rows])
    part.replace(path)


def harmless(cell):
    """The cell as text that no spreadsheet computes; numbers stay numbers."""
    text = "" if cell is None else str(cell)
    start = text.lstrip(" \u00a0")
    if start.startswith(FORMULA) and len(start) > 1 and not NUMBER.fullmatch(start):
        return "'" + text
    return text


def column(header, *names):
    """The position of the first of these columns, whatever their case, or None."""
    lower = [name.lower() for name in header]
    return next((lower.index(name.lower()) for name in names if name.lower() in lower), None)
