"""The figures show the numbers they are given, on fixed scales, and are drawn the same twice."""

import io
import os
import subprocess
import sys
import types

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb, to_rgba

from rnncourse import plots

T, H = 6, 4


@pytest.fixture
def ax():
    with matplotlib.rc_context():
        plots.use_style()
        figure, ax = plt.subplots()
        yield ax
        plt.close(figure)


def svg(draw):
    figure, ax = plt.subplots()
    draw(ax)
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata=plots.SVG_METADATA)
    plt.close(figure)
    return text.getvalue()


def test_gate_shows_time_rightwards_and_units_downwards_from_0_to_1(ax, rng):
    values = rng.uniform(0.3, 0.6, (T, H))
    image = plots.gate(ax, values, "$f_t$")
    np.testing.assert_array_equal(image.get_array(), values.T)
    assert image.get_clim() == (0.0, 1.0)
    assert image.get_extent() == [0.5, T + 0.5, H + 0.5, 0.5]  # cell t is centred on t = 1..T
    assert ax.get_title() == "$f_t$"
    assert ax.get_xlabel() == "time $t$"


@pytest.mark.parametrize("limit", [1.0, 2.5])
def test_state_is_white_at_zero_and_symmetric(ax, rng, limit):
    values = rng.normal(size=(T, H))
    image = plots.state(ax, values, "$c_t$", limit=limit)
    np.testing.assert_array_equal(image.get_array(), values.T)
    assert image.get_clim() == (-limit, limit)
    assert min(image.cmap(image.norm(0.0))) > 0.99
    below, above = (image.cmap(image.norm(v)) for v in (-limit, limit))
    assert below[0] > below[2] and above[2] > above[0]  # orange below, blue above


@pytest.mark.parametrize("limit", [0.0, -1.0])
def test_state_refuses_a_limit_which_is_not_positive(ax, limit):
    with pytest.raises(ValueError, match="limit must be positive"):
        plots.state(ax, np.zeros((T, H)), "$h_t$", limit=limit)


def test_flow_is_1_at_lag_0_and_the_first_state_is_at_lag_T(ax):
    values = 0.5 ** np.arange(T, -1, -1)
    line = plots.flow(ax, values, "RNN")
    np.testing.assert_array_equal(line.get_xdata(), np.arange(T + 1))
    assert line.get_ydata()[0] == 1.0
    assert line.get_ydata()[T] == values[0] == 0.5**T
    assert ax.get_yscale() == "log"
    assert line.get_label() == "RNN"


def test_flow_given_backwards_is_refused(ax):
    with pytest.raises(ValueError, match="must end with d state_T"):
        plots.flow(ax, 0.5 ** np.arange(T + 1), "RNN")


def test_flow_which_underflows_to_zero_is_drawn(ax):
    plots.flow(ax, [0.0, 1e-300, 1.0], "RNN")
    ax.figure.canvas.draw()


def test_loss_starts_at_step_1(ax):
    line = plots.loss(ax, [3.0, 2.0, 1.5], "GRU")
    np.testing.assert_array_equal(line.get_xdata(), [1, 2, 3])
    np.testing.assert_array_equal(line.get_ydata(), [3.0, 2.0, 1.5])
    assert line.get_label() == "GRU"


def test_baseline_is_a_dashed_line_with_its_name_above_its_right_end(ax):
    plots.loss(ax, [3.0, 2.0, 1.0], "GRU")
    line = plots.baseline(ax, np.log(4), "log 4")
    assert set(line.get_ydata()) == {np.log(4)}
    assert line.get_linestyle() == "--"
    (text,) = ax.texts
    assert text.get_text() == "log 4"
    ax.figure.canvas.draw()
    box = text.get_window_extent().transformed(ax.transData.inverted())
    assert np.log(4) < box.y0 < box.y1 < ax.get_ylim()[1]
    assert box.x1 <= ax.get_xlim()[1]
    assert len(ax.get_legend_handles_labels()[1]) == 1  # the text replaces a legend entry


