"""The reference's samples of code run, and what their comments say is true."""

import re

import pytest

from tests.samples import PLAIN, run

SIZES = dict(D=3, H=4)


@pytest.mark.parametrize("sample", PLAIN, ids=range(len(PLAIN)))
def test_a_sample_runs_and_its_shapes_are_those_of_its_comments(sample):
    names = run(sample)
    sizes = SIZES | ({"T": len(names["x"]), "B": names["x"].shape[1]} if "x" in names else {})
    for line in sample.splitlines():
        shape = re.search(r"^(\w+).*# .*?\(([\w+, ]+)\)", line)
        if shape:
            text = re.sub(r"\b(\d)(?=[A-Z])", r"\1 * ", shape[2])
            assert names[shape[1]].shape == eval(f"({text})", dict(sizes)), line


def test_there_are_samples():
    assert len(PLAIN) >= 5
