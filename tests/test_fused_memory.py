"""What `fused` promises of memory, counted by Python's own allocator, which NumPy reports to."""

import tracemalloc

import numpy as np
import pytest

from rnncourse import fused, lstm, rnn
from tests.conftest import make_problem


def peak(work):
    """Largest number of bytes that `work` holds at once."""
    work()
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_step_of_a_stream_allocates_no_array(cell, rng):
    stream = fused.stream(cell, cell.init_params(rng, D=1024, H=1024))
    x = rng.normal(size=1024)  # any array of this size is 8,192 bytes
    assert peak(lambda: [stream.step(x) for _ in range(20)] and None) < 8192


def test_without_training_memory_does_not_grow_with_time(cell):
    def held(T):
        _, params, x, *_ = make_problem(cell, T=T, B=8, D=4, H=16)
        return peak(lambda: fused.forward(cell, params, x, train=False)) - T * 8 * 16 * 8

    assert held(2000) < 1.5 * held(200)


def test_checkpoints_hold_a_fraction(cell):
    _, params, x, _, dout, _ = make_problem(cell, T=2500, B=4, D=4, H=16)

    def step(checkpoint):
        _, _, cache = fused.forward(cell, params, x, checkpoint=checkpoint)
        fused.backward(cell, cache, dout)

    results = x.nbytes + dout.nbytes
    plain, thrifty = (peak(lambda c=c: step(c)) - results for c in (None, 50))
    assert thrifty < 0.5 * plain


@pytest.mark.parametrize("call", [fused.forward, fused.stream])
def test_a_cell_without_a_kernel_is_refused(call):
    _, params, x, *_ = make_problem(rnn)
    arguments = (params, x) if call is fused.forward else (params,)
    with pytest.raises(ValueError, match="cell: expected one of rnn, lstm, gru, gru_reset_after"):
        call(np, *arguments)


def test_back_through_a_cell_without_a_kernel_is_refused():
    _, params, x, _, dout, _ = make_problem(lstm)
    _, _, cache = fused.forward(lstm, params, x)
    with pytest.raises(ValueError, match="unroll takes any cell"):
        fused.backward(np, cache, dout)
