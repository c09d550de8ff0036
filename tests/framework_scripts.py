"""The scripts in book/frameworks, shown on a page: Keras and ONNX beside ours, compared.

As in book/torch, a script ends with `ours` and `theirs`, dicts of arrays with the same keys.
"""

import re

from tests import torch_scripts

SCRIPTS = sorted((torch_scripts.BOOK / "frameworks").glob("*.py"))
INCLUDE = re.compile(r"^`{3,}\{literalinclude\} (?:\.\./)+frameworks/([\w-]+\.py)$", re.MULTILINE)


def shown():
    """Names of the scripts that some page shows."""
    pages = torch_scripts.BOOK.rglob("*.md")
    return {name for page in pages for name in INCLUDE.findall(page.read_text("utf-8"))}
