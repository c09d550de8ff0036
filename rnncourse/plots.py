"""Figures of the book: each draws one thing on `ax`, returns its artist, refuses other shapes."""

import sys

import matplotlib
import numpy as np
from cycler import cycler
from matplotlib.colors import LinearSegmentedColormap

INK = "#1f2328"
# Okabe and Ito's colours, green, purple and orange darkened: at least 3:1 against white and,
# after the dark theme's `invert(1) hue-rotate(180deg)`, against its background.
CYCLE = ["#0072b2", "#d55e00", "#008a64", "#aa4c84", "#b87a00", INK]
LINES = [
    "-",
    (0, (5, 2)),
    (0, (1.2, 1.2)),
    (0, (7, 2, 1.5, 2)),
    (0, (3, 1, 1, 1, 1, 1)),
    (0, (9, 3)),
]

STYLE = {
    "figure.figsize": (7.0, 4.0),
    "figure.facecolor": "none",
    "figure.constrained_layout.use": True,
    "axes.facecolor": "none",
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.titlesize": 15,
    "axes.labelsize": 14,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": cycler(color=CYCLE) + cycler(linestyle=LINES),
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 13,
    "grid.color": INK,
    "grid.alpha": 0.15,
    "grid.linewidth": 0.8,
    "legend.fontsize": 13,
    "legend.frameon": False,
    "legend.handlelength": 2.8,
    "lines.linewidth": 2.2,
    "lines.markersize": 7,
    "mathtext.fontset": "dejavusans",
    "svg.fonttype": "path",
    "svg.hashsalt": "rnncourse",
    "text.color": INK,
    "xtick.color": INK,
    "xtick.labelsize": 12,
    "ytick.color": INK,
    "ytick.labelsize": 12,
}

STATE_COLORS = LinearSegmentedColormap.from_list(
    "state", ["#8f2f00", "#d55e00", "#ffffff", "#0072b2", "#003e66"]
)

# No date and no version: drawing the same figure again gives the same text.
SVG_METADATA = {"Date": None, "Creator": None}


def use_style():
    """Set the book's style: transparent figures, dark ink, SVG in a notebook.

    Lines differ in colour and in dash pattern, so colour is never the only sign. In a notebook
    the figures become SVG whose text depends on the drawing alone: run twice, it is the same.

    Examples
    --------
    >>> use_style()
    >>> matplotlib.rcParams["figure.facecolor"]
    'none'
    """
    matplotlib.rcParams.update(STYLE)
    ipython = sys.modules.get("IPython")
    if ipython is not None and ipython.get_ipython() is not None:
        from matplotlib_inline.backend_inline import set_matplotlib_formats

        set_matplotlib_formats("svg", bbox_inches="tight", metadata=SVG_METADATA)


def gate(ax, values, name):
    """Draw a gate over time: white is closed (0), dark blue is open (1).

    Parameters
    ----------
    ax : matplotlib Axes
    values : (T, H) array
        One row per time step, one column per unit, in [0, 1].
    name : str
        The title, such as ``"$f_t$"``.

    Returns
    -------
    matplotlib.image.AxesImage
        Time 1..T to the right, units 1..H downwards. Give it to ``figure.colorbar``.
    """
    return _image(ax, values, name, "Blues", 0.0, 1.0)


def state(ax, values, name, limit=1.0):
    """Draw a state over time: orange is negative, white is 0, blue is positive.

    Parameters
    ----------
    ax : matplotlib Axes
    values : (T, H) array
        One row per time step, one column per unit.
    name : str
        The title, such as ``"$h_t$"``.
    limit : float
        The colours run from -limit to limit. h stays in [-1, 1]; the LSTM's c does not.

    Returns
    -------
    matplotlib.image.AxesImage
        Time 1..T to the right, units 1..H downwards. Give it to ``figure.colorbar``.

    Raises
    ------
    ValueError
        If `values` have another number of axes or are empty, or `limit` is not above 0.
    """
    if not limit > 0:
        raise ValueError(f"limit must be positive, got {limit}")
    return _image(ax, values, name, STATE_COLORS, -limit, limit)


def flow(ax, flow, label):
    """Draw how much of the gradient is left after going back in time, on a logarithmic scale.

    Parameters
    ----------
    ax : matplotlib Axes
    flow : (T+1,) array
        Entry t is the norm of d state_T / d state_t, from ``gradients.flow``; the last is 1.
    label : str
        The curve's name in the legend.

    Returns
    -------
    matplotlib.lines.Line2D
        Against the lag T - t: 1 at the left, the oldest state at the right.

    Raises
    ------
    ValueError
        If `flow` is not one row of numbers, or does not end with 1: perhaps it is reversed.
    """
    flow = _checked(flow, "flow", "(T+1,)", ndim=1)
    if not np.isclose(flow[-1], 1.0):
        raise ValueError(
            "flow must end with d state_T / d state_T, whose norm is 1 (time runs forwards), "
            f"got {flow[-1]:g}"
        )
    (line,) = ax.semilogy(np.arange(len(flow)), flow[::-1], label=label)
    ax.set_xlabel("lag $T - t$")
    ax.set_ylabel(r"$\Vert\,\partial\,\mathrm{state}_T\,/\,\partial\,\mathrm{state}_t\,\Vert_2$")
    ax.margins(x=0.02)
    return line


def loss(ax, losses, label):
    """Draw a training curve.

    Parameters
    ----------
    ax : matplotlib Axes
    losses : (N,) array or list
        The loss at steps 1..N.
    label : str
        The curve's name in the legend.

    Returns
    -------
    matplotlib.lines.Line2D
    """
    losses = _checked(losses, "losses", "(N,)", ndim=1)
    (line,) = ax.plot(np.arange(1, len(losses) + 1), losses, label=label)
    ax.set_xlabel("step")
    ax.set_ylabel("loss")
    return line


def baseline(ax, value, label):
    """Draw a horizontal dashed line to compare with, its name written above its right end.

    Parameters
    ----------
    ax : matplotlib Axes
    value : float
        Where the line is, such as log V, the loss of a uniform guess over V classes.
    label : str
        What the line stands for.

    Returns
    -------
    matplotlib.lines.Line2D

    Raises
    ------
    ValueError
        If `value` is not one number.
    """
    if np.ndim(value) != 0:
        raise ValueError(f"value must be one number, got shape {np.shape(value)}")
    line = ax.axhline(value, color=INK, linestyle="--", linewidth=1.4)
    ax.annotate(
        label,
        xy=(1.0, value),
        xycoords=ax.get_yaxis_transform(),
        xytext=(-2, 4),
        textcoords="offset points",
        horizontalalignment="right",
        verticalalignment="bottom",
    )
    return line


def _image(ax, values, name, cmap, low, high):
    values = _checked(values, "values", "(T, H)", ndim=2)
    T, H = values.shape
    image = ax.imshow(
        values.T,
        aspect="auto",
        cmap=cmap,
        extent=(0.5, T + 0.5, H + 0.5, 0.5),
        interpolation="none",
        vmin=low,
        vmax=high,
    )
    ax.grid(False)
    ax.locator_params(integer=True, min_n_ticks=1)
    ax.set_xlabel("time $t$")
    ax.set_ylabel("unit")
    ax.set_title(name)
    return image


def _checked(values, name, shape, ndim):
    array = np.asarray(values, dtype=float)
    if array.ndim != ndim or array.size == 0:
        raise ValueError(f"{name} must have shape {shape} and not be empty, got {array.shape}")
    return array
