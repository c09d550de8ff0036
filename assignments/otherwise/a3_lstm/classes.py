"""a3_lstm solved with a class per gate, and cells that inherit from each other."""

import numpy as np


# %% lstm-step
class Gate:
    """act(x W_x + h W_h + b + peep), with the way back."""

    def __init__(self, p, k, x, h_prev, peep=0.0):
        self.W_x, self.W_h, self.k, self.x, self.h_prev = p["W_x" + k], p["W_h" + k], k, x, h_prev
        a = np.matmul(x, self.W_x) + np.matmul(h_prev, self.W_h) + p["b_" + k] + peep
        self.value = np.tanh(a) if k == "g" else np.reciprocal(1 + np.exp(-a))

    def da(self, dvalue):
        slope = 1 - self.value**2 if self.k == "g" else self.value - self.value**2
        return dvalue * slope

    def back(self, da):
        weights = {"W_x": self.x.T @ da, "W_h": self.h_prev.T @ da, "b_": da.sum(0)}
        grads = {name + self.k: grad for name, grad in weights.items()}
        return da @ self.W_x.T, da @ self.W_h.T, grads


class Cell:
    def __init__(self, x, h_prev, c_prev, p):
        self.p, self.c_prev = p, c_prev
        self.open(x, h_prev)
        self.c = self.keep() * c_prev + self.gates["i"].value * self.gates["g"].value
        self.show(x, h_prev)
        self.h = self.gates["o"].value * np.tanh(self.c)

    def open(self, x, h_prev):
        self.gates = {k: Gate(self.p, k, x, h_prev) for k in "ifg"}

    def show(self, x, h_prev):
        self.gates["o"] = Gate(self.p, "o", x, h_prev)

    def keep(self):
        return self.gates["f"].value

    def back(self, dh, dc):
        i, g, o = (self.gates[k] for k in "igo")
        da = {"o": o.da(dh * np.tanh(self.c))}
        dc = dc + dh * o.value * (1 - np.tanh(self.c) ** 2) + self.seen_by_o(da["o"])
        da |= {"i": i.da(dc * self.written()), "g": g.da(dc * i.value)}
        if "f" in self.gates:
            da["f"] = self.gates["f"].da(dc * self.c_prev)
        parts = [self.gates[k].back(da[k]) for k in da]
        grads = self.more(da)
        for _, _, part in parts:
            grads |= part
        dx, dh_prev = (sum(part[n] for part in parts) for n in (0, 1))
        return dx, dh_prev, dc * self.keep() + self.seen_by_gates(da), grads

    def written(self):
        return self.gates["g"].value

    def seen_by_o(self, da_o):
        return 0.0

    def seen_by_gates(self, da):
        return 0.0

    def more(self, da):
        return {}


def lstm_step(x, h_prev, c_prev, p):
    cell = Cell(x, h_prev, c_prev, p)
    return cell.h, cell.c, cell


# %% lstm-step-backward
def lstm_step_backward(dh, dc, cache):
    return cache.back(dh, dc)


# %% coupled-step
class Coupled(Cell):
    def open(self, x, h_prev):
        self.gates = {k: Gate(self.p, k, x, h_prev) for k in "ig"}

    def keep(self):
        return 1 - self.gates["i"].value

    def written(self):
        return self.gates["g"].value - self.c_prev


def coupled_step(x, h_prev, c_prev, p):
    cell = Coupled(x, h_prev, c_prev, p)
    return cell.h, cell.c, cell


# %% coupled-step-backward
def coupled_step_backward(dh, dc, cache):
    return cache.back(dh, dc)


# %% peephole-step
class Peepholes(Cell):
    def open(self, x, h_prev):
        super().open(x, h_prev)
        for k in "if":
            self.gates[k] = Gate(self.p, k, x, h_prev, self.p["p_" + k] * self.c_prev)

    def show(self, x, h_prev):
        self.gates["o"] = Gate(self.p, "o", x, h_prev, self.p["p_o"] * self.c)

    def seen_by_o(self, da_o):
        return da_o * self.p["p_o"]

    def seen_by_gates(self, da):
        return da["i"] * self.p["p_i"] + da["f"] * self.p["p_f"]

    def more(self, da):
        looked_at = {"i": self.c_prev, "f": self.c_prev, "o": self.c}
        return {"p_" + k: np.sum(da[k] * c, axis=0) for k, c in looked_at.items()}


def peephole_step(x, h_prev, c_prev, p):
    cell = Peepholes(x, h_prev, c_prev, p)
    return cell.h, cell.c, cell


# %% peephole-step-backward
def peephole_step_backward(dh, dc, cache):
    return cache.back(dh, dc)
