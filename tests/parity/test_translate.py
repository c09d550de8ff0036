"""Encoder, decoder and attention against PyTorch's own modules and autograd (`make parity`)."""

import numpy as np
import pytest

from rnncourse import attention, gru_reset_after, head, interop, losses, translate

pytestmark = pytest.mark.parity


@pytest.mark.parametrize("attend", [False, True])
def test_loss_and_gradients_equal_packed_sequences_of_pytorch(rng, attend):
    import torch
    from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

    lengths, told = np.array([3, 5, 1]), np.array([4, 2, 6])
    source, given = np.eye(4)[rng.integers(0, 4, (5, 3))], np.eye(6)[rng.integers(0, 6, (6, 3))]
    targets, mask = rng.integers(0, 6, (6, 3)), np.arange(6)[:, None] < told
    encoder, decoder = (torch.nn.GRU(width, 7, dtype=torch.float64) for width in (4, 6))
    read_out = torch.nn.Linear(14 if attend else 7, 6, dtype=torch.float64)

    packed = pack_padded_sequence(torch.tensor(source), lengths, enforce_sorted=False)
    states, last = encoder(packed)
    states, _ = pad_packed_sequence(states)
    out, _ = decoder(torch.tensor(given), last)
    if attend:
        real = torch.tensor(np.arange(5) < lengths[:, None])[:, None]
        context = torch.nn.functional.scaled_dot_product_attention(
            *(part.transpose(0, 1) for part in (out, states, states)), attn_mask=real, scale=1.0
        )
        out = torch.cat([out, context.transpose(0, 1)], dim=-1)
    marked = torch.tensor(np.where(mask, targets, -100))
    value = torch.nn.functional.cross_entropy(read_out(out).reshape(-1, 6), marked.ravel())
    value.backward()

    params = translate.Params(
        interop.from_torch(encoder)[0].forward,
        interop.from_torch(decoder)[0].forward,
        head.Params(
            read_out.weight.detach().numpy().T.copy(), read_out.bias.detach().numpy().copy()
        ),
    )
    batch = translate.Batch(source, lengths, given, targets, mask)
    loss, grads = translate.loss_and_grads(gru_reset_after, params, batch)
    assert abs(loss - value.item()) < 1e-12
    for ours, theirs in ((grads.encoder, encoder), (grads.decoder, decoder)):
        np.testing.assert_allclose(ours.W_x, theirs.weight_ih_l0.grad.T, rtol=1e-10, atol=1e-13)
        np.testing.assert_allclose(ours.W_h, theirs.weight_hh_l0.grad.T, rtol=1e-10, atol=1e-13)
        np.testing.assert_allclose(ours.b, theirs.bias_ih_l0.grad, rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(grads.head.W_y, read_out.weight.grad.T, rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(grads.head.b_y, read_out.bias.grad, rtol=1e-10, atol=1e-13)


def test_attention_equals_pytorch_with_autograd(rng):
    import torch

    query, states = rng.normal(size=(5, 3, 4)), rng.normal(size=(6, 3, 4))
    lengths, dcontext = np.array([6, 1, 4]), rng.normal(size=(5, 3, 4))
    theirs = [torch.tensor(array, requires_grad=True) for array in (query, states)]
    real = torch.tensor(np.arange(6) < lengths[:, None])[:, None]
    q, k = (part.transpose(0, 1) for part in theirs)
    judge = torch.nn.functional.scaled_dot_product_attention(q, k, k, attn_mask=real, scale=1.0)
    judge.transpose(0, 1).backward(torch.tensor(dcontext))
    context, cache = attention.forward(query, states, lengths)
    np.testing.assert_allclose(
        context, judge.detach().transpose(0, 1).numpy(), rtol=1e-10, atol=1e-13
    )
    for ours, judged in zip(attention.backward(cache, dcontext), theirs, strict=True):
        np.testing.assert_allclose(ours, judged.grad, rtol=1e-10, atol=1e-13)


def test_masked_cross_entropy_equals_ignore_index(rng):
    import torch

    logits, targets = rng.normal(size=(5, 2, 4)), rng.integers(0, 4, (5, 2))
    mask = rng.uniform(size=(5, 2)) < 0.6
    theirs = torch.tensor(logits, requires_grad=True)
    marked = torch.tensor(np.where(mask, targets, -100)).ravel()
    value = torch.nn.functional.cross_entropy(theirs.reshape(-1, 4), marked)
    value.backward()
    loss, dlogits = losses.masked_cross_entropy(logits, targets, mask)
    assert abs(loss - value.item()) < 1e-12
    np.testing.assert_allclose(dlogits, theirs.grad, atol=1e-14)
