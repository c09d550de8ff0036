"""A character model trained by Adam, here and in PyTorch, from the same weights and batches.

Ours: `fused`, `head`, `losses` and `optim`. PyTorch's: a recurrent module, Linear, cross_entropy,
Adam. Two things are set so that both train the same network. PyTorch has two biases, and each
would get the full gradient: the second stays 0 and is not trained, apart from the part that
`gru_reset_after` has too. And PyTorch's clipping divides by the norm plus 1e-6, so the norm is
given to it less that much.
"""

from itertools import islice

import numpy as np

from benchmarks import torch_nn
from benchmarks.cases import CELLS, Case
from benchmarks.machine import limit_threads
from benchmarks.measure import measure
from benchmarks.record import make_record
from benchmarks.shapes import PAUSE
from rnncourse import data, fused, gru_reset_after, head, losses, model, optim

GROUP = "training"
CELL_NAMES = ("lstm", "gru_reset_after", "rnn")
SIZES = (50, 32, 128)  # T, B, H; D and the number of classes are the alphabet
STEPS = 200
LEARNING_RATE = 2e-3
LIMIT = 1.0  # of the gradient's norm
BLOCK = 10  # steps in one turn


def run(options, progress):
    """Train with every cell that PyTorch has, in each precision; the contenders take turns."""
    (T, B, H), steps, block = ((4, 2, 8), 4, 2) if options.quick else (SIZES, STEPS, BLOCK)
    cells = [name for name in CELL_NAMES if name in options.cells]
    work = [
        (cell, dtype, threads)
        for threads in options.threads
        for dtype in options.dtypes
        for cell in cells
    ]
    records = []
    for name, dtype, threads in progress(work, GROUP):
        cell = CELLS[name]
        batches, V = make_batches(T, B, steps, dtype)
        params = model.init_params(np.random.default_rng(0), cell, V, H, V, np.dtype(dtype))
        with limit_threads(threads):
            for train in TRAINERS.values():
                list(train(cell, params, batches[:3]))  # warm up
            curves = {contender: [] for contender in TRAINERS}
            turns = {
                contender: _turn(train(cell, params, batches), block, curves[contender])
                for contender, train in TRAINERS.items()
            }
            pause = PAUSE if threads > 1 else 0.0
            timings = measure(turns, steps // block, slot=0, pause=pause)
        case = Case(name, T, B, V, H, dtype, f"{block} of {steps} steps")
        error = float(np.abs(np.subtract(curves["fused"], curves["torch"])).max())
        more = {"loss_error": error, "losses": curves["fused"][:: steps - 1]}
        records.append(make_record(GROUP, case, threads, timings, counts="wall", **more))
    return records


def _turn(losses_to_come, block, curve):
    """Work that makes the next `block` training steps and notes their losses."""
    return lambda: curve.extend(islice(losses_to_come, block))


def make_batches(T, B, steps, dtype):
    """One-hot inputs (T, B, V) and targets (T, B) for every step; and V."""
    text = data.moby_dick()
    symbols = data.alphabet(text)
    numbers = data.windows(data.encode(text, symbols), T + 1)  # (T + 1, many)
    rng = np.random.default_rng(0)
    V = len(symbols)
    batches = []
    for _ in range(steps):
        chosen = numbers[:, rng.integers(0, numbers.shape[1], B)]
        batches.append((data.one_hot(chosen[:-1], V, np.dtype(dtype)), chosen[1:].copy()))
    return batches, V


def with_fused(cell, params, batches):
    """Yield the loss of every step, trained with the fused fused."""
    memory = None
    for x, targets in batches:
        out, _, cache = fused.forward(cell, params.cell, x)
        y, head_cache = head.forward(params.head, out)
        loss, dy = losses.cross_entropy(y, targets)
        dout, head_grads = head.backward(params.head, head_cache, dy)
        _, _, cell_grads = fused.backward(cell, cache, dout)
        grads, _ = optim.clip_by_norm(model.Params(cell_grads, head_grads), LIMIT)
        params, memory = optim.adam(params, grads, memory, lr=LEARNING_RATE)
        yield loss


def with_torch(cell, params, batches):
    """Yield the loss of every step, trained with `torch.nn` and `torch.optim`."""
    import torch

    D, H = params.cell.W_x.shape[0], len(params.cell.W_h)
    V = len(params.head.b_y)
    dtype = torch.from_numpy(params.head.b_y).dtype
    net = getattr(torch.nn, torch_nn.NAMES[torch_nn.short_name(cell)])(D, H, dtype=dtype)
    torch_nn.load(net, cell, params.cell)
    readout = torch.nn.Linear(H, V, dtype=dtype)
    with torch.no_grad():
        readout.weight.copy_(torch.from_numpy(params.head.W_y.T.copy()))
        readout.bias.copy_(torch.from_numpy(params.head.b_y))
    if cell is gru_reset_after:
        ours = torch.cat([torch.zeros(2 * H, dtype=dtype), torch.ones(H, dtype=dtype)])
        net.bias_hh_l0.register_hook(lambda grad: grad * ours)
    else:
        net.bias_hh_l0.requires_grad_(False)
    trained = [w for w in (*net.parameters(), *readout.parameters()) if w.requires_grad]
    optimizer = torch.optim.Adam(trained, lr=LEARNING_RATE)
    for x, targets in batches:
        optimizer.zero_grad()
        y = readout(net(torch.from_numpy(x))[0])
        loss = torch.nn.functional.cross_entropy(
            y.reshape(-1, V), torch.from_numpy(targets).ravel()
        )
        loss.backward()
        norm = torch.nn.utils.get_total_norm([w.grad for w in trained])
        torch.nn.utils.clip_grads_with_norm_(trained, LIMIT, norm - 1e-6)
        optimizer.step()
        yield loss.item()


TRAINERS = {"fused": with_fused, "torch": with_torch}
