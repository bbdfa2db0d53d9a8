"""Charts of curves and of bars."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, LogLocator, MaxNLocator, NullLocator

from pipeline.report import colors, formatting
from pipeline.report.colors import Scheme
from pipeline.report.rendering import Picture, draw


def training(name: str, alt: str, table: pd.DataFrame, x: str, series: dict[str, str], axis: str) -> Picture:
    """Columns of a table over its column x, each named at its end; series: column -> name."""

    def paint(figure: Figure, scheme: Scheme) -> None:
        frame = _plot(figure, axis)
        for (column, label), (color, dashes) in zip(series.items(), _styles(scheme), strict=False):
            frame.plot(table[x], table[column], dashes, color=color, linewidth=1.6, label=label)
        frame.set_ylabel("loss")
        low = table[list(series)].min(axis=None)
        # The first epochs would squeeze all others into a line.
        high = table[list(series)].iloc[min(3, len(table) - 1)].max()
        frame.set_ylim(low - 0.06 * (high - low), high + 0.06 * (high - low)) if high > low else None
        frame.legend(frameon=False, labelcolor=scheme.ink)

    return draw(name, alt, 2.7, paint, data=table[[x, *series]])


def noise_levels(
    name: str, alt: str, table: pd.DataFrame, x: str, series: dict[str, str], axes: tuple[str, str]
) -> Picture:
    """Columns of a table over its column x, with a dot for each row; series: column -> name."""

    def paint(figure: Figure, scheme: Scheme) -> None:
        frame = _plot(figure, axes[0])
        frame.xaxis.set_major_locator(FixedLocator(table[x]))
        frame.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        for (column, label), (color, dashes) in zip(series.items(), _styles(scheme), strict=False):
            frame.plot(
                table[x], table[column], dashes, marker="o", markersize=4.5, color=color, linewidth=1.6, label=label
            )
        frame.set_ylabel(axes[1])
        frame.legend(frameon=False, labelcolor=scheme.ink)

    return draw(name, alt, 2.7, paint, data=table[[x, *series]])


def _styles(scheme: Scheme) -> list[tuple[str, str]]:
    return [(scheme.accent, "-"), (scheme.ink, "--")]


def bars(name: str, alt: str, values: np.ndarray, hollow: np.ndarray, axes: tuple[str, str]) -> Picture:
    """values (n,) as bars from the largest to the smallest; those where `hollow` (n,) holds are marked by a ring, since
    they have next to no height. axes: what lies across, and up."""
    order = np.argsort(-values, kind="stable")

    def paint(figure: Figure, scheme: Scheme) -> None:
        frame = _plot(figure, axes[0])
        positions = np.arange(1, len(values) + 1)
        frame.bar(positions, values[order], color=scheme.accent, width=0.8)
        marked = hollow[order]
        frame.plot(positions[marked], np.zeros(marked.sum()), "o", color=scheme.paper, markeredgecolor=scheme.ink,
                   markersize=4.5, clip_on=False, zorder=3)  # fmt: skip
        frame.set_xlim(0.4, len(values) + 0.6)
        frame.set_ylim(0, None)
        frame.set_ylabel(axes[1])

    return draw(name, alt, 2.7, paint, data=pd.DataFrame({"unit": order + 1, axes[1]: values[order]}))


def rate_distortion(name: str, alt: str, table: pd.DataFrame, encoders: list[str]) -> Picture:
    """Error over bytes on logarithmic scales: lines for JPEG and for PCA at every size, a dot for each encoder.

    table  source, bytes, error
    """

    def paint(figure: Figure, scheme: Scheme) -> None:
        frame = _plot(figure, "bytes per row")
        dots = table[table["source"].isin(encoders)]
        most = 3 * max(dots["bytes"].max(), 16)
        styles = {"every pca": ("PCA, every size", scheme.ink, "--"), "jpeg": ("JPEG", *colors.line(1))}
        for source, (label, color, dashes) in styles.items():
            own = table[(table["source"] == source) & (table["error"] > 0)].sort_values("bytes")
            own = own[own["bytes"] <= (most if source == "every pca" else np.inf)]
            if len(own):
                frame.plot(own["bytes"], own["error"], color=color, linestyle=dashes, linewidth=1.6, label=label)
        low, high, below = dots["error"].min() / 3, 1.2 * table["error"].max(), np.inf
        gap = (high / low) ** (0.15 / 2.6)  # a row of text, of the axis's inches
        for dot in dots.sort_values("error", ascending=False).itertuples():
            frame.plot(dot.bytes, dot.error, "o", color=scheme.accent, markersize=6.5)
            below = min(dot.error, below / gap)  # labels one under another, each next to its dot or a little lower
            frame.annotate(formatting.cut(dot.source, 14), (1.12 * dot.bytes, below), va="center", size=8.5)
        frame.set(xscale="log", yscale="log")
        for axis in (frame.xaxis, frame.yaxis):
            axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axis.set_major_formatter(lambda value, _: f"{value:g}")
            axis.set_minor_locator(NullLocator())
        frame.set_ylim(low, high)
        frame.set_ylabel("squared error per row")
        frame.legend(frameon=False, labelcolor=scheme.ink)

    return draw(name, alt, 3.4, paint, data=table[["source", "bytes", "error"]])


def r_nx(name: str, alt: str, table: pd.DataFrame, titles: dict[str, str], k: int) -> Picture:
    """R_NX over k of each map, k marked.

    table  name, k, r_nx
    """
    legend = 0.24 * len(titles) + 0.1

    def paint(figure: Figure, scheme: Scheme) -> None:
        height = 2.7 + legend
        frame = _plot(figure, "neighborhood size k", 2.7 / height)
        frame.axvline(k, color=scheme.rule, linewidth=1)
        for index, (own, title) in enumerate(titles.items()):
            color, dashes = colors.line(index)
            curve = table[table["name"] == own]
            frame.plot(
                curve["k"], curve["r_nx"], color=color, linestyle=dashes, linewidth=1.7, label=formatting.cut(title, 44)
            )
        frame.set_xscale("log")
        frame.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        frame.set_ylim(min(0, table["r_nx"].min()), None)
        frame.set_ylabel("R_NX")
        figure.legend(loc="upper left", bbox_to_anchor=(0.02, 1), frameon=False, labelcolor=scheme.ink, handlelength=3.2,
                      borderpad=0.1)  # fmt: skip

    return draw(name, alt, 2.7 + legend, paint, data=table[table["name"].isin(titles)][["name", "k", "r_nx"]])


def shepard(name: str, alt: str, in_data: np.ndarray, on_map: np.ndarray) -> Picture:
    """Distances between pairs of rows, in the data across and on the map up."""

    def paint(figure: Figure, scheme: Scheme) -> None:
        frame = _plot(figure, "distance in the data")
        frame.scatter(in_data, on_map, s=3, alpha=0.35, color=scheme.accent, linewidths=0, rasterized=True)
        frame.set_ylim(0, None)
        frame.set_ylabel("distance on the map")

    return draw(name, alt, 2.7, paint, data=pd.DataFrame({"in_data": in_data, "on_map": on_map}))


def code_sizes(name: str, alt: str, errors: pd.DataFrame, encoder: str) -> Picture:
    """Unexplained variance over code size, for each training and on average, compared with principal components.

    errors  size, training, error, pca_error
    """
    means = errors.groupby("size")[["error", "pca_error"]].mean()

    def paint(figure: Figure, scheme: Scheme) -> None:
        frame = _plot(figure, "dimensions of the code")
        frame.plot(means.index, 100 * means["pca_error"], color=scheme.ink, linestyle="--", linewidth=1.6, label="PCA")
        frame.plot(
            means.index, 100 * means["error"], color=scheme.accent, linewidth=1.6, label=formatting.cut(encoder, 14)
        )
        frame.plot(errors["size"], 100 * errors["error"], "o", color=scheme.accent, markersize=4.5)
        frame.set_xscale("log")
        frame.xaxis.set_major_locator(FixedLocator(means.index))
        frame.xaxis.set_minor_locator(NullLocator())
        frame.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        frame.yaxis.set_major_formatter(lambda value, _: f"{value:g} %")
        frame.set_ylim(0, None)
        frame.set_ylabel("unexplained variance")
        frame.legend(frameon=False, labelcolor=scheme.ink)

    return draw(name, alt, 2.7, paint, data=errors)


def scree(name: str, alt: str, table: pd.DataFrame, sizes: list[int]) -> Picture:
    """The share of variance that the first components explain together, marked at the code sizes in use."""

    def paint(figure: Figure, scheme: Scheme) -> None:
        frame = _plot(figure, "principal components")
        frame.plot(table["component"], 100 * table["cumulative"], color=scheme.accent, linewidth=1.6)
        for size in sizes:
            explained = 100 * table["cumulative"].iloc[size - 1]
            frame.plot(size, explained, "o", color=scheme.ink, markersize=5)
            frame.annotate(f"{size}: {explained:.0f} %", (size, explained), (7, -11), textcoords="offset points")
        frame.set_ylim(0, 104)
        frame.set_ylabel("variance explained")
        frame.set_xlim(0, None)
        frame.yaxis.set_major_formatter(lambda value, _: f"{value:g} %")

    return draw(name, alt, 2.7, paint, data=table)


def _plot(figure: Figure, axis: str, share: float = 1.0) -> Axes:
    """Axes in the lower `share` of a figure."""
    frame = figure.add_axes((0.18, 0.19 * share, 0.79, 0.77 * share))
    frame.set_xlabel(axis)
    frame.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    return frame
