"""The state at each sequence's end, against sequences read one at a time."""

import numpy as np
import pytest

from rnncourse import (
    at_end,
    gradients,
    gru,
    gru_reset_after,
    head,
    losses,
    lstm,
    model,
    rnn,
    unroll,
)

CELLS = [rnn, lstm, gru, gru_reset_after]
LENGTHS = [3, 5, 1, 4]


def sequences(rng, D=2):
    return [rng.normal(size=(length, D)) for length in LENGTHS]


def test_pad_keeps_every_step_and_fills_with_zeros(rng):
    parts = sequences(rng)
    x, lengths = at_end.pad([part.astype(np.float32) for part in parts])
    assert x.shape == (5, 4, 2) and x.dtype == np.float32 and lengths.tolist() == LENGTHS
    for b, part in enumerate(parts):
        np.testing.assert_array_equal(x[: len(part), b], part.astype(np.float32))
        assert not x[len(part) :, b].any()


@pytest.mark.parametrize(
    "bad, said",
    [
        ([], "at least one, got none"),
        ([np.ones((2, 3)), np.ones((2, 4))], r"\(L, 3\), L at least 1, got \(2, 4\) at 1"),
        ([np.ones((2, 3)), np.ones((0, 3))], r"got \(0, 3\) at 1"),
        ([np.ones(3)], r"got \(3,\) at 0"),
    ],
)
def test_pad_refuses_what_does_not_fit(bad, said):
    with pytest.raises(ValueError, match=f"sequences: expected .*{said}"):
        at_end.pad(bad)


@pytest.mark.equation("eq-at-end")
@pytest.mark.parametrize("cell", CELLS)
def test_each_state_is_that_of_the_sequence_alone(rng, cell):
    parts = sequences(rng)
    x, lengths = at_end.pad(parts)
    for b, length in enumerate(LENGTHS):
        x[length:, b] = 1e3  # padding must not be heard
    params = cell.init_params(rng, 2, 3)
    out, _, _ = unroll(cell, params, x)
    alone = [unroll(cell, params, part[:, None])[0][-1, 0] for part in parts]
    np.testing.assert_allclose(at_end.forward(out, lengths), alone, rtol=1e-12, atol=1e-15)


@pytest.mark.equation("eq-at-end-backward")
def test_the_gradient_stands_at_the_ends_alone(rng):
    dh, out = rng.normal(size=(4, 3)), rng.normal(size=(5, 4, 3))
    dout = at_end.backward(dh, LENGTHS, 5)
    for t in range(5):
        for b, length in enumerate(LENGTHS):
            np.testing.assert_array_equal(dout[t, b], dh[b] if t == length - 1 else np.zeros(3))
    # the two are adjoint: <forward(out), dh> = <out, backward(dh)>
    assert np.sum(at_end.forward(out, LENGTHS) * dh) == pytest.approx(np.sum(out * dout), rel=1e-12)


@pytest.mark.parametrize("cell", CELLS)
def test_loss_and_gradient_of_a_batch_are_the_mean_over_its_sequences(rng, cell):
    parts, classes = sequences(rng), np.array([1, 0, 2, 1])
    params = model.init_params(rng, cell, 2, 3, 4)
    loss, grads = at_end.loss_and_grads(cell, params, *at_end.pad(parts), classes)
    scores = at_end.predict(cell, params, *at_end.pad(parts))
    total = 0.0
    for b, part in enumerate(parts):
        out, _, _ = unroll(cell, params.cell, part[:, None])
        alone, _ = head.forward(params.head, out[-1])
        np.testing.assert_allclose(scores[b], alone[0], rtol=1e-12)
        total += losses.cross_entropy(alone, classes[b : b + 1])[0]
    assert loss == pytest.approx(total / 4, rel=1e-12)
    assert (
        gradients.check(
            lambda p: at_end.loss_and_grads(cell, p, *at_end.pad(parts), classes), params
        )
        < 1e-7
    )
    assert type(grads) is model.Params


@pytest.mark.parametrize("bad", [[3, 5, 1], [3, 6, 1, 4], [3, 5, 0, 4]])
def test_lengths_must_fit(rng, bad):
    with pytest.raises(ValueError, match="lengths: expected"):
        at_end.forward(np.ones((5, 4, 3)), bad)
    with pytest.raises(ValueError, match="lengths: expected"):
        at_end.backward(np.ones((4, 3)), bad, 5)
