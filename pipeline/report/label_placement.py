"""Labels on a map, moved apart so that none covers another."""

from __future__ import annotations

import math
from collections.abc import Iterable
from unicodedata import east_asian_width

import numpy as np
from matplotlib.axes import Axes

from pipeline.report.colors import Scheme
from pipeline.report.rendering import HALO

RINGS, TURNS = 12, 24  # positions tried around each label's own: distances, half its height apart, and directions

Position = tuple[float, float]
Box = tuple[Position, np.ndarray]  # a center, and the size across and up


def write(
    frame: Axes, scheme: Scheme, labels: list[str], positions: np.ndarray, mark: float = 0, **font: object
) -> None:
    """Labels at positions (m, 2) of a map, or near them with a line to each; those without room are left out.

    mark  points across and up that each position has for a mark, which no label may cover
    """
    frame.apply_aspect()
    corner, (width, height) = frame.bbox.min, frame.bbox.size
    texts = [frame.text(0, 0, label, gid=HALO, ha="center", va="center", **font) for label in labels]
    sizes = np.array([_size(text) for text in texts]).reshape(-1, 2)
    pixels = frame.transData.transform(np.asarray(positions).reshape(-1, 2)) - corner
    side = np.full(2, mark * frame.figure.dpi / 72)
    marks = [(tuple(position), side) for position in pixels] if mark else []
    centers = place_labels(pixels, sizes, (width, height), marks)
    for text, position, size, center in zip(texts, pixels, sizes, centers, strict=True):
        if center is None:
            text.remove()
            continue
        text.set_position(frame.transData.inverted().transform(center + corner))
        end = np.clip(position, center - size / 2, center + size / 2)
        if (np.abs(end - position) > side).any():
            line = frame.transData.inverted().transform([position + corner, end + corner]).T
            for color, width in ((scheme.paper, 2.2), (scheme.ink, 0.8)):
                frame.plot(*line, color=color, linewidth=width, marker="o", markevery=[0], markersize=2 + width)


def _size(text: object) -> tuple[float, float]:
    """Pixels across and up, with some room; letters that matplotlib's own font lacks are as wide as they are high."""
    label = text.get_text()
    text.set_text("".join("M" if east_asian_width(letter) in "WF" else letter for letter in label))
    box = text.get_window_extent(text.figure.canvas.get_renderer())
    text.set_text(label)
    return box.width + 3, box.height


def place_labels(
    positions: np.ndarray, sizes: np.ndarray, frame: Position, occupied: Iterable[Box] = ()
) -> list[Position | None]:
    """The centers of labels, at best their own positions, inside the frame and clear of each other.

    positions  (m, 2), of what each label names, from (0, 0) to the frame's width and height
    sizes      (m, 2), width and height of each, in the same unit
    occupied   boxes that they must be clear of, too

    Labels that overlap no other stay; of the others the first ones do, and each goes to the nearest free position; None where
    none is near. explorer/label_placement.js does the same in the browser, and a test compares them.
    """
    low, high = sizes / 2, np.array(frame) - sizes / 2
    own = np.minimum(np.maximum(positions, low), high)
    near = (np.abs(own[:, None] - own) < (sizes[:, None] + sizes) / 2).all(axis=2)
    centers: list[Position | None] = [None] * len(positions)
    boxes = list(occupied)
    for label in np.argsort(near.sum(axis=1) > 1, kind="stable"):
        free = (
            center
            for center in _around(own[label], sizes[label, 1] / 2)
            if all(low[label] <= center) and all(center <= high[label])
            and not any(_overlap(center, sizes[label], *box) for box in boxes)
        )  # fmt: skip
        centers[label] = next(free, None)
        if centers[label] is not None:
            boxes.append((centers[label], sizes[label]))
    return centers


def _around(own: np.ndarray, step: float) -> list[Position]:
    """The position itself, and rings around it, the nearest first."""
    turns = [2 * math.pi * turn / TURNS for turn in range(TURNS)]
    rings = [(ring * step, turn) for ring in range(1, RINGS + 1) for turn in turns]
    return [tuple(own), *((own[0] + away * math.cos(turn), own[1] + away * math.sin(turn)) for away, turn in rings)]


def _overlap(one: Position, size: np.ndarray, other: Position, other_size: np.ndarray) -> bool:
    return all(abs(one[axis] - other[axis]) < (size[axis] + other_size[axis]) / 2 for axis in (0, 1))
