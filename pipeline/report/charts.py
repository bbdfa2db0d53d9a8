"""Numbers as pictures: dots with their intervals, one under another."""

from __future__ import annotations

import math
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from pipeline.report import names
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
