"""The two squashing functions of every cell, and their derivatives read from the output."""

import numpy as np


def sigmoid(a):
    """Logistic function, elementwise, for any value of `a`.

    Parameters
    ----------
    a : ndarray
        Any shape.

    Returns
    -------
    ndarray
        Values in [0, 1], shape and dtype of `a`.

    Notes
    -----
    Source: equation eq-sigmoid.

    Examples
    --------
    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    with np.errstate(over="ignore"):  # where exp overflows to infinity, 0 is right
        return 1 / (1 + np.exp(-a))  # eq-sigmoid


def d_sigmoid(s):
    """Derivative of the sigmoid, from its output `s` (source: equation eq-d-sigmoid).

    Examples
    --------
    >>> float(d_sigmoid(np.array(0.5)))  # the steepest point: no gate passes more than a quarter
    0.25
    """
    return s * (1 - s)  # eq-d-sigmoid


def d_tanh(t):
    """Derivative of tanh, from its output `t` (source: equation eq-d-tanh).

    Examples
    --------
    >>> float(d_tanh(np.tanh(np.array(0.0))))  # at zero tanh is the identity
    1.0
    """
    return 1 - t * t  # eq-d-tanh
