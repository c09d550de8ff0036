"""Files of pages that are gone are found, files of pages that are there are not."""

import importlib.util
from pathlib import Path

EXTENSION = Path(__file__).parents[2] / "book" / "_ext" / "book_leftovers.py"


def load_extension():
    spec = importlib.util.spec_from_file_location("book_leftovers", EXTENSION)
    extension = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(extension)
    return extension


def touch(folder, *names):
    for name in names:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()


def test_only_files_without_a_source_are_leftovers(tmp_path):
    site, notebooks, root = tmp_path / "html", tmp_path / "executed", tmp_path / "root"
    touch(root, "rnncourse/lstm.py", "rnncourse/diagrams/__init__.py", "tests/test_lstm.py")
    touch(site, "index.html", "search.html", "book/intro.html", "_modules/index.html")
    touch(site, "_modules/rnncourse/lstm.html", "_modules/rnncourse/diagrams.html")
    touch(site, "_tests/test_lstm.html", "_tests/test_old.html")
    touch(site, "genindex.html", "book/old.html", "_modules/rnncourse/old.html")
    touch(site, "_sources/book/intro.md", "_sources/book/old.md", "_sources/book/old.ipynb")
    touch(notebooks, "book/intro.ipynb", "book/old.ipynb")
    found = load_extension().leftovers(site, notebooks, root, {"book/intro"})
    assert [file.relative_to(tmp_path).as_posix() for file in found] == [
        "executed/book/old.ipynb",
        "html/_modules/rnncourse/old.html",
        "html/_sources/book/old.ipynb",
        "html/_sources/book/old.md",
        "html/_tests/test_old.html",
        "html/book/old.html",
        "html/genindex.html",
    ]
