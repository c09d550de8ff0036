"""Studies: experiments that last longer than a page may. Their results are stored, and quoted.

A study is a module of this package. Its docstring states the question; it has

- `PAGE`, the page of the book that quotes it, such as "practice/tasks";
- `run(quick=False, progress=True)`, which gives a dict that JSON can hold, "seeds" and "sizes"
  in it; quick, it takes less than ten seconds;
- `claims(result)`, which asserts what the page says, of a quick result too;
- `TIMED = True` where times are measured: no test asserts those of its own quick run.
"""

import importlib
import json
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent
RESULTS = FOLDER.parent / "results" / "studies"


def names():
    """Names of all studies."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if path.stem[0] != "_")


def load(name):
    """The module of a study."""
    return importlib.import_module(f"{__name__}.{name}")


def result_file(name):
    """Where the result of a study is stored."""
    return RESULTS / f"{name}.json"


def stored(name):
    """What `python -m benchmarks.studies` wrote: result, versions, machine, command, seconds."""
    return json.loads(result_file(name).read_text("utf-8"))


def plain(result):
    """The result as it is after a way through JSON; NumPy's numbers become Python's."""
    return json.loads(json.dumps(result, default=_python, allow_nan=False))


def _python(value):
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, range | set):
        return sorted(value)
    raise TypeError(f"a study's result cannot hold {type(value).__name__}")
