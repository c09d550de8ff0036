"""What a page says of Keras and ONNX is true: each script is run and compared."""

import pytest

from tests import framework_scripts, torch_scripts
from tests.parity.keras_layers import OLD_ARRAY

pytestmark = [pytest.mark.parity, pytest.mark.filterwarnings(OLD_ARRAY)]


@pytest.mark.parametrize("path", framework_scripts.SCRIPTS, ids=lambda path: path.stem)
def test_a_script_gets_the_same_from_both(path):
    assert torch_scripts.problems(torch_scripts.run(path)) == []
