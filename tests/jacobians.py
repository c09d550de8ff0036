"""Jacobians by moving the state of the scalar cells, to judge the package's."""

import numpy as np

from rnncourse import rnn
from rnncourse.tree import leaves
from tests import scalar


def flat_step(cell, params, x, state):
    """One step of the scalar cells on one sequence, from flat state to flat state."""
    made = scalar.STEPS[cell]([weights.tolist() for weights in params], x.tolist(), list(state))
    return np.array(made["h"] + made.get("c", []))


def flat_run(cell, params, x, state):
    """All steps of `x` (T, D), likewise."""
    for x_t in x:
        state = flat_step(cell, params, x_t, state)
    return state


def jacobian(f, state):
    """Entry [j, k] is d f_j / d state_k, by moving state_k both ways."""
    return np.stack(
        [(f(state + 1e-5 * unit) - f(state - 1e-5 * unit)) / 2e-5 for unit in np.eye(len(state))],
        axis=1,
    )


def flat(state):
    """(B, S): h, and for the LSTM h followed by c."""
    return np.concatenate(leaves(state), axis=-1)


def nearly_linear(W_h, T):
    """(params, x, state) of an RNN so close to 0 that each Jacobian is the transpose of W_h."""
    H = len(W_h)
    params = rnn.Params(np.zeros((1, H)), W_h, np.zeros(H))
    return params, np.zeros((T, 1, 1)), np.full((1, H), 1e-12)
