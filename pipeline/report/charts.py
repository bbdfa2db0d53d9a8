"""Numbers as pictures: dots with intervals, and curves."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, LogLocator, MaxNLocator, NullLocator

from pipeline.report import names, palette
from pipeline.report.figures import Picture, draw
from pipeline.report.palette import Scheme


@dataclass(frozen=True)
class Dot:
    """A line of a chart: its label, the value with its interval, and a note at its right end.

    A heading has no value; `beside` is a second value, drawn hollow.
    """

    label: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    note: str = ""
    beside: float | None = None


def forest(name: str, alt: str, dots: list[Dot], band: float) -> Picture:
    """Differences in points with their intervals, and the band within which they count as none."""

    def paint(figure: Figure, scheme: Scheme) -> None:
        frame = _lines(figure, scheme, dots, "← fewer kept · points of neighbor recall · more kept →")
        for y in _heights(dots):
            frame.fill_between([-band, band], y - 0.1, y + 0.1, color=scheme.band, linewidth=0, zorder=0)
            frame.plot([0, 0], [y - 0.1, y + 0.1], color=scheme.soft, linewidth=0.8, zorder=1)
        ends = [0, -band, band, *(end for dot in dots for end in (dot.value, dot.low, dot.high) if math.isfinite(end))]
        room = 0.06 * (max(ends) - min(ends))
        frame.set_xlim(min(ends) - room, max(ends) + room)
        frame.xaxis.set_major_formatter(lambda value, _: f"{value:+g}".replace("-", names.MINUS) if value else "0")

    return draw(name, alt, _height(dots), paint)


def dots(name: str, alt: str, lines: list[Dot], axis: str, most: float | None = None) -> Picture:
    """Values from zero on with their intervals."""

    def paint(figure: Figure, scheme: Scheme) -> None:
        frame = _lines(figure, scheme, lines, axis)
        for y, line in zip(_heights(lines), lines, strict=True):
            if line.beside is not None:
                frame.plot(line.beside, y, "D", color=scheme.paper, markeredgecolor=scheme.ink, markersize=5.5)
        found = [
            end
            for line in lines
            for end in (line.value, line.high, line.beside)
            if end is not None and math.isfinite(end)
        ]
        frame.set_xlim(0, most or 1.08 * max(found))

    return draw(name, alt, _height(lines), paint)


def curves(name: str, alt: str, table: pd.DataFrame, x: str, series: dict[str, str], axis: str) -> Picture:
    """Columns of a table over its column x, each named at its end; series: column -> name."""

    def paint(figure: Figure, scheme: Scheme) -> None:
        frame = _plot(figure, axis)
        for (column, said), (color, dashes) in zip(series.items(), _styles(scheme), strict=False):
            frame.plot(table[x], table[column], dashes, color=color, linewidth=1.6, label=said)
        low = table[list(series)].min(axis=None)
        # The first epochs would squeeze all others into a line.
        high = table[list(series)].iloc[min(3, len(table) - 1)].max()
        frame.set_ylim(low - 0.06 * (high - low), high + 0.06 * (high - low)) if high > low else None
        frame.legend(frameon=False, labelcolor=scheme.ink)

    return draw(name, alt, 2.7, paint)


def levels(
    name: str, alt: str, table: pd.DataFrame, x: str, series: dict[str, str], axes: tuple[str, str]
) -> Picture:
    """Columns of a table over its column x, with a dot for each line; series: column -> name."""

    def paint(figure: Figure, scheme: Scheme) -> None:
        frame = _plot(figure, axes[0])
        frame.xaxis.set_major_locator(FixedLocator(table[x]))
        frame.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        for (column, said), (color, dashes) in zip(series.items(), _styles(scheme), strict=False):
            frame.plot(table[x], table[column], dashes, marker="o", markersize=4.5, color=color, linewidth=1.6, label=said)
        frame.set_ylabel(axes[1])
        frame.legend(frameon=False, labelcolor=scheme.ink)

    return draw(name, alt, 2.7, paint)


def _styles(scheme: Scheme) -> list[tuple[str, str]]:
    return [(scheme.accent, "-"), (scheme.ink, "--")]


def bars(name: str, alt: str, values: np.ndarray, hollow: np.ndarray, axes: tuple[str, str]) -> Picture:
    """values (n,) as bars from the largest to the smallest; those where `hollow` (n,) holds are marked by a ring, since
    they have next to no height. axes: what lies across, and up."""
    order = np.argsort(-values, kind="stable")

    def paint(figure: Figure, scheme: Scheme) -> None:
        frame = _plot(figure, axes[0])
        places = np.arange(1, len(values) + 1)
        frame.bar(places, values[order], color=scheme.accent, width=0.8)
        marked = hollow[order]
        frame.plot(places[marked], np.zeros(marked.sum()), "o", color=scheme.paper, markeredgecolor=scheme.ink,
                   markersize=4.5, clip_on=False, zorder=3)  # fmt: skip
        frame.set_xlim(0.4, len(values) + 0.6)
        frame.set_ylim(0, None)
        frame.set_ylabel(axes[1])

    return draw(name, alt, 2.7, paint)


def rates(name: str, alt: str, table: pd.DataFrame, said: dict[str, str]) -> Picture:
    """Error over bytes on logarithmic scales: lines for JPEG and for PCA at every size, a dot for each encoder.

    table  source, bytes, error; said: encoder -> the dot's label
    """

    def paint(figure: Figure, scheme: Scheme) -> None:
        frame = _plot(figure, "bytes a row")
        dots = table[table["source"].isin(said)]
        most = 3 * max(dots["bytes"].max(), 16)
        lines = {"every pca": ("PCA, every size", scheme.ink, "--"), "jpeg": ("JPEG", *palette.line(1))}
        for source, (label, color, dashes) in lines.items():
            own = table[(table["source"] == source) & (table["error"] > 0)].sort_values("bytes")
            own = own[own["bytes"] <= (most if source == "every pca" else np.inf)]
            if len(own):
                frame.plot(own["bytes"], own["error"], color=color, linestyle=dashes, linewidth=1.6, label=label)
        for line in dots.itertuples():
            frame.plot(line.bytes, line.error, "o", color=scheme.accent, markersize=6.5)
            frame.annotate(names.cut(said[line.source], 14), (line.bytes, line.error), (7, 4), textcoords="offset points")
        frame.set(xscale="log", yscale="log")
        for axis in (frame.xaxis, frame.yaxis):
            axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axis.set_major_formatter(lambda value, _: f"{value:g}")
            axis.set_minor_locator(NullLocator())
        frame.set_ylim(dots["error"].min() / 2.5, None)
        frame.legend(frameon=False, labelcolor=scheme.ink)

    return draw(name, alt, 3.4, paint)


def scree(name: str, alt: str, table: pd.DataFrame, sizes: list[int]) -> Picture:
    """The share of variance that the first components hold together, marked at the code sizes in use."""

    def paint(figure: Figure, scheme: Scheme) -> None:
        frame = _plot(figure, "principal components")
        frame.plot(table["component"], 100 * table["cumulative"], color=scheme.accent, linewidth=1.6)
        for size in sizes:
            held = 100 * table["cumulative"].iloc[size - 1]
            frame.plot(size, held, "o", color=scheme.ink, markersize=5)
            frame.annotate(f"{size}: {held:.0f} %", (size, held), (7, -11), textcoords="offset points")
        frame.set_ylim(0, 104)
        frame.set_xlim(0, None)
        frame.yaxis.set_major_formatter(lambda value, _: f"{value:g} %")

    return draw(name, alt, 2.7, paint)


def _plot(figure: Figure, axis: str) -> Axes:
    frame = figure.add_axes((0.13, 0.19, 0.84, 0.77))
    frame.set_xlabel(axis)
    frame.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    return frame


ROW, HEADING, MARGIN = 0.47, 0.34, 0.62  # inches: a line, a heading, the axis below


def _height(lines: list[Dot]) -> float:
    return sum(HEADING if line.value is None else ROW for line in lines) + MARGIN


def _heights(lines: list[Dot]) -> list[float]:
    """Where each line's dot stands, in inches above the axis."""
    left, found = _height(lines) - MARGIN, []
    for line in lines:
        left -= HEADING if line.value is None else ROW
        found.append(left + 0.14)
    return found


def _lines(figure: Figure, scheme: Scheme, lines: list[Dot], axis: str) -> Axes:
    """The label of each line stands above its dot: a gutter on the left leaves a phone no room."""
    height = _height(lines)
    frame = figure.add_axes((0.03, 0.55 / height, 0.94, 1 - MARGIN / height))
    frame.set(yticks=[], ylim=(0, height - MARGIN), xlabel=axis)
    frame.spines["left"].set_visible(False)
    frame.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
    across = frame.get_yaxis_transform()
    for y, line in zip(_heights(lines), lines, strict=True):
        weight = "bold" if line.value is None else "normal"
        above = 0 if line.value is None else 0.19
        frame.text(0, y + above, names.cut(line.label, 46), transform=across, va="center", weight=weight)
        if line.value is None:
            continue
        frame.text(1, y + above, line.note, transform=across, va="center", ha="right", weight="bold")
        frame.axhline(y, color=scheme.rule, linewidth=0.6, zorder=0.5)
        frame.plot([line.low, line.high], [y, y], color=scheme.accent, linewidth=3, solid_capstyle="butt")
        frame.plot(line.value, y, "o", color=scheme.accent, markersize=6.5)
    return frame
