"""A map before and after: where rows lie in two runs, those that moved most numbered."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipeline.report import maps, palette
from pipeline.report.figures import HALO, WIDTH, Picture, draw
from pipeline.report.palette import Scheme

SIDE = 72 * WIDTH  # of the square, in points
RING = 3.5  # radius around a numbered row, in points
LABEL = np.array([15.0, 12.0])  # room of a number, in points
ANGLES = np.linspace(0, 2 * np.pi, 24, endpoint=False)


def pictures(
    name: str,
    title: str,
    before: np.ndarray,
    after: np.ndarray,
    labels: np.ndarray | None,
    colors: dict[str, str],
    most: np.ndarray,
) -> tuple[Picture, Picture]:
    """A map of the same rows in two runs, (n, 2) each, laid onto each other and drawn to one scale; rows `most` (m,) are numbered,
    and on the second picture lines lead to them from where they lay on the first."""
    (left, right), (low, high) = maps.limits(np.concatenate([before, after]))
    shown = palette.PLAIN if labels is None else np.array([colors[label] for label in labels])

    def paint(points: np.ndarray, figure: Figure, scheme: Scheme) -> None:
        frame = maps.square(figure, points, None)
        frame.set(xlim=(left, right), ylim=(low, high))
        maps.scatter(frame, points, c=shown)
        if points is after:
            for ends in np.stack([before[most], after[most]], axis=1):
                frame.plot(*ends.T, color=scheme.ink, linewidth=0.6)
        _number(frame, points[most], SIDE / (right - left), np.array([left, low]), scheme)

    alt = f"{title} {{}}; the {len(most)} rows that moved most are numbered"
    data = maps.spots(before).assign(x_after=after[:, 0], y_after=after[:, 1])
    return (
        draw(f"{name}-before", alt.format("before"), WIDTH, lambda *given: paint(before, *given)),
        draw(f"{name}-after", alt.format("after"), WIDTH, lambda *given: paint(after, *given), data=data),
    )


def _number(frame: Axes, rows: np.ndarray, scale: float, origin: np.ndarray, scheme: Scheme) -> None:
    """A ring around each row (m, 2), and beside it its number from 1 on, with a line to it where it stands farther off."""
    spots = (rows - origin) * scale
    for number, (spot, at) in enumerate(zip(spots, spread(spots), strict=True), start=1):
        away = (at - spot) / np.linalg.norm(at - spot)
        ends = np.stack([spot + RING * away, at]) / scale + origin
        frame.plot(*ends.T, color=scheme.soft, linewidth=0.6)
        frame.plot(*(spot / scale + origin), "o", mfc="none", mec=scheme.ink, mew=0.9, markersize=2 * RING)
        x, y = at / scale + origin
        frame.text(x, y, str(number), gid=HALO, size=9, weight="bold", ha="center", va="center_baseline")


def spread(spots: np.ndarray, side: float = SIDE) -> np.ndarray:
    """Centers (m, 2) of the numbers of spots (m, 2) within a square, all in points: each the nearest place to its spot where its
    number covers no spot's ring and no number before it."""
    found: list[np.ndarray] = []
    for spot in spots:
        for radius in np.arange(2 * RING + LABEL[1] / 2, 2 * side, 3):
            ring = spot + radius * np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1)
            inside = ((ring >= LABEL / 2) & (ring <= side - LABEL / 2)).all(axis=1)
            free = inside & _apart(ring, spots, LABEL / 2 + RING) & _apart(ring, np.array(found).reshape(-1, 2), LABEL)
            if free.any():
                center = spots.mean(axis=0)  # of these places, that on the outer side of all spots
                found.append(max(ring[free], key=lambda place: np.linalg.norm(place - center)))
                break
    return np.array(found)


def _apart(places: np.ndarray, others: np.ndarray, room: np.ndarray) -> np.ndarray:
    """Which places (n, 2) are farther from each of others (m, 2) than the room between them, across or up."""
    return (np.abs(places[:, None] - others) >= room).any(axis=2).all(axis=1)
