"""A simple RNN with read-out and cross-entropy: torch.nn and rnncourse."""

import torch

from rnncourse import data, head, interop, losses, rnn, unroll

text = data.moby_dick()
symbols = data.alphabet(text)
V, H = len(symbols), 64
columns = data.windows(data.encode(text, symbols), 51)[:, :32]
x, targets = data.one_hot(columns[:-1], V), columns[1:]

torch.manual_seed(0)
network = torch.nn.RNN(V, H, dtype=torch.float64)  # reads (T, B, D)
read_out = torch.nn.Linear(H, V, dtype=torch.float64)
with torch.no_grad():
    states, last = network(torch.tensor(x))
    scores = read_out(states)
    loss_there = torch.nn.functional.cross_entropy(
        scores.reshape(-1, V), torch.tensor(targets).reshape(-1)
    )

params = interop.from_torch(network)[0].forward
W_y, b_y = (p.detach().numpy() for p in read_out.parameters())
out, state, _ = unroll(rnn, params, x)
logits, _ = head.forward(head.Params(W_y.T, b_y), out)
loss, _ = losses.cross_entropy(logits, targets)

ours = {"out": out, "last state": state, "logits": logits, "loss": loss}
theirs = {
    "out": states.numpy(),
    "last state": last.numpy()[0],
    "logits": scores.numpy(),
    "loss": loss_there.item(),
}
