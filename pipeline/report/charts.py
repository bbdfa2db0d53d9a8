"""Charts of intervals and of shares: dots with their intervals one under another, and stacked bars."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from pipeline.report import colors, formatting
from pipeline.report.colors import Scheme
from pipeline.report.rendering import Picture, draw


@dataclass(frozen=True)
class Dot:
    """A row of a chart: its label, the value with its interval, and a note at its right end.

    A heading has no value; `reference` is a second value, drawn hollow; `wide` is a second interval, drawn thin.
    """

    label: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    note: str = ""
    reference: float | None = None
    wide: tuple[float, float] | None = None


@dataclass(frozen=True)
class Bar:
    """A bar of a stacked chart: its label, and its shares, which add up to 1."""

    label: str
    shares: list[float]


def forest(name: str, alt: str, dots: list[Dot], band: float) -> Picture:
    """Differences with their intervals, and the band within which they count as none."""

    def paint(figure: Figure, scheme: Scheme) -> None:
        frame = _rows(figure, scheme, dots, "← worse · difference of R_NX AUC · better →")
        for y in _heights(dots):
            frame.fill_between([-band, band], y - 0.1, y + 0.1, color=scheme.band, linewidth=0, zorder=0)
            frame.plot([0, 0], [y - 0.1, y + 0.1], color=scheme.soft, linewidth=0.8, zorder=1)
        ends = [0, -band, band]
        ends += [end for dot in dots for end in (dot.value, dot.low, dot.high, *(dot.wide or ())) if math.isfinite(end)]
        margin = 0.06 * (max(ends) - min(ends))
        frame.set_xlim(min(ends) - margin, max(ends) + margin)
        frame.xaxis.set_major_formatter(lambda value, _: f"{value:+g}".replace("-", formatting.MINUS) if value else "0")

    return draw(name, alt, _height(dots), paint, data=_data(dots))


def dots(name: str, alt: str, dots: list[Dot], axis: str, most: float | None = None) -> Picture:
    """Values from zero on with their intervals."""

    def paint(figure: Figure, scheme: Scheme) -> None:
        frame = _rows(figure, scheme, dots, axis)
        for y, dot in zip(_heights(dots), dots, strict=True):
            if dot.reference is not None:
                frame.plot(dot.reference, y, "D", color=scheme.paper, markeredgecolor=scheme.ink, markersize=5.5)
        ends = [end for dot in dots for end in (dot.value, dot.high, dot.reference)]
        known = [end for end in ends if end is not None and math.isfinite(end)]
        frame.set_xlim(0, most or 1.08 * max(known))

    return draw(name, alt, _height(dots), paint, data=_data(dots))


def stacked(name: str, alt: str, bars: list[Bar], parts: tuple[str, ...], axis: str) -> Picture:
    """Shares as parts of bars, each part in its own shade and, where there is room, with its percent."""
    rows = [Dot(bar.label, 0.0) for bar in bars]
    legend = 0.5

    def paint(figure: Figure, scheme: Scheme) -> None:
        height = _height(rows) + legend
        frame = figure.add_axes((0.03, 0.55 / height, 0.94, 1 - (MARGIN + legend) / height))
        frame.set(yticks=[], ylim=(0, height - legend - MARGIN), xlim=(0, 100), xlabel=axis)
        frame.spines["left"].set_visible(False)
        for y, bar in zip(_heights(rows), bars, strict=True):
            frame.text(0, y + 0.19, formatting.cut(bar.label, 46), va="center")
            left = 0.0
            for share, (color, ink) in zip(bar.shares, colors.SHARES, strict=False):
                frame.barh(y, 100 * share, 0.2, left=left, color=color, edgecolor=scheme.paper, linewidth=0.8)
                if share > 0.03:
                    frame.text(
                        left + 50 * share, y - 0.008, f"{100 * share:.0f}", ha="center", va="center", color=ink, size=8
                    )
                left += 100 * share
        keys = [Patch(color=color, label=part) for part, (color, _) in zip(parts, colors.SHARES, strict=False)]
        figure.legend(handles=keys, loc="upper left", bbox_to_anchor=(0.01, 1), ncols=2, frameon=False, borderpad=0.1,
                      labelcolor=scheme.ink, columnspacing=1.5, handlelength=1.2)  # fmt: skip

    data = pd.DataFrame([bar.shares for bar in bars], columns=list(parts)).assign(label=[bar.label for bar in bars])
    return draw(name, alt, _height(rows) + legend, paint, data=data)


def _data(dots: list[Dot]) -> pd.DataFrame:
    known = [dot for dot in dots if dot.value is not None]
    table = pd.DataFrame(
        [vars(dot) for dot in known], columns=["label", "value", "low", "high", "note", "reference", "wide"]
    )
    wide = [dot.wide or (None, None) for dot in known]
    return table.assign(wide_low=[low for low, _ in wide], wide_high=[high for _, high in wide]).drop(columns="wide")


ROW, HEADING, MARGIN = 0.47, 0.34, 0.62  # inches: a row, a heading, the axis below


def _height(dots: list[Dot]) -> float:
    return sum(HEADING if dot.value is None else ROW for dot in dots) + MARGIN


def _heights(dots: list[Dot]) -> list[float]:
    """The height of each dot, in inches above the axis."""
    left, heights = _height(dots) - MARGIN, []
    for dot in dots:
        left -= HEADING if dot.value is None else ROW
        heights.append(left + 0.14)
    return heights


def _rows(figure: Figure, scheme: Scheme, dots: list[Dot], axis: str) -> Axes:
    """The label of each row is above its dot: a column of labels on the left leaves a phone no room."""
    height = _height(dots)
    frame = figure.add_axes((0.03, 0.55 / height, 0.94, 1 - MARGIN / height))
    frame.set(yticks=[], ylim=(0, height - MARGIN), xlabel=axis)
    frame.spines["left"].set_visible(False)
    frame.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
    across = frame.get_yaxis_transform()
    for y, dot in zip(_heights(dots), dots, strict=True):
        weight = "bold" if dot.value is None else "normal"
        above = 0 if dot.value is None else 0.19
        frame.text(0, y + above, formatting.cut(dot.label, 46), transform=across, va="center", weight=weight)
        if dot.value is None:
            continue
        frame.text(1, y + above, dot.note, transform=across, va="center", ha="right", weight="bold")
        frame.axhline(y, color=scheme.rule, linewidth=0.6, zorder=0.5)
        if dot.wide:
            frame.plot(dot.wide, [y, y], color=scheme.soft, linewidth=1)
            frame.plot(dot.wide, [y, y], "|", color=scheme.soft, markersize=6)
        frame.plot([dot.low, dot.high], [y, y], color=scheme.accent, linewidth=3, solid_capstyle="butt")
        frame.plot(dot.value, y, "o", color=scheme.accent, markersize=6.5)
    return frame
