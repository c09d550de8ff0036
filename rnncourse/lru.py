"""The Linear Recurrent Unit (Orvieto et al. 2023, arXiv:2303.06349): complex, linear, diagonal.

The factor that the state is multiplied by is the same at every step and for every input.
Complex numbers are held as two real arrays, so optimisers and checks see real parameters only.
"""

from typing import NamedTuple

import numpy as np

from rnncourse import checks, scan


class Params(NamedTuple):
    """Weights of H complex units between D inputs and V outputs."""

    nu: np.ndarray  # (H,) |lambda| = exp(-exp(nu)), so always below 1
    theta: np.ndarray  # (H,) the angle of lambda is exp(theta)
    gamma: np.ndarray  # (H,) the input is scaled by exp(gamma)
    W_x_re: np.ndarray  # (D, H) from the input, real part
    W_x_im: np.ndarray  # (D, H) and imaginary part
    W_y_re: np.ndarray  # (H, V) to the output, real part
    W_y_im: np.ndarray  # (H, V) and imaginary part
    W_skip: np.ndarray  # (D, V) past the state


class Cache(NamedTuple):
    """What `forward` kept for `backward`."""

    x: np.ndarray  # (T, B, D)
    state: np.ndarray  # (B, H) complex, where it started
    u: np.ndarray  # (T, B, H) complex, the input as the units see it
    s: np.ndarray  # (T, B, H) complex states


def init_params(rng, D, H, V, dtype=float, r_min=0.0, r_max=1.0, max_angle=2 * np.pi):
    """Draw parameters with the factors spread evenly over a ring of the complex plane.

    Parameters
    ----------
    rng : numpy.random.Generator
    D, H, V : int
        Input, state and output width.
    dtype : dtype
        float32 or float64.
    r_min, r_max : float
        The ring: absolute values of lambda between these.
    max_angle : float
        Angles of lambda from 0 to this.

    Returns
    -------
    Params

    Notes
    -----
    Source: Orvieto et al. 2023, section 3 and appendix A. gamma starts at sqrt(1 - abs(lambda)^2),
    which keeps the size of the state near that of the input.
    """
    even = rng.uniform(size=H)  # even over the ring's area, so even in the square of the radius
    nu = np.log(-0.5 * np.log(even * (r_max**2 - r_min**2) + r_min**2))
    theta = np.log(max_angle * (1 - rng.uniform(size=H)))  # from (0, max_angle]
    gamma = 0.5 * np.log(1 - np.exp(-2 * np.exp(nu)))
    W_in = rng.normal(0, (2 * D) ** -0.5, (2, D, H))  # real and imaginary part
    W_out = rng.normal(0, H**-0.5, (2, H, V))
    W_skip = rng.normal(0, D**-0.5, (D, V))
    return Params(*(w.astype(dtype) for w in (nu, theta, gamma, *W_in, *W_out, W_skip)))


def factor(params):
    """The complex factor of each unit: its absolute value is below 1, whatever `params` are.

    Returns
    -------
    ndarray (H,)
        Complex.

    Notes
    -----
    Source: equation eq-lru-lambda.
    """
    return np.exp(-np.exp(params.nu) + 1j * np.exp(params.theta))  # eq-lru-lambda


def forward(params, x, state=None):
    """Run over a batch of sequences in about 2 log2 T rounds.

    Parameters
    ----------
    params : Params
    x : ndarray (T, B, D)
        The dtype of `params`.
    state : ndarray (B, H), optional
        Complex, where to start; zeros when None.

    Returns
    -------
    y : ndarray (T, B, V)
        Real.
    state : ndarray (B, H)
        Complex, after the last step.
    cache : Cache

    Raises
    ------
    TypeError
        If something is no array, or dtypes differ.
    ValueError
        If shapes do not fit, a size is 0, or an array holds NaN or infinity.

    Notes
    -----
    Source: equations eq-lru-s, eq-lru-y.
    """
    H, dtype = _check_params(params)
    checks.array("x", x, ("T", "B", len(params.W_x_re)), dtype)
    turning = np.result_type(dtype, np.complex64)
    state = np.zeros((x.shape[1], H), turning) if state is None else state
    checks.array("state", state, (x.shape[1], H), turning)
    u = x @ _complex(params.W_x_re, params.W_x_im)  # (T, B, H)
    kept = np.broadcast_to(factor(params), u.shape)
    s = scan.scan(kept, np.exp(params.gamma) * u, state)  # eq-lru-s
    y = (s @ _complex(params.W_y_re, params.W_y_im)).real + x @ params.W_skip  # eq-lru-y
    return y, s[-1].copy(), Cache(x, state, u, s)


