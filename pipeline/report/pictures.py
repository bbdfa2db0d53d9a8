"""What a code keeps of its rows: images over their reconstructions, and the columns that it loses."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from pipeline import padding
from pipeline.nouns import Dataset
from pipeline.report import names
from pipeline.report.figures import WIDTH, Picture, draw
from pipeline.report.palette import Scheme

EXAMPLES = 6  # rows shown of each tenth
TENTHS = {"best": 0.0, "median": 0.45, "worst": 0.9}  # where each tenth begins


def tenth(error: np.ndarray, which: str, count: int) -> np.ndarray:
    """`count` positions, evenly through the best, the median or the worst tenth by error (m,)."""
    order = np.argsort(error, kind="stable")
    first = TENTHS[which] * len(order)
    chosen = first + (np.arange(count) + 0.5) / count * len(order) / 10
    return order[np.unique(chosen.astype(int).clip(max=len(order) - 1))]


def rebuilt(name: str, alt: str, originals: np.ndarray, copies: dict[str, np.ndarray]) -> Picture:
    """originals (k, height, width) or (k, height, width, channels) over the copies of each encoder."""
    shown = {"original": originals, **copies}
    low, high = float(originals.min()), float(originals.max())

    def paint(figure: Figure, scheme: Scheme) -> None:
        grid = figure.subplots(
            len(shown), EXAMPLES, squeeze=False,
            gridspec_kw={
                "left": 0.17, "right": 0.995, "top": 0.995, "bottom": 0.005, "wspace": 0.06, "hspace": 0.06
            },
        )  # fmt: skip
        for line, (said, images) in zip(grid, shown.items(), strict=True):
            for frame in line:
                frame.set_axis_off()
            for frame, image in zip(line, images, strict=False):
                image = np.clip((image - low) / (high - low or 1), 0, 1).astype(np.float32)
                if image.ndim == 3 and image.shape[-1] not in (3, 4):
                    image = image.mean(axis=-1)  # channels that are no colors
                frame.imshow(image, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
            line[0].text(-0.12, 0.5, names.cut(said, 10), transform=line[0].transAxes, ha="right", va="center")

    height, width = originals.shape[1:3]
    return draw(name, alt, len(shown) * 0.825 * WIDTH / EXAMPLES * min(height / width, 2), paint)


def as_read(rows: np.ndarray, scaling: dict) -> np.ndarray:
    """Scaled rows as the source had them: what a reader can recognize."""
    if scaling["rule"] == "none":
        return np.asarray(rows, dtype=np.float32)
    if scaling["rule"] == "unit":
        return rows * (scaling["high"] - scaling["low"]) + scaling["low"]
    return rows * np.array(scaling["scale"]) + np.array(scaling["center"])


def unexplained(dataset: Dataset, test: np.ndarray, rebuilt: dict[str, np.ndarray]) -> pd.DataFrame:
    """For each column, the share of its variance over the test rows that each encoder's reconstructions lack,
    columns most lost first; of sequences, each channel over its true steps. What does not vary is left out."""
    kind, rows = dataset.info["kind"], dataset.rows[test]
    true = padding.present(rows) if kind == "sequence" else np.ones(len(rows), dtype=bool)
    rows = _columns(rows[true])
    what = names.column(kind)
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
