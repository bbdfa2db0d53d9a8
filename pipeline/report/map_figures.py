"""Maps as figures: points by class, points by what is lost of their neighborhoods, new points, densities."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipeline.report import colors, formatting, label_placement
from pipeline.report.colors import Scheme
from pipeline.report.rendering import Picture, draw

VECTOR_UP_TO = 5_000  # rows; beyond, points are pixels inside the SVG
SIDE = 3.3  # inches
CELLS = 160  # of a density, to each side


def by_class(
    name: str,
    alt: str,
    points: np.ndarray,
    labels: np.ndarray | None,
    class_colors: dict[str, str],
    axes: tuple[str, str] | None = None,
) -> Picture:
    """points (n, 2) in the colors of their labels (n,), each class named at its median, or near it with a line.

    axes  what they mean, if they mean anything
    """

    def paint(figure: Figure, scheme: Scheme) -> None:
        frame = square(figure, points, axes)
        scatter(frame, points, point_colors(labels, class_colors))
        named = [label for label, color in class_colors.items() if color != colors.OTHER and (labels == label).any()]
        medians = np.array([np.median(points[labels == label], axis=0) for label in named])
        names, size = [formatting.cut(label, 14) for label in named], 11 if len(named) <= 10 else 9
        label_placement.write(frame, scheme, names, medians, weight="bold", size=size)

    data = coordinates(points) if labels is None else coordinates(points).assign(label=labels)
    return draw(f"map-{name}", alt, SIDE, paint, SIDE, data)


def by_loss(name: str, alt: str, points: np.ndarray, lost: np.ndarray) -> Picture:
    """points (n, 2) colored by the share of neighbors that each loses (n,)."""

    def paint(figure: Figure, scheme: Scheme) -> None:
        frame = square(figure, points, None, below=0.16)
        dots = scatter(frame, points, c=lost, cmap=scheme.sequential, vmin=0, vmax=1)
        bar = figure.add_axes((0.1, 0.105, 0.8, 0.025))
        legend = figure.colorbar(dots, cax=bar, orientation="horizontal", ticks=[0, 0.25, 0.5, 0.75, 1])
        legend.solids.set_alpha(1)
        legend.solids.set_rasterized(True)
        legend.outline.set_visible(False)
        bar.set_xticklabels(["0 %", "25 %", "50 %", "75 %", "100 %"])
        bar.set_xlabel("neighbors lost", labelpad=2)

    return draw(name, alt, 5.0, paint, data=coordinates(points).assign(lost=lost))


def side_by_side(name: str, alt: str, first: np.ndarray, second: np.ndarray, titles: tuple[str, str]) -> Picture:
    """Two maps of as many rows, (n, 2), in one plain color, each with its title below and to its own scale."""

    def paint(figure: Figure, scheme: Scheme) -> None:
        for points, left, title in ((first, 0.0, titles[0]), (second, 0.51, titles[1])):
            frame = square(figure, points, None, within=(left, 0.09, 0.49, 0.91))
            scatter(frame, points, c=colors.PLAIN)
            frame.text(0.5, -0.02, title, transform=frame.transAxes, ha="center", va="top")

    of_second = {f"{axis}, {titles[1]}": values for axis, values in zip("xy", second.T, strict=True)}
    return draw(name, alt, 2.45, paint, data=coordinates(first).assign(**of_second))


def new_points(
    name: str,
    alt: str,
    known: np.ndarray,
    labels: np.ndarray | None,
    class_colors: dict[str, str],
    new: np.ndarray,
    out_of_distribution: np.ndarray,
    numbered: np.ndarray,
) -> Picture:
    """New points (m, 2) as rings on a map of known ones (n, 2), which are dim in the colors of their labels (n,).

    out_of_distribution  bool (m,): those drawn as diamonds
    numbered             positions (k,) of new points, to be numbered from 1
    """

    def paint(figure: Figure, scheme: Scheme) -> None:
        frame = square(figure, np.concatenate([known, new]), None)
        scatter(frame, known, point_colors(labels, class_colors), dim=0.7)
        size, many = float(np.clip(9_000 / len(new), 5, 26)), len(new) > VECTOR_UP_TO
        rings, diamonds = new[~out_of_distribution].T, new[out_of_distribution].T
        frame.scatter(
            *rings, s=size, color=scheme.paper, edgecolors=scheme.ink, linewidths=0.9, zorder=4, rasterized=many
        )
        frame.scatter(
            *diamonds, s=1.6 * size, marker="D", color=scheme.ink, edgecolors=scheme.paper, linewidths=0.6, zorder=5
        )
        numbers, room = [str(number) for number in range(1, len(numbered) + 1)], 2.2 * np.sqrt(size)
        label_placement.write(frame, scheme, numbers, new[numbered], mark=room, weight="bold", size=10, zorder=6)

    return draw(name, alt, 5.0, paint, 5.0)


def density(name: str, alt: str, mapped: np.ndarray, transformed: np.ndarray) -> Picture:
    """How densely mapped (n, 2) and transformed rows (m, 2) lie together, in cells; those outside the mapped ones' frame are
    left out."""
    within = limits(mapped)
    counts = sum(np.histogram2d(*np.asarray(points).T, bins=CELLS, range=within)[0] for points in (mapped, transformed))

    def paint(figure: Figure, scheme: Scheme) -> None:
        frame = square(figure, mapped, None)
        shade = np.ma.masked_equal(np.log1p(counts.T), 0)
        frame.imshow(
            shade, origin="lower", extent=[*within[0], *within[1]], cmap=scheme.sequential, interpolation="nearest"
        )

    return draw(name, alt, SIDE, paint, SIDE)


def point_colors(labels: np.ndarray | None, class_colors: dict[str, str]) -> str | np.ndarray:
    return colors.PLAIN if labels is None else np.array([class_colors[label] for label in labels])


def limits(points: np.ndarray) -> list[tuple[float, float]]:
    """Of a square around all points, x and y."""
    low, high = points.min(axis=0), points.max(axis=0)
    reach = 0.53 * max((high - low).max(), 1e-9)
    return [(center - reach, center + reach) for center in (low + high) / 2]


def coordinates(points: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(points, columns=["x", "y"]).rename_axis("row").reset_index()


def square(
    figure: Figure,
    points: np.ndarray,
    axes: tuple[str, str] | None,
    below: float = 0.0,
    within: tuple[float, float, float, float] | None = None,
) -> Axes:
    """A square with equal scales in which all points have room, within a part of the figure."""
    left = 0.0
    if axes:
        left, below = 0.07, 0.07
    frame = figure.add_axes(within or (left, below, 1 - left, 1 - below))
    frame.set(xticks=[], yticks=[], aspect="equal")
    frame.spines[["left", "bottom"]].set_visible(bool(axes))
    if axes:
        frame.set_xlabel(axes[0], labelpad=3)
        frame.set_ylabel(axes[1], labelpad=3)
    across, up = limits(points)
    frame.set(xlim=across, ylim=up)
    return frame


def scatter(frame: Axes, points: np.ndarray, c: str | np.ndarray, dim: float = 1.0, **options: object):
    """Points in a seeded random order, smaller and fainter as they grow in number; dim: times this opacity."""
    n = len(points)
    order = np.random.default_rng(0).permutation(n)
    return frame.scatter(
        *points[order].T, c=c if isinstance(c, str) else c[order], s=float(np.clip(14_000 / n, 0.9, 20)),
        alpha=dim * float(np.clip(1.55 - 0.22 * np.log10(n), 0.55, 0.85)), linewidths=0, clip_on=False,
        rasterized=n > VECTOR_UP_TO, **options,
    )  # fmt: skip