def backward(params, cache, dy):
    """Gradients of a whole sequence, by a scan from the end.

    Parameters
    ----------
    params : Params
    cache : Cache
        From `forward`.
    dy : ndarray (T, B, V)
        Gradient of every output.

    Returns
    -------
    dx : ndarray (T, B, D)
    dstate : ndarray (B, H)
        Complex: the gradient of the initial state's real part, plus i times that of its
        imaginary part.
    grads : Params
        Summed over T and B.

    Raises
    ------
    TypeError, ValueError
        If `dy` does not fit.

    Notes
    -----
    Source: equations eq-lru-ds, eq-lru-dlambda, eq-lru-dw.
    """
    x, state, u, s = cache
    D, H, V = *params.W_x_re.shape, params.W_skip.shape[1]
    checks.array("dy", dy, (*s.shape[:2], V), x.dtype)
    lam, gain = factor(params), np.exp(params.gamma)
    W_x, W_y = _complex(params.W_x_re, params.W_x_im), _complex(params.W_y_re, params.W_y_im)
    ds = dy @ W_y.conj().T  # eq-lru-ds
    dlam, ds, dstate = scan.backward(np.broadcast_to(lam, s.shape), s, ds, state)
    dlog = np.conj(lam) * dlam.sum(axis=(0, 1))  # eq-lru-dlambda
    du = gain * ds
    rows, dy_rows = x.reshape(-1, D), dy.reshape(-1, V)
    dW_x = rows.T @ du.reshape(-1, H)  # eq-lru-dw
    dW_y = s.reshape(-1, H).conj().T @ dy_rows
    grads = Params(
        nu=-np.exp(params.nu) * dlog.real,
        theta=np.exp(params.theta) * dlog.imag,
        gamma=gain * (u.conj() * ds).real.sum(axis=(0, 1)),
        W_x_re=dW_x.real.copy(),
        W_x_im=dW_x.imag.copy(),
        W_y_re=dW_y.real.copy(),
        W_y_im=dW_y.imag.copy(),
        W_skip=rows.T @ dy_rows,
    )
    return (du @ W_x.conj().T).real + dy @ params.W_skip.T, dstate, grads


def _complex(real, imaginary):
    return real + 1j * imaginary


def _check_params(params):
    """Refuse what are no parameters of one dtype that fit together; return (H, dtype)."""
    if type(params) is not Params:
        raise TypeError(f"params: expected lru.Params, got {type(params).__name__}")
    if not isinstance(params.W_x_re, np.ndarray) or params.W_x_re.dtype not in checks.DTYPES:
        raise TypeError(
            f"params.W_x_re: expected a float32 or float64 array, got {params.W_x_re!r}"
        )
    dtype = params.W_x_re.dtype
    checks.array("params.W_x_re", params.W_x_re, ("D", "H"), dtype)
    D, H = params.W_x_re.shape
    checks.array("params.W_y_re", params.W_y_re, (H, "V"), dtype)
    V = params.W_y_re.shape[1]
    shapes = Params((H,), (H,), (H,), (D, H), (D, H), (H, V), (H, V), (D, V))
    for name, weights, shape in zip(Params._fields, params, shapes, strict=True):
        checks.array(f"params.{name}", weights, shape, dtype)
    return H, dtype
