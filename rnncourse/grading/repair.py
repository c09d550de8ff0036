"""Makes of whatever was handed in a notebook that can be graded.

Every cell is written anew: its text is the student's, everything else comes from the source. So
nothing that a notebook says about itself (points, locks, tags, kernels) is believed.
"""

import json
import re
from typing import NamedTuple

import nbformat
from nbformat import NotebookNode
from nbgrader.nbgraderformat import SCHEMA_VERSION

MOST_CELLS = 2000
MOST_TEXT = 2**20  # characters of one cell
ATTACHED = "image/png", "image/jpeg"


class Unreadable(Exception):
    """This is no notebook; the message says what it is instead."""


class Repaired(NamedTuple):
    notebook: NotebookNode
    notes: list  # what was changed


class _Found(NamedTuple):
    kind: str
    text: str
    attachments: dict
    name: str | None  # the source cell that it says it is


def read(data):
    """The cells of a notebook file of any version -> list of dict."""
    try:
        notebook = json.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError) as error:
        if not data.strip():
            raise Unreadable("The file is empty.") from error
        raise Unreadable(f"The file is not a notebook (broken JSON: {_line(error)}).") from error
    version = notebook.get("nbformat", 4) if isinstance(notebook, dict) else None
    if version in (1, 2, 3):
        try:
            notebook = nbformat.convert(nbformat.from_dict(notebook), 4)
        except Exception as error:  # whatever its converters meet in a file made by hand
            raise Unreadable(
                f"The file says notebook format {version} and is not: {_line(error)}."
            ) from error
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise Unreadable("The file is JSON, but not a notebook: it has no list of cells.")
    return [cell for cell in cells[:MOST_CELLS] if isinstance(cell, dict)]


def repair(cells, source):
    """A notebook with the student's answers between the source's cells.

    Parameters
    ----------
    cells : list of dict
        What `read` found; an empty list gives the notebook of somebody who wrote nothing.
    source : SourceNotebook

    Returns
    -------
    Repaired
    """
    known = {cell.name: cell for cell in source.cells}
    found = [_found(cell, known) for cell in cells]
    found, notes = _named_once(found, source)
    cells = []
    for cell in found:
        cells.append((known.get(cell.name), cell))
        if cell.name:
            notes += _changes(cell, known[cell.name], source)
    for name in _put_back(cells, source):
        notes.append(f"{name} was missing and was put back.")
    there = {here.name for here, _ in cells if here}
    notes += [
        f"The answer cell {cell.name} is missing."
        for cell in source.cells
        if cell.name not in there
    ]
    metadata = {"kernelspec": source.kernelspec} if source.kernelspec else {}
    metadata["language_info"] = {"name": source.kernelspec.get("language", "python")}
    new = [_cell(k, here, cell) for k, (here, cell) in enumerate(cells, 1)]
    notebook = nbformat.from_dict(
        {"cells": new, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    )
    return Repaired(notebook, notes)


def _line(error):
    return " ".join(str(error).split())[:120].rstrip(".")


def _found(cell, known):
    text = cell.get("source", "")
    if isinstance(text, list):
        text = "".join(part for part in text if isinstance(part, str))
    text = text if isinstance(text, str) else ""
    text = text[:MOST_TEXT].encode("utf-8", "replace").decode()  # no half characters
    kind = cell.get("cell_type")
    kind = kind if kind == "code" else "markdown"  # a raw cell would be HTML in formgrader
    name = _claim(cell)
    return _Found(kind, text, _attachments(cell), name if name in known else None)


def _claim(cell):
    for key in "metadata", "nbgrader", "grade_id":
        cell = cell.get(key) if isinstance(cell, dict) else None
    return cell if isinstance(cell, str) else None


def _attachments(cell):
    """Pictures pasted into a written answer."""
    files = cell.get("attachments")
    kept = {}
    for name, data in files.items() if isinstance(files, dict) else ():
        data = data if isinstance(data, dict) else {}
        data = {kind: data[kind] for kind in ATTACHED if _is_base64(data.get(kind))}
        if data:
            kept[name] = data
    return kept


def _is_base64(data):
    return isinstance(data, str) and re.fullmatch(r"[A-Za-z0-9+/\s]+=*\s*", data)


def _named_once(found, source):
    """Of cells with one name the last keeps it; a lost name is found again by the locked text."""
    notes, last = [], {cell.name: k for k, cell in enumerate(found) if cell.name}
    for k, cell in enumerate(found):
        if cell.name and last[cell.name] != k:
            note = f"{cell.name} is there more than once; the last one counts."
            notes += [note] if note not in notes else []
            found[k] = cell._replace(name=None)
    texts = {
        source.released(cell).strip(): cell.name
        for cell in source.cells
        if cell.locked and cell.kind == "code" and cell.name not in last
    }
    for k, cell in enumerate(found):
        if not cell.name and (name := texts.pop(cell.text.strip(), None)):
            notes.append(f"{name} had lost its name.")
            found[k] = cell._replace(name=name)
    return found, notes


def _changes(cell, here, source):
    if cell.kind != here.kind:
        yield f"{here.name} was made a {cell.kind} cell; it is a {here.kind} cell again."
    if here.locked and cell.text.strip() != source.released(here).strip():
        yield f"{here.name} was changed; it has the instructor's text again."


def _put_back(cells, source):
    """Insert each missing cell after its predecessor's part -> their names."""
    at = {here.name: k for k, (here, _) in enumerate(cells) if here}
    put, before = [], -1
    for here in source.cells:
        if here.name in at:
            before = at[here.name]
            continue
        if not here.needed:
            continue
        k = before + 1
        while k < len(cells) and cells[k][0] is None:
            k += 1
        cells.insert(k, (here, _Found(here.kind, here.source, {}, here.name)))
        at = {name: place + (place >= k) for name, place in at.items()} | {here.name: k}
        before = k
        put.append(here.name)
    return put


def _cell(number, here, found):
    """A notebook cell: locked text and all metadata from the source, answers as handed in."""
    kind = here.kind if here else found.kind
    text = here.source if here and here.locked else found.text
    cell = {"id": f"cell-{number}", "cell_type": kind, "metadata": {}, "source": text}
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    elif kind == "markdown" and found.attachments:
        cell["attachments"] = found.attachments
    if here:
        meta = {
            "schema_version": SCHEMA_VERSION,
            "grade_id": here.name,
            "cell_type": here.kind,
            "grade": here.grade,
            "solution": here.solution,
            "locked": here.locked,
            "task": here.task,
            "checksum": here.checksum,
        }
        cell["metadata"]["nbgrader"] = meta | (
            {"points": here.points} if here.grade or here.task else {}
        )
    return cell
