"""Three figures of the results, as SVG that is the same for the same numbers."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import TwoSlopeNorm

from rnncourse.plots import CYCLE, STATE_COLORS, STYLE, SVG_METADATA

MARKERS = "os^D"


def draw(folder, results):
    """Write the figures that the results allow.

    Returns
    -------
    list of (str, str)
        File name and alt text of each.
    """
    makers = {"shapes": ratios, "sweep": sweep, "memory": lengths}
    drawn = []
    for group, make in makers.items():
        if group not in results:
            continue
        with plt.rc_context(STYLE):
            figure, alt = make(results[group]["records"])
            figure.savefig(folder / f"{group}.svg", metadata=SVG_METADATA)
            plt.close(figure)
        drawn.append((f"{group}.svg", alt))
    return drawn


def ratios(records):
    """Fused over torch for every shape: a panel for each precision and kind of work."""
    records = [r for r in records if r["threads"] == 1 and "fused/torch" in r["ratios"]]
    panels = list(dict.fromkeys((r["mode"], r["dtype"]) for r in records)) or [("", "")]
    shapes = list(dict.fromkeys(tuple(r[key] for key in "TBDH") for r in records))
    cells = list(dict.fromkeys(r["cell"] for r in records))
    figure, axes = plt.subplots(
        len(panels), 1, figsize=(7, 1 + 2.2 * len(panels)), sharex=True, sharey=True, squeeze=False
    )
    for ax, (mode, dtype) in zip(axes[:, 0], panels, strict=True):
        ax.axhline(1, color=CYCLE[-1], linewidth=1)
        for k, cell in enumerate(cells):
            found = {
                tuple(r[key] for key in "TBDH"): r["ratios"]["fused/torch"]["cpu"]["minima"]
                for r in records
                if (r["mode"], r["dtype"], r["cell"]) == (mode, dtype, cell)
            }
            at = [shapes.index(shape) + 0.15 * (k - (len(cells) - 1) / 2) for shape in found]
            ax.plot(at, found.values(), MARKERS[k], color=CYCLE[k], linestyle="none", label=cell)
        ax.set_yscale("log", base=2)
        ax.yaxis.set_major_formatter("{x:g}")
        ax.set(title=f"{mode}, {dtype}", ylabel="fused / torch")
    axes[-1, 0].set_xticks(range(len(shapes)), [f"{T}, {B},\n{D}, {H}" for T, B, D, H in shapes])
    axes[-1, 0].set_xlabel("T, B, D, H")
    figure.legend(
        *axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=len(cells) or 1
    )
    all_ratios = [r["ratios"]["fused/torch"]["cpu"]["minima"] for r in records]
    faster = sum(ratio < 1 for ratio in all_ratios)
    return figure, (
        f"CPU time of the fused kernels over that of torch.nn on one thread, by shape and cell: "
        f"{faster} of {len(all_ratios)} are below 1, from {min(all_ratios, default=0):.2f} "
        f"to {max(all_ratios, default=0):.2f}."
    )


def sweep(records):
    """Fused over torch for the LSTM in float32, a field for each batch and state size."""
    found = {
        (r["H"], r["B"]): r["ratios"]["fused/torch"]["cpu"]["minima"]
        for r in records
        if "fused/torch" in r["ratios"]
    }
    widths, batches = (sorted({key[k] for key in found}) for k in (0, 1))
    grid = np.array([[found.get((H, B), np.nan) for B in batches] for H in widths])
    figure, ax = plt.subplots(figsize=(7, 3.6))
    if grid.size:
        edge = max(abs(np.log2(grid[np.isfinite(grid)])).max(), 0.1)
        norm = TwoSlopeNorm(0, -edge, edge)
        image = ax.imshow(np.log2(grid), cmap=STATE_COLORS.reversed(), norm=norm, aspect="auto")
    for (row, column), ratio in np.ndenumerate(grid):
        color = _readable_on(image.cmap(image.norm(np.log2(ratio))))
        ax.text(column, row, f"{ratio:.2f}", ha="center", va="center", color=color)
    ax.set_xticks(range(len(batches)), batches)
    ax.set_yticks(range(len(widths)), widths)
    ax.set(xlabel="batch size B", ylabel="H and D", title="LSTM, float32, training step")
    ax.grid(False)
    faster = sum(ratio < 1 for ratio in found.values())
    return figure, (
        f"CPU time of a training step of the fused LSTM over that of torch.nn.LSTM in float32, for "
        f"batch sizes {_span(batches)} and widths {_span(widths)}: "
        f"faster in {faster} of {len(found)} fields, from {min(found.values(), default=0):.2f} to "
        f"{max(found.values(), default=0):.2f}."
    )


def _span(sizes):
    return f"{min(sizes, default=0)} to {max(sizes, default=0)}"


def _readable_on(color):
    """White or ink, whichever stands out more against a colour (relative luminance, WCAG 2)."""
    channels = np.array(color[:3])
    linear = np.where(channels <= 0.04, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return "white" if linear @ [0.2126, 0.7152, 0.0722] < 0.2 else CYCLE[-1]


def lengths(records):
    """Time and memory of a training step against T, both on logarithmic axes."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(7, 3.8))
    lengths = [r["T"] for r in records]
    for k, name in enumerate(dict.fromkeys(key for r in records for key in r["bytes"])):
        kind = {"color": CYCLE[k], "marker": MARKERS[k], "label": name}
        found = [r for r in records if name in r["seconds"]]
        times = [r["seconds"][name]["cpu"]["minimum"] for r in found]
        left.plot([r["T"] for r in found], times, **kind)
        right.plot(lengths, [r["bytes"][name]["rss"] / 1e6 for r in records], **kind)
    left.set(xscale="log", yscale="log", xlabel="T", title="seconds")
    right.set(xscale="log", yscale="log", xlabel="T", title="megabytes")
    figure.legend(*right.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    longest = records[-1]["bytes"]
    sizes = ", ".join(f"{name} {found['rss'] / 1e6:.0f} MB" for name, found in longest.items())
    return figure, (
        f"Seconds and memory of an LSTM's training step against the number of steps T. "
        f"At T = {lengths[-1]}: {sizes}."
    )
