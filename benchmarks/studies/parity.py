"""Which recurrent cells learn the parity of a bit string, and go on at ten times the length?

Random bits, one a step; at every step the network says whether it has seen an odd number of ones.
Trained on lengths 2 to 16, judged on 500 fresh strings of length 16 and of length 160: the share of
right answers at the last step, where guessing gives one half. Adam, clipping at 1, a linear
read-out, 16 units unless the name says otherwise. `signed` is the minimal GRU with the factor of
the state in (-1, 1) instead of (0, 1), and a first state that is learned.
"""

import numpy as np

from rnncourse import fused, gru, head, losses, lru, lstm, mingru, optim, rnn, scan

PAGE = "reference/state-tracking"
LONGEST, BATCH, JUDGED = 16, 64, 500
LENGTHS = {"same": LONGEST, "longer": 10 * LONGEST}


def run(quick=False, progress=True):
    """Train every model with every seed."""
    seeds, steps = ((0,), 500) if quick else (range(5), 1500)
    models = ("gru", "minimal_gru", "lru") if quick else tuple(MODELS)
    result = {
        "seeds": list(seeds),
        "sizes": {"T": LENGTHS, "B": BATCH, "H": {name: MODELS[name][1] for name in models}},
        "steps": steps,
        "rate": 0.01,
        "right": {},
    }
    for name in models:
        runs = np.array([_learn(name, seed, steps) for seed in seeds])
        result["right"][name] = {which: _spread(runs[:, k]) for k, which in enumerate(LENGTHS)}
        if progress:
            print(name, result["right"][name], flush=True)
    return result


def claims(result):
    """Cells whose gates see the state learn parity; positive or fixed factors do not."""
    right = result["right"]
    for name in ("rnn", "lstm", "gru"):
        if name in right:
            assert right[name]["same"]["median"] > 0.9
            assert right[name]["longer"]["median"] > 0.9
    for name in ("minimal_gru", "minimal_gru_wide", "lru", "lru_wide"):
        if name in right:
            assert right[name]["longer"]["high"] < 0.6
    for name in ("lru", "lru_wide"):
        if name in right:
            assert right[name]["same"]["high"] < 0.6
    if "signed" in right:
        assert right["signed"]["same"]["median"] > 0.9 > right["signed"]["longer"]["median"]


def _spread(values):
    low, median, high = (float(f(values)) for f in (np.min, np.median, np.max))
    return {"low": low, "median": median, "high": high}


def _bits(rng, T, B):
    """Bits (T, B, 1) and the parity of those seen so far (T, B)."""
    bits = rng.integers(0, 2, (T, B))
    return bits[..., None].astype(np.float32), np.cumsum(bits, axis=0) % 2


def _learn(name, seed, steps):
    """Share of right answers at the last step, at each of LENGTHS."""
    model, H = MODELS[name]
    rng = np.random.default_rng(seed)
    params, state = model.start(rng, H), None
    for _ in range(steps):
        x, targets = _bits(rng, int(rng.integers(2, LONGEST + 1)), BATCH)
        logits, cache = model.forward(params, x)
        _, dlogits = losses.cross_entropy(logits, targets)
        grads = model.backward(params, cache, dlogits)
        grads, _ = optim.clip_by_norm(grads, 1.0)
        params, state = optim.adam(params, grads, state, lr=0.01)
    right = []
    for T in LENGTHS.values():
        x, targets = _bits(np.random.default_rng(1000 + T), T, JUDGED)
        logits, _ = model.forward(params, x)
        right.append(np.mean(logits[-1].argmax(axis=-1) == targets[-1]))
    return right


class Gated:
    """A cell of the module with a linear read-out."""

    def __init__(self, cell):
        self.cell = cell

    def start(self, rng, H):
        cell = self.cell.init_params(rng, 1, H, np.float32)
        return cell, head.init_params(rng, H, 2, np.float32)

    def forward(self, params, x):
        out, _, cache = fused.forward(self.cell, params[0], x)
        return head.forward(params[1], out)[0], (out, cache)

    def backward(self, params, cache, dlogits):
        dout, readout = head.backward(params[1], cache[0], dlogits)
        return fused.backward(self.cell, cache[1], dout)[2], readout


class Minimal:
    """The minimal GRU with a linear read-out."""

    def start(self, rng, H):
        cell = mingru.init_params(rng, 1, H, np.float32)
        return cell, head.init_params(rng, H, 2, np.float32)

    def forward(self, params, x):
        out, _, cache = mingru.forward(params[0], x)
        return head.forward(params[1], out)[0], cache

    def backward(self, params, cache, dlogits):
        dout, readout = head.backward(params[1], cache.h, dlogits)
        return mingru.backward(params[0], cache, dout)[2], readout


class Fixed:
    """The LRU, whose output is its read-out; one bias a class is added to it."""

    def start(self, rng, H):
        return lru.init_params(rng, 1, H, 2, np.float32), np.zeros(2, np.float32)

    def forward(self, params, x):
        y, _, cache = lru.forward(params[0], x)
        return y + params[1], cache

    def backward(self, params, cache, dlogits):
        return lru.backward(params[0], cache, dlogits)[2], dlogits.sum(axis=(0, 1))


class Signed:
    """h = a * h + (1 - |a|) * n with a = tanh(...): the factor may be negative."""

    def start(self, rng, H):
        cell = mingru.init_params(rng, 1, H, np.float32)
        return cell, np.ones(H, np.float32), head.init_params(rng, H, 2, np.float32)

    def forward(self, params, x):
        cell, first, readout = params
        a, n = np.split(x @ cell.W_x + cell.b, 2, axis=-1)
        a = np.tanh(a)
        start = np.broadcast_to(first, a.shape[1:])
        h = scan.scan(a, (1 - np.abs(a)) * n, start)
        return head.forward(readout, h)[0], (x, a, n, h, start)

    def backward(self, params, cache, dlogits):
        x, a, n, h, start = cache
        dh, readout = head.backward(params[2], h, dlogits)
        da, db, dstart = scan.backward(a, h, dh, start)
        da_a = (da - db * n * np.sign(a)) * (1 - a**2)
        both = np.concatenate([da_a, db * (1 - np.abs(a))], axis=-1)
        rows, both = x.reshape(-1, x.shape[-1]), both.reshape(-1, both.shape[-1])
        cell = mingru.Params(rows.T @ both, both.sum(axis=0))
        return cell, dstart.sum(axis=0), readout


MODELS = {
    "rnn": (Gated(rnn), 16),
    "lstm": (Gated(lstm), 16),
    "gru": (Gated(gru), 16),
    "minimal_gru": (Minimal(), 16),
    "minimal_gru_wide": (Minimal(), 128),
    "lru": (Fixed(), 16),
    "lru_wide": (Fixed(), 128),
    "signed": (Signed(), 16),
}
