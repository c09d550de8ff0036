"""nn.GRU resets after the product: gru_reset_after equals it, gru does not."""

import numpy as np
import torch

from rnncourse import gru, gru_reset_after, interop, unroll, unroll_backward

T, B, D, H = 7, 2, 3, 4
x = np.random.default_rng(0).normal(size=(T, B, D))

torch.manual_seed(0)
network = torch.nn.GRU(D, H, dtype=torch.float64)
out, h_n = network(torch.tensor(x))
out.sum().backward()

params = interop.from_torch(network)[0].forward  # W_x, W_h, b and b_hn
our_out, h, caches = unroll(gru_reset_after, params, x)
_, _, grads = unroll_backward(
    gru_reset_after, params, caches, dout=np.ones_like(our_out)
)

# b_hn cannot go into b, so the other form has no place for it
other, _, _ = unroll(gru, gru.Params(*params[:3]), x)
assert not np.allclose(other, our_out, atol=1e-3)

ours = {
    "out": our_out,
    "h": h,
    "dW_h": grads.W_h,
    "db_hn": grads.b_hn,
}
theirs = {
    "out": out.detach().numpy(),
    "h": h_n[0].detach().numpy(),
    "dW_h": network.weight_hh_l0.grad.numpy().T,
    "db_hn": network.bias_hh_l0.grad.numpy()[2 * H :],
}
