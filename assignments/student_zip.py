"""Write dist/rnncourse-student.zip: notebooks, the rnncourse wheel, and how to start.

Nothing in it needs make, and every name is plain ASCII, so it opens on any system.
"""

import subprocess
import sys
import zipfile
from pathlib import Path

from tqdm import tqdm

from assignments import course as nb

ROOT = Path(__file__).resolve().parents[1]
STUDENT = ROOT / "assignments" / "student"
TOP = "rnncourse-student"


def main(target=ROOT / "dist" / f"{TOP}.zip", scratch=ROOT / "_build" / "student-course"):
    course = nb.new_course(scratch, nb.assignments())
    names = tqdm(nb.assignments(), desc="release notebooks", unit="notebook")
    files = {f"{name}.ipynb": nb.generate(course, name).read_bytes() for name in names}
    wheel = build_wheel(scratch)
    files[wheel.name] = wheel.read_bytes()
    files["START-HERE.txt"] = (STUDENT / "START-HERE.txt").read_bytes()
    requirements = (STUDENT / "requirements.txt").read_text("utf-8") + f"./{wheel.name}\n"
    files["requirements.txt"] = requirements.encode()
    write_zip(target, files)
    print(f"Wrote {target}: {', '.join(sorted(files))}")


def build_wheel(folder):
    """The package as a wheel -> its path."""
    command = ["pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([sys.executable, "-m", *command, "-w", str(folder), str(ROOT)], check=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def write_zip(target, files):
    """The same files always give the same bytes; an interrupted run leaves no half a zip."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(files.items()):
            entry = zipfile.ZipInfo(f"{TOP}/{name}")  # dated 1980, so runs can be compared
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    part.replace(target)


if __name__ == "__main__":
    main()
