"""Unpacks archives that strangers filled: no way out of the folder, no links, no bombs."""

import os
import shutil
import stat
import struct
import unicodedata
import zipfile
import zlib
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from zoneinfo import ZoneInfo

from nbgrader.plugins import ExtractorPlugin
from tqdm import tqdm
from traitlets import Unicode

MB = 1024**2
BOMB = 250  # times its packed size, from 4 MB on
JUNK = {"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini", ".ipynb_checkpoints"}
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)


class Allowed(NamedTuple):
    files: int
    file: int  # bytes
    total: int  # bytes


DOWNLOAD = Allowed(files=20_000, file=64 * MB, total=16_384 * MB)
HANDED_IN = Allowed(files=200, file=64 * MB, total=128 * MB)


class Refused(ValueError):
    """An archive or a file in it is not unpacked; the message says why."""


def unpack(archive, folder, allowed=DOWNLOAD, zone=None, progress=False, depth=0):
    """Unpack a zip, and the zips in it, into a folder.

    Parameters
    ----------
    archive, folder : Path
    allowed : Allowed
    zone : tzinfo, optional
        Where the archive's clock stood, for entries that do not carry the time in UTC; by
        default, this machine's.
    progress : bool
    depth : int
        How many zips are around this one.

    Returns
    -------
    list of (name, reason)
        What was left out. The rest is in the folder, with the entries' times.

    Raises
    ------
    Refused
        The archive as a whole is too large, a bomb, or no zip.
    """
    try:
        with zipfile.ZipFile(archive) as zipped:
            infos = [i for i in zipped.infolist() if i.filename and not i.is_dir()]
            _check(archive.name, infos, allowed)
            left_out, left = [], allowed.total
            for info in tqdm(infos, desc=archive.name[:30], unit="file", disable=not progress):
                name = _name(info)
                try:
                    path = _place(folder, name)
                    if path is None:
                        continue
                    left -= _copy(zipped, info, path, min(allowed.file, left))
                except (Refused, OSError) as refusal:
                    left_out.append((name, str(refusal)))
                    continue
                when = _time(info, zone) or archive.stat().st_mtime
                os.utime(path, (when, when))
                if path.suffix.lower() == ".zip":
                    inner, size = _unpack_inner(path, name, zone, depth, left)
                    left_out += inner
                    left -= size
            return left_out
    except (*DAMAGED, UnicodeDecodeError) as error:
        raise Refused(f"{archive.name} is no zip or damaged: {error}") from None


def _unpack_inner(path, name, zone, depth, left):
    """What was left out of a zip that somebody handed in, and the size of the rest."""
    if depth == 2:
        return [(name, "it is a zip in a zip in a zip")], 0
    folder = _free(path.with_suffix(""))
    allowed = HANDED_IN._replace(total=min(HANDED_IN.total, left))
    try:
        left_out = unpack(path, folder, allowed, zone, depth=depth + 1)
    except Refused as refusal:
        shutil.rmtree(folder, ignore_errors=True)
        return [(name, str(refusal))], 0
    path.unlink()
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return [(f"{name}/{inner}", why) for inner, why in left_out], size


def _check(name, infos, allowed):
    total = sum(info.file_size for info in infos)
    if len(infos) > allowed.files:
        raise Refused(f"{name} holds {len(infos):,} files; at most {allowed.files:,} are unpacked")
    if total > allowed.total:
        raise Refused(
            f"{name} would unpack to {total // MB:,} MB; at most {allowed.total // MB:,} MB are"
        )


def _name(info):
    """The entry's name; many tools write UTF-8 without saying so."""
    name = info.filename
    if not info.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            pass
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def _place(folder, name):
    """Where an entry goes, made ready; None for what desktops leave in archives."""
    path = PurePosixPath(name)
    if JUNK & set(path.parts) or path.name.startswith("._"):
        return None
    if path.is_absolute() or ".." in path.parts or (path.parts and ":" in path.parts[0][:2]):
        raise Refused("its name leads out of the folder")
    if not path.parts:
        raise Refused("it has no name")
    place = folder.joinpath(*map(_fit, path.parts[:-1]), _notebook_ending(_fit(path.name)))
    place.parent.mkdir(parents=True, exist_ok=True)
    return _free(place)


def _fit(part):
    """A part of a path that every file system takes: no control characters, 200 bytes."""
    part = "".join(c if c.isprintable() else "_" for c in part)
    stem, ending = os.path.splitext(part)
    while len((stem + ending).encode()) > 200:
        stem, ending = stem[:-1], ending[:20]
    return stem + ending


def _notebook_ending(name):
    """Some browsers save `.ipynb.txt` or `.ipynb.json`; some systems shout."""
    lower = name.lower()
    for ending in ".ipynb", ".ipynb.txt", ".ipynb.json":
        if lower.endswith(ending):
            return name[: -len(ending)] + ".ipynb"
    return name


def _free(path):
    """This path, or its like with the next number: nothing is written over."""
    n, free = 1, path
    while os.path.lexists(free):
        free = path.with_name(f"{path.stem} ({n}){path.suffix}")
        n += 1
    return free


def _copy(zipped, info, path, most):
    """Write one entry -> its size; Python reads no more than the archive promises."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise Refused("it is a link or a device, not a file")
    if info.flag_bits & 1:
        raise Refused("it is encrypted")
    if info.file_size > max(4 * MB, BOMB * info.compress_size):
        raise Refused(f"it would unpack to over {BOMB} times its size: a zip bomb")
    if info.file_size > most:
        raise Refused(f"it is larger than {most // MB} MB")
    try:
        with zipped.open(info) as source, open(path, "xb") as target:
            shutil.copyfileobj(source, target, MB)
    except DAMAGED as error:
        path.unlink(missing_ok=True)
        raise Refused(f"it is damaged: {error}") from None
    return info.file_size


def _time(info, zone):
    """An entry's time in seconds since 1970: exact where the archive has it, else its clock's."""
    extra = info.extra
    while len(extra) >= 4:
        kind, length = struct.unpack("<HH", extra[:4])
        if kind == 0x5455 and length >= 5 and extra[4] & 1:
            return struct.unpack("<i", extra[5:9])[0]
        extra = extra[4 + length :]
    try:
        return datetime(*info.date_time, tzinfo=zone).timestamp()
    except (ValueError, OverflowError):
        return None


class SafeExtractor(ExtractorPlugin):
    """nbgrader's extractor, for archives and loose files in one folder each."""

    timezone = Unicode("", help="where the archive's clock stands; empty: here").tag(config=True)

    def extract(self, archive_path, extracted_path):
        """Unpack everything in `archive_path`; `left_out` says what was not."""
        zone = ZoneInfo(self.timezone) if self.timezone else None
        self.left_out = []
        for path in sorted(Path(archive_path).rglob("*")):
            if path.is_symlink() or not path.is_file():
                continue
            if path.suffix.lower() != ".zip":
                place = _place(Path(extracted_path), f"loose/{path.relative_to(archive_path)}")
                if place:
                    shutil.copy2(path, place)
                continue
            folder = _free(Path(extracted_path, _fit(path.stem)))
            try:
                self.left_out += unpack(path, folder, zone=zone, progress=True)
            except Refused as refusal:
                self.left_out.append((path.name, str(refusal)))
