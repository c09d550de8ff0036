"""Archives that strangers filled: nothing leaves the folder, nothing explodes, nothing is lost."""

import stat
import struct
import time
import zipfile
from datetime import UTC, datetime, timedelta, timezone

import pytest

from rnncourse.grading.lms.unzip import MB, Allowed, Refused, unpack
from tests.grading.downloads import add, inner_zip

NOON = datetime(2031, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def archive(tmp_path):
    return tmp_path / "download.zip"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "inside").mkdir()
    return tmp_path / "inside"


def fill(archive, entries):
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, data in entries:
            zipped.writestr(name, data)


def files(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.*")}


@pytest.mark.parametrize(
    "name",
    ["../out.ipynb", "a/../../out.ipynb", "/tmp/out.ipynb", "C:\\out.ipynb", "..\\out.ipynb"],
)
def test_a_name_that_leads_out_is_left_out(archive, folder, name):
    fill(archive, [(name, b"x"), ("good.ipynb", b"y")])
    ((left_out, why),) = unpack(archive, folder)
    assert "leads out" in why and left_out == name.replace("\\", "/")
    assert files(folder) == {"good.ipynb": b"y"}
    assert sorted(p.name for p in folder.parent.iterdir()) == ["download.zip", "inside"]


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_are_left_out(archive, folder, kind):
    link = zipfile.ZipInfo("a3_lstm.ipynb")
    link.external_attr = (kind | 0o777) << 16
    fill(archive, [(link, "/etc/passwd")])
    ((_, why),) = unpack(archive, folder)
    assert "link or a device" in why and not list(folder.iterdir())


def test_a_bomb_is_left_out_and_the_rest_unpacked(archive, folder):
    fill(archive, [("bomb.ipynb", bytes(30 * MB)), ("good.ipynb", b"y")])
    ((name, why),) = unpack(archive, folder)
    assert name == "bomb.ipynb" and "zip bomb" in why
    assert files(folder) == {"good.ipynb": b"y"}


def test_a_zip_in_a_zip_is_unpacked_but_not_without_end(archive, folder):
    data = b"innermost"
    for level in range(4):
        data = inner_zip({f"level{level}.zip" if level else "a3_lstm.ipynb": data})
    fill(archive, [("deep.zip", data), ("work.zip", inner_zip({"in/a3_lstm.ipynb": b"work"}))])
    ((name, why),) = unpack(archive, folder)
    assert name == "deep.zip/level3.zip/level2.zip" and "zip in a zip" in why
    assert files(folder)["work/in/a3_lstm.ipynb"] == b"work"


@pytest.mark.parametrize(
    ("inner", "why"),
    [
        ({f"{n}.txt": b"" for n in range(300)}, "holds 300 files; at most 200"),
        ({f"{n}.bin": bytes(3 * MB) for n in range(60)}, "unpack to 180 MB; at most 128 MB"),
    ],
    ids=["many", "large"],
)
def test_a_zip_that_was_handed_in_has_limits_of_its_own(archive, folder, inner, why):
    fill(archive, [("work.zip", inner_zip(inner)), ("good.ipynb", b"y")])
    ((name, reason),) = unpack(archive, folder)
    assert name == "work.zip" and why in reason
    assert set(files(folder)) == {"work.zip", "good.ipynb"}


@pytest.mark.parametrize(
    ("allowed", "why"),
    [
        (Allowed(files=2, file=MB, total=MB), "holds 3 files; at most 2 are unpacked"),
        (Allowed(files=9, file=MB, total=MB), "would unpack to 3 MB; at most 1 MB are"),
    ],
)
def test_a_download_that_is_too_large_is_refused_as_a_whole(archive, folder, allowed, why):
    fill(archive, [(f"{n}.ipynb", bytes(MB)) for n in range(3)])
    with pytest.raises(Refused, match=why):
        unpack(archive, folder, allowed)
    assert not list(folder.iterdir())


def test_a_file_that_promises_to_be_small_is_still_measured(archive, folder):
    fill(archive, [("big.ipynb", b"x" * 300_000)])
    data = bytearray(archive.read_bytes())
    size, small = (300_000).to_bytes(4, "little"), (10).to_bytes(4, "little")
    assert data.count(size) == 2
    archive.write_bytes(data.replace(size, small))
    ((name, _),) = unpack(archive, folder)
    assert name == "big.ipynb" and not files(folder)


def test_a_file_that_is_too_large_is_left_out(archive, folder):
    with zipfile.ZipFile(archive, "w") as zipped:  # stored, so that it is no bomb
        zipped.writestr("big.ipynb", bytes(2 * MB))
        zipped.writestr("small.ipynb", b"y")
    ((name, why),) = unpack(archive, folder, Allowed(files=9, file=MB, total=9 * MB))
    assert name == "big.ipynb" and "larger than 1 MB" in why
    assert files(folder) == {"small.ipynb": b"y"}


def test_entries_without_a_name(archive, folder):
    fill(archive, [("~none", b"x"), (".", b"y"), ("a.ipynb", b"z")])
    archive.write_bytes(archive.read_bytes().replace(b"~none", b"\x00none"))
    assert unpack(archive, folder) == [(".", "it has no name")]
    assert files(folder) == {"a.ipynb": b"z"}


def test_a_name_that_is_neither_utf8_nor_says_so_is_read_as_zips_once_were(archive, folder):
    fill(archive, [("L__sung.ipynb", b"x")])
    archive.write_bytes(archive.read_bytes().replace(b"L__sung", b"L\x94_sung"))
    unpack(archive, folder)
    assert files(folder) == {"Lö_sung.ipynb": b"x"}


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 not really", b"%PDF-1.4"])
def test_what_is_no_zip_is_refused(archive, folder, data):
    archive.write_bytes(data)
    with pytest.raises(Refused, match="download.zip is no zip or damaged"):
        unpack(archive, folder)


def test_a_damaged_file_is_left_out_whole(archive, folder):
    fill(archive, [("a.ipynb", bytes(range(256)) * 99), ("b.ipynb", b"y")])
    data = bytearray(archive.read_bytes())
    data[60] ^= 255
    archive.write_bytes(data)
    ((name, why),) = unpack(archive, folder)
    assert name == "a.ipynb" and "damaged" in why and files(folder) == {"b.ipynb": b"y"}


def test_an_encrypted_file_is_left_out(archive, folder):
    fill(archive, [("a.ipynb", b"x")])
    data = bytearray(archive.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    archive.write_bytes(data)
    ((_, why),) = unpack(archive, folder)
    assert "encrypted" in why


def test_two_files_of_one_name_are_both_kept(archive, folder):
    with pytest.warns(UserWarning, match="Duplicate name"):
        fill(archive, [("a.ipynb", b"first"), ("a.ipynb", b"second")])
    assert unpack(archive, folder) == []
    assert files(folder) == {"a.ipynb": b"first", "a (1).ipynb": b"second"}


@pytest.mark.parametrize(
    "name", ["Lösung.ipynb", "解答.ipynb", "Łódź à la carte.ipynb", "😀.ipynb"]
)
def test_names_in_any_script_with_or_without_the_flag(archive, folder, name):
    fill(archive, [(name, b"x")])
    unpack(archive, folder)
    assert files(folder) == {name: b"x"}

    data = archive.read_bytes()
    data = data.replace(b"\x00\x08\x08\x00", b"\x00\x00\x08\x00")  # UTF-8, and does not say so
    other = folder / "other"
    other.mkdir()
    archive.write_bytes(data)
    unpack(archive, other)
    assert files(other) == {name: b"x"}


def test_long_and_strange_names_fit_the_file_system(archive, folder):
    fill(archive, [("ä" * 400 + ".ipynb", b"x"), ("a\x07b\n.ipynb", b"y")])
    assert unpack(archive, folder) == []
    names = sorted(files(folder), key=len)
    assert names[0] == "a_b_.ipynb" and len(names[1].encode()) <= 200
    assert names[1].endswith("ä.ipynb")


def test_what_desktops_leave_is_passed_over_and_endings_are_mended(archive, folder):
    junk = ["__MACOSX/._a.ipynb", ".DS_Store", "x/.ipynb_checkpoints/a-checkpoint.ipynb", "._b"]
    names = ["a.ipynb.txt", "b.ipynb.json", "c.IPYNB", "notes.txt"]
    fill(archive, [(name, name) for name in [*junk, *names]])
    assert unpack(archive, folder) == []
    assert set(files(folder)) == {"a.ipynb", "b.ipynb", "c.ipynb", "notes.txt"}


def test_times_in_utc_are_exact_and_others_are_of_the_given_zone(archive, folder):
    with zipfile.ZipFile(archive, "w") as zipped:
        add(zipped, "utc.ipynb", b"x", NOON)
        zipped.writestr(zipfile.ZipInfo("clock.ipynb", (2031, 5, 1, 12, 0, 0)), b"y")
        both = zipfile.ZipInfo("both.ipynb", (2031, 5, 1, 12, 0, 0))
        both.extra = b"\x00\x99\x02\x00hi" + struct.pack("<HHBi", 0x5455, 5, 1, 86_400)
        zipped.writestr(both, b"w")
        zipped.writestr(zipfile.ZipInfo("none.ipynb", (1980, 0, 0, 0, 0, 0)), b"z")
    unpack(archive, folder, zone=timezone(timedelta(hours=2)))
    assert (folder / "utc.ipynb").stat().st_mtime == NOON.timestamp()
    assert (folder / "clock.ipynb").stat().st_mtime == NOON.timestamp() - 7200
    assert (folder / "both.ipynb").stat().st_mtime == 86_400
    assert abs((folder / "none.ipynb").stat().st_mtime - time.time()) < 600


def test_a_file_in_the_way_of_a_folder_costs_that_file_alone(archive, folder):
    fill(archive, [("a", b"file"), ("a/b.ipynb", b"x"), ("c.ipynb", b"y")])
    ((name, _),) = unpack(archive, folder)
    assert name == "a/b.ipynb" and (folder / "c.ipynb").exists()
    assert (folder / "a").read_bytes() == b"file"
