"""A map before and after: the positions of rows in two runs, those that moved most numbered."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from pipeline.report import label_placement, map_figures
from pipeline.report.colors import Scheme
from pipeline.report.rendering import WIDTH, Picture, draw

RING = 7.0  # around a numbered row: its width in points


def pictures(
    name: str,
    title: str,
    before: np.ndarray,
    after: np.ndarray,
    labels: np.ndarray | None,
    class_colors: dict[str, str],
    most: np.ndarray,
) -> tuple[Picture, Picture]:
    """A map of the same rows in two runs, (n, 2) each, registered to each other and drawn to one scale; rows `most` (m,) are
    numbered, and on the second picture lines lead to them from their positions on the first."""
    (left, right), (low, high) = map_figures.limits(np.concatenate([before, after]))

    def paint(points: np.ndarray, figure: Figure, scheme: Scheme) -> None:
        frame = map_figures.square(figure, points, None)
        frame.set(xlim=(left, right), ylim=(low, high))
        map_figures.scatter(frame, points, c=map_figures.point_colors(labels, class_colors))
        if points is after:
            for ends in np.stack([before[most], after[most]], axis=1):
                frame.plot(*ends.T, color=scheme.ink, linewidth=0.6)
        frame.plot(*points[most].T, "o", mfc="none", mec=scheme.ink, mew=0.9, markersize=RING)
        numbers = [str(number) for number in range(1, len(most) + 1)]
        label_placement.write(frame, scheme, numbers, points[most], mark=RING, weight="bold", size=9)

    alt = f"{title} {{}}; the {len(most)} rows that moved most are numbered"
    data = map_figures.coordinates(before).assign(x_after=after[:, 0], y_after=after[:, 1])
    return (
        draw(f"{name}-before", alt.format("before"), WIDTH, lambda *figure: paint(before, *figure)),
        draw(f"{name}-after", alt.format("after"), WIDTH, lambda *figure: paint(after, *figure), data=data),
    )
