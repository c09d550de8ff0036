"""The chapters' folds "The same in PyTorch" say the truth: each script is run and compared."""

import pytest

from tests import torch_scripts

pytestmark = pytest.mark.parity


@pytest.mark.parametrize("path", torch_scripts.SCRIPTS, ids=lambda path: path.stem)
def test_a_script_gets_the_same_from_both(path):
    assert torch_scripts.problems(torch_scripts.run(path)) == []
