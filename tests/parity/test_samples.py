"""The reference's sample that needs PyTorch says what PyTorch says."""

import numpy as np
import pytest

from tests.samples import WITH_TORCH, run

pytestmark = pytest.mark.parity


def test_the_sample_gives_what_the_module_gives():
    import torch

    torch.manual_seed(0)
    (sample,) = WITH_TORCH
    names = run(sample)
    with torch.no_grad():
        out, (h_n, c_n) = names["module"](torch.tensor(names["x"]))
    np.testing.assert_allclose(names["out"], out, rtol=1e-5, atol=1e-6)
    for mine, h, c in zip(names["state"], h_n, c_n, strict=True):
        np.testing.assert_allclose(mine.h, h, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(mine.c, c, rtol=1e-5, atol=1e-6)
