"""Words on a map, moved apart so that none covers another."""

from __future__ import annotations

import math
from collections.abc import Iterable
from unicodedata import east_asian_width

import numpy as np
from matplotlib.axes import Axes

from pipeline.report.colors import Scheme
from pipeline.report.rendering import HALO

RINGS, TURNS = 12, 24  # tries around where a word belongs: distances, half its height apart, and directions

Place = tuple[float, float]
Box = tuple[Place, np.ndarray]  # a center, and the size across and up


def write(frame: Axes, scheme: Scheme, words: list[str], spots: np.ndarray, mark: float = 0, **font: object) -> None:
    """Words at spots (m, 2) of a map, or near them with a line to each; those that find no room are left out.

    mark  points across and up that each spot has for a mark, which no word may cover
    """
    frame.apply_aspect()
    corner, (width, height) = frame.bbox.min, frame.bbox.size
    texts = [frame.text(0, 0, word, gid=HALO, ha="center", va="center", **font) for word in words]
    sizes = np.array([_size(text) for text in texts]).reshape(-1, 2)
    homes = frame.transData.transform(np.asarray(spots).reshape(-1, 2)) - corner
    side = np.full(2, mark * frame.figure.dpi / 72)
    marks = [(tuple(home), side) for home in homes] if mark else []
    places = settle(homes, sizes, (width, height), marks)
    for text, home, size, place in zip(texts, homes, sizes, places, strict=True):
        if place is None:
            text.remove()
            continue
        text.set_position(frame.transData.inverted().transform(place + corner))
        end = np.clip(home, place - size / 2, place + size / 2)
        if (np.abs(end - home) > side).any():
            line = frame.transData.inverted().transform([home + corner, end + corner]).T
            for color, thick in ((scheme.paper, 2.2), (scheme.ink, 0.8)):
                frame.plot(*line, color=color, linewidth=thick, marker="o", markevery=[0], markersize=2 + thick)


def _size(text: object) -> tuple[float, float]:
    """Pixels across and up, with some room; letters that matplotlib's own font lacks are as wide as they are high."""
    word = text.get_text()
    text.set_text("".join("M" if east_asian_width(letter) in "WF" else letter for letter in word))
    box = text.get_window_extent(text.figure.canvas.get_renderer())
    text.set_text(word)
    return box.width + 3, box.height


def settle(spots: np.ndarray, sizes: np.ndarray, frame: Place, taken: Iterable[Box] = ()) -> list[Place | None]:
    """Where words go, at best where they belong: their centers, inside the frame and clear of each other.

    spots  (m, 2), where each belongs, from (0, 0) to the frame's width and height
    sizes  (m, 2), width and height of each, in the same unit
    taken  boxes that they must be clear of, too

    Words that are in nobody's way stay; of the others the first ones do, and each goes to the nearest place that is free; None
    where none is near. explorer/callouts.js does the same in the browser.
    """
    low, high = sizes / 2, np.array(frame) - sizes / 2
    homes = np.minimum(np.maximum(spots, low), high)
    near = (np.abs(homes[:, None] - homes) < (sizes[:, None] + sizes) / 2).all(axis=2)
    found: list[Place | None] = [None] * len(spots)
    boxes = list(taken)
    for word in np.argsort(near.sum(axis=1) > 1, kind="stable"):
        free = (
            place
            for place in _around(homes[word], sizes[word, 1] / 2)
            if all(low[word] <= place) and all(place <= high[word])
            and not any(_cover(place, sizes[word], *other) for other in boxes)
        )  # fmt: skip
        found[word] = next(free, None)
        if found[word] is not None:
            boxes.append((found[word], sizes[word]))
    return found


def _around(home: np.ndarray, step: float) -> list[Place]:
    """The place itself, and rings of others around it, the nearest first."""
    turns = [2 * math.pi * turn / TURNS for turn in range(TURNS)]
    rings = [(ring * step, turn) for ring in range(1, RINGS + 1) for turn in turns]
    return [tuple(home), *((home[0] + away * math.cos(turn), home[1] + away * math.sin(turn)) for away, turn in rings)]


def _cover(one: Place, size: np.ndarray, other: Place, of_other: np.ndarray) -> bool:
    return all(abs(one[axis] - other[axis]) < (size[axis] + of_other[axis]) / 2 for axis in (0, 1))
