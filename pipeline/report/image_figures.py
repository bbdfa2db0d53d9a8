"""Images as figures: originals over their reconstructions, mosaics, and maps of a code."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipeline.report import formatting
from pipeline.report.colors import Scheme
from pipeline.report.rendering import WIDTH, Picture, draw

EXAMPLES = 6  # images in a row


def reconstructions(
    name: str, alt: str, originals: np.ndarray, by_encoder: dict[str, np.ndarray], data: pd.DataFrame | None = None
) -> Picture:
    """originals (k, height, width[, channels]) over each encoder's reconstructions; data: the numbers behind it."""
    rows = {"original": originals, **by_encoder}
    limits = float(originals.min()), float(originals.max())

    def paint(figure: Figure, scheme: Scheme) -> None:
        for frames, (label, images) in zip(_grid(figure, len(rows)), rows.items(), strict=True):
            for frame, image in zip(frames, grays_or_colors(images, limits), strict=False):
                frame.imshow(image, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
            _label(frames[0], label)

    return draw(name, alt, _height(len(rows), originals), paint, data=data)


def _grid(figure: Figure, rows: int) -> np.ndarray:
    """Frames (rows, EXAMPLES) without axes, and room for a label before each row."""
    grid = figure.subplots(
        rows, EXAMPLES, squeeze=False,
        gridspec_kw={"left": 0.17, "right": 0.995, "top": 0.995, "bottom": 0.005, "wspace": 0.06, "hspace": 0.06},
    )  # fmt: skip
    for frame in grid.flat:
        frame.set_axis_off()
    return grid


def _height(rows: int, images: np.ndarray) -> float:
    """Inches that a grid of so many rows of images (k, height, width, ...) needs."""
    return rows * 0.825 * WIDTH / EXAMPLES * min(images.shape[1] / images.shape[2], 2)


def grays_or_colors(images: np.ndarray, limits: tuple[float, float] | None = None) -> np.ndarray:
    """Images (k, height, width[, channels]) scaled from the limits, or their own, to [0, 1]; channels that are no colors are
    averaged."""
    low, high = limits or (float(images.min()), float(images.max()))
    scaled = np.clip((images - low) / (high - low or 1), 0, 1).astype(np.float32)
    return scaled.mean(axis=-1) if scaled.ndim == 4 and scaled.shape[-1] not in (3, 4) else scaled


def _label(frame: Axes, text: str) -> None:
    text = formatting.cut(text, 10)
    size = 8 if len(text) > 8 else None  # what is longer would be cut off by the picture's edge
    frame.text(-0.12, 0.5, text, transform=frame.transAxes, ha="right", va="center", size=size)


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
        for frame, image in zip(grid[0], grays_or_colors(originals), strict=False):
            frame.imshow(image, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
        _label(grid[0][0], "original")
        for frames, index in zip(grid[1:], chosen, strict=True):
            own = maps[..., index]
            for frame, image in zip(frames, own, strict=False):
                frame.imshow(image, cmap=scheme.sequential, vmin=own.min(), vmax=own.max(), interpolation="nearest")
            _label(frames[0], f"map {index + 1}")

    return draw(name, alt, _height(1 + len(chosen), originals), paint)
