"""Numbers as pictures: dots with their intervals, one under another."""

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
    """A line of a chart: its label, the value with its interval, and a note at its right end.

    A heading has no value; `beside` is a second value, drawn hollow; `wide` is a second interval, drawn thin.
    """

    label: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    note: str = ""
    beside: float | None = None
    wide: tuple[float, float] | None = None


@dataclass(frozen=True)
class Bar:
    """A bar of a stacked chart: its label, and its shares, which add up to 1."""

    label: str
    shares: list[float]


def forest(name: str, alt: str, dots: list[Dot], band: float) -> Picture:
    """Differences with their intervals, and the band within which they count as none."""

    def paint(figure: Figure, scheme: Scheme) -> None:
        frame = _lines(figure, scheme, dots, "← worse · difference of area under R_NX · better →")
        for y in _heights(dots):
            frame.fill_between([-band, band], y - 0.1, y + 0.1, color=scheme.band, linewidth=0, zorder=0)
            frame.plot([0, 0], [y - 0.1, y + 0.1], color=scheme.soft, linewidth=0.8, zorder=1)
        ends = [0, -band, band]
        ends += [end for dot in dots for end in (dot.value, dot.low, dot.high, *(dot.wide or ())) if math.isfinite(end)]
        room = 0.06 * (max(ends) - min(ends))
        frame.set_xlim(min(ends) - room, max(ends) + room)
        frame.xaxis.set_major_formatter(lambda value, _: f"{value:+g}".replace("-", formatting.MINUS) if value else "0")

    return draw(name, alt, _height(dots), paint, data=_data(dots))


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

    return draw(name, alt, _height(lines), paint, data=_data(lines))


def stacked(name: str, alt: str, bars: list[Bar], parts: tuple[str, ...], axis: str) -> Picture:
    """Shares as parts of bars, each part in its own shade and, where there is room, with its percent."""
    lines = [Dot(bar.label, 0.0) for bar in bars]
    legend = 0.5

    def paint(figure: Figure, scheme: Scheme) -> None:
        height = _height(lines) + legend
        frame = figure.add_axes((0.03, 0.55 / height, 0.94, 1 - (MARGIN + legend) / height))
        frame.set(yticks=[], ylim=(0, height - legend - MARGIN), xlim=(0, 100), xlabel=axis)
        frame.spines["left"].set_visible(False)
        for y, bar in zip(_heights(lines), bars, strict=True):
            frame.text(0, y + 0.19, formatting.cut(bar.label, 46), va="center")
            left = 0.0
            for share, (color, ink) in zip(bar.shares, colors.shades(scheme), strict=False):
                frame.barh(y, 100 * share, 0.2, left=left, color=color, edgecolor=scheme.paper, linewidth=0.8)
                if share > 0.03:
                    frame.text(
                        left + 50 * share, y - 0.008, f"{100 * share:.0f}", ha="center", va="center", color=ink, size=8
                    )
                left += 100 * share
        keys = [Patch(color=color, label=part) for part, (color, _) in zip(parts, colors.shades(scheme), strict=False)]
        figure.legend(handles=keys, loc="upper left", bbox_to_anchor=(0.01, 1), ncols=2, frameon=False, borderpad=0.1,
                      labelcolor=scheme.ink, columnspacing=1.5, handlelength=1.2)  # fmt: skip

    data = pd.DataFrame([bar.shares for bar in bars], columns=list(parts)).assign(label=[bar.label for bar in bars])
    return draw(name, alt, _height(lines) + legend, paint, data=data)


def _data(lines: list[Dot]) -> pd.DataFrame:
    known = [line for line in lines if line.value is not None]
    found = pd.DataFrame(
        [vars(line) for line in known], columns=["label", "value", "low", "high", "note", "beside", "wide"]
    )
    wide = [line.wide or (None, None) for line in known]
    return found.assign(wide_low=[low for low, _ in wide], wide_high=[high for _, high in wide]).drop(columns="wide")


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
        frame.text(0, y + above, formatting.cut(line.label, 46), transform=across, va="center", weight=weight)
        if line.value is None:
            continue
        frame.text(1, y + above, line.note, transform=across, va="center", ha="right", weight="bold")
        frame.axhline(y, color=scheme.rule, linewidth=0.6, zorder=0.5)
        if line.wide:
            frame.plot(line.wide, [y, y], color=scheme.soft, linewidth=1)
            frame.plot(line.wide, [y, y], "|", color=scheme.soft, markersize=6)
        frame.plot([line.low, line.high], [y, y], color=scheme.accent, linewidth=3, solid_capstyle="butt")
        frame.plot(line.value, y, "o", color=scheme.accent, markersize=6.5)
    return frame
