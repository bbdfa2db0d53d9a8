"""What a code keeps of its rows: images over their reconstructions, and the columns that it loses."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipeline import ragged
from pipeline.report import formatting
from pipeline.report.colors import Scheme
from pipeline.report.rendering import WIDTH, Picture, draw
from pipeline.types import Dataset

EXAMPLES = 6  # rows shown of each tenth
TENTHS = {"best": 0.0, "median": 0.45, "worst": 0.9}  # where each tenth begins


def tenth(error: np.ndarray, which: str, count: int) -> np.ndarray:
    """`count` positions, evenly through the best, the median or the worst tenth by error (m,)."""
    order = np.argsort(error, kind="stable")
    first = TENTHS[which] * len(order)
    chosen = first + (np.arange(count) + 0.5) / count * len(order) / 10
    return order[np.unique(chosen.astype(int).clip(max=len(order) - 1))]


def rebuilt(
    name: str, alt: str, originals: np.ndarray, copies: dict[str, np.ndarray], data: pd.DataFrame | None = None
) -> Picture:
    """originals (k, height, width) or (k, height, width, channels) over the copies of each encoder; data: what is told of them."""
    shown = {"original": originals, **copies}
    limits = float(originals.min()), float(originals.max())

    def paint(figure: Figure, scheme: Scheme) -> None:
        for line, (said, images) in zip(_grid(figure, len(shown)), shown.items(), strict=True):
            for frame, image in zip(line, shades(images, limits), strict=False):
                frame.imshow(image, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
            _name(line[0], said)

    return draw(name, alt, _tall(len(shown), originals), paint, data=data)


def _grid(figure: Figure, lines: int) -> np.ndarray:
    """Frames (lines, EXAMPLES) without axes, and room for a name before each line."""
    grid = figure.subplots(
        lines, EXAMPLES, squeeze=False,
        gridspec_kw={"left": 0.17, "right": 0.995, "top": 0.995, "bottom": 0.005, "wspace": 0.06, "hspace": 0.06},
    )  # fmt: skip
    for frame in grid.flat:
        frame.set_axis_off()
    return grid


def _tall(lines: int, images: np.ndarray) -> float:
    """Inches that a grid of so many lines of images (k, height, width, ...) needs."""
    return lines * 0.825 * WIDTH / EXAMPLES * min(images.shape[1] / images.shape[2], 2)


def shades(images: np.ndarray, limits: tuple[float, float] | None = None) -> np.ndarray:
    """Images (k, height, width[, channels]) between limits, or their own, as shades or colors in [0, 1]."""
    low, high = limits or (float(images.min()), float(images.max()))
    found = np.clip((images - low) / (high - low or 1), 0, 1).astype(np.float32)
    if found.ndim == 4 and found.shape[-1] not in (3, 4):
        return found.mean(axis=-1)  # channels that are no colors
    return found


def _name(frame: Axes, said: str) -> None:
    said = formatting.cut(said, 10)
    size = 8 if len(said) > 8 else None  # what is longer would be cut off by the picture's edge
    frame.text(-0.12, 0.5, said, transform=frame.transAxes, ha="right", va="center", size=size)


def mosaic(name: str, alt: str, images: np.ndarray) -> Picture:
    """images (down, across, height, width[, channels]) in [0, 1], side by side as one."""
    down, across, height, width, *channels = images.shape
    whole = images.swapaxes(1, 2).reshape(down * height, across * width, *channels)
    whole = whole[..., 0] if channels == [1] else whole

    def paint(figure: Figure, scheme: Scheme) -> None:
        frame = figure.add_axes((0, 0, 1, 1))
        frame.set_axis_off()
        frame.imshow(np.clip(whole, 0, 1), cmap="gray", vmin=0, vmax=1, interpolation="nearest")

    return draw(name, alt, WIDTH * whole.shape[0] / whole.shape[1], paint)


def code_maps(name: str, alt: str, originals: np.ndarray, maps: np.ndarray) -> Picture:
    """originals (k, height, width[, channels]) over the code's maps (k, height, width, maps) of each, the most varied
    first; each map on its own scale."""
    chosen = np.argsort(-maps.var(axis=(0, 1, 2)), kind="stable")[:EXAMPLES]

    def paint(figure: Figure, scheme: Scheme) -> None:
        grid = _grid(figure, 1 + len(chosen))
        for frame, image in zip(grid[0], shades(originals), strict=False):
            frame.imshow(image, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
        _name(grid[0][0], "original")
        for line, index in zip(grid[1:], chosen, strict=True):
            own = maps[..., index]
            for frame, shown in zip(line, own, strict=False):
                frame.imshow(shown, cmap=scheme.sequential, vmin=own.min(), vmax=own.max(), interpolation="nearest")
            _name(line[0], f"map {index + 1}")

    return draw(name, alt, _tall(1 + len(chosen), originals), paint)


def unexplained(dataset: Dataset, test: np.ndarray, rebuilt: dict[str, np.ndarray]) -> pd.DataFrame:
    """For each column, the share of its variance over the test rows that each encoder's reconstructions lack,
    columns most lost first; of sequences, each channel over its true steps. What does not vary is left out."""
    kind, rows = dataset.info["kind"], dataset.rows[test]
    true = ragged.present(rows) if kind == "sequence" else np.ones(len(rows), dtype=bool)
    rows = _columns(rows[true])
    what = formatting.column(kind)
    known = dataset.info["feature_names"] or [f"{what} {number}" for number in range(1, rows.shape[1] + 1)]
    variance = rows.var(axis=0)
    varies = variance > 0
    table = pd.DataFrame({"column": np.array(known, dtype=object)[varies]})
    for name, copies in rebuilt.items():
        missed = np.square(rows - _columns(copies[true])).mean(axis=0)
        table[name] = missed[varies] / variance[varies]
    order = table.drop(columns="column").mean(axis=1).sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def _columns(values: np.ndarray) -> np.ndarray:
    return np.asarray(values, dtype=np.float64).reshape(len(values), -1)