@pytest.mark.parametrize(
    ("draw", "bad", "expected"),
    [
        (plots.gate, np.zeros((T, 2, H)), r"values must have shape \(T, H\).*\(6, 2, 4\)"),
        (plots.gate, np.zeros((0, H)), r"values must have shape \(T, H\).*\(0, 4\)"),
        (plots.state, np.zeros(T), r"values must have shape \(T, H\).*\(6,\)"),
        (plots.flow, np.ones((T, H)), r"flow must have shape \(T\+1,\).*\(6, 4\)"),
        (plots.loss, 1.0, r"losses must have shape \(N,\).*\(\)"),
        (plots.baseline, np.ones(3), r"value must be one number, got shape \(3,\)"),
    ],
)
def test_a_bad_shape_says_what_was_expected_and_what_came(ax, draw, bad, expected):
    with pytest.raises(ValueError, match=expected):
        draw(ax, bad, "name")


def test_the_figures_do_not_change_their_input(ax, rng):
    values = rng.uniform(size=(T, H))
    copy = values.copy()
    plots.gate(ax, values, "$f_t$").set_data(np.zeros((H, T)))
    np.testing.assert_array_equal(values, copy)


@pytest.mark.parametrize(
    "draw",
    [
        lambda ax: plots.gate(ax, np.linspace(0, 1, T * H).reshape(T, H), "$z_t$"),
        lambda ax: plots.flow(ax, 0.1 ** np.arange(T, -1, -1), "RNN"),
        lambda ax: plots.baseline(ax, 1.0, "zero rule"),
    ],
)
def test_svg_is_the_same_text_when_drawn_twice_and_has_no_date(ax, draw):
    assert svg(draw) == svg(draw)
    assert "dc:date" not in svg(draw)


NOTEBOOK_CELL = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
from rnncourse import plots
plots.use_style()
figure, ax = plt.subplots()
plots.gate(ax, [[0.0, 1.0]], "$f_t$")
plots.baseline(ax, 1.0, "one")
data, _ = shell.display_formatter.format(figure)
assert sorted(set(data) - {"text/plain"}) == ["image/svg+xml"], data.keys()
print(data["image/svg+xml"])
"""


def test_a_notebook_shows_the_same_svg_in_every_session(tmp_path):
    pytest.importorskip("IPython")
    pytest.importorskip("matplotlib_inline")
    shown = [
        subprocess.run(
            [sys.executable, "-c", NOTEBOOK_CELL],
            env={**os.environ, "PYTHONHASHSEED": seed, "IPYTHONDIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert "<svg" in shown[0]
    assert shown[0] == shown[1]


def luminance(rgb):
    rgb = np.asarray(rgb)
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return linear @ (0.2126, 0.7152, 0.0722)


def contrast(a, b):
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def in_the_dark(rgb):
    """What CSS's invert(1) hue-rotate(180deg) makes of a colour."""
    rotate = [[-0.574, 1.430, 0.144], [0.426, 0.430, 0.144], [0.426, 1.430, -0.856]]
    return np.clip(rotate @ (1 - np.asarray(rgb)), 0, 1)


@pytest.mark.parametrize("shell", [object(), None], ids=["notebook", "IPython without a shell"])
def test_the_style_asks_for_svg_in_a_notebook_alone(monkeypatch, shell):
    asked = []
    inline = types.ModuleType("matplotlib_inline.backend_inline")
    inline.set_matplotlib_formats = lambda *args, **kwargs: asked.append((args, kwargs))
    ipython = types.SimpleNamespace(get_ipython=lambda: shell)
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "matplotlib_inline", types.ModuleType("matplotlib_inline"))
    monkeypatch.setitem(sys.modules, "matplotlib_inline.backend_inline", inline)
    with matplotlib.rc_context():
        plots.use_style()
        assert matplotlib.rcParams["figure.facecolor"] == "none"
    svg = [(("svg",), {"bbox_inches": "tight", "metadata": plots.SVG_METADATA})]
    assert asked == (svg if shell else [])


@pytest.mark.parametrize("color", [*plots.CYCLE, plots.INK])
def test_lines_stand_out_on_light_and_dark_pages(color):
    assert contrast(to_rgb(color), (1, 1, 1)) >= 3
    assert contrast(in_the_dark(to_rgb(color)), to_rgb("#1f2430")) >= 3


def test_lines_differ_without_their_colours(ax):
    lines = [ax.plot([0, 1])[0] for _ in plots.CYCLE]
    assert len({str(line._unscaled_dash_pattern) for line in lines}) == len(lines)


def test_the_style_is_transparent(ax):
    assert to_rgba(ax.figure.get_facecolor())[3] == 0
    assert to_rgba(ax.get_facecolor())[3] == 0
