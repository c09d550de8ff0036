"""The samples of code in the reference, to be run as a reader would."""

import re
from pathlib import Path

API = Path(__file__).parents[1] / "book" / "reference" / "api.md"
SAMPLES = re.findall(r"^```python\n(.*?)^```$", API.read_text("utf-8"), re.DOTALL | re.MULTILINE)
WITH_TORCH = [sample for sample in SAMPLES if "import torch" in sample]
PLAIN = [sample for sample in SAMPLES if sample not in WITH_TORCH]


def run(sample):
    """The names that a sample leaves behind."""
    names = {}
    exec(compile(sample, "sample", "exec"), names)
    return names
