"""A sample of rows in 255 steps (uint8), small enough for a web page."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipeline.preprocessing import sampling
from pipeline.preprocessing.scaling import unscale
from pipeline.types import Dataset

MOST = 5_000  # rows
STEPS = 254
MISSING = 255


def chosen(dataset: Dataset, seed: int) -> np.ndarray:
    """Row numbers, ascending, of up to about MOST rows, stratified by label; the same for all encoders."""
    labels = dataset.table["label"] if "label" in dataset.table else np.zeros(len(dataset.table), int)
    return sampling.sample(np.unique(labels, return_inverse=True)[1], MOST, seed)


def ranges(dataset: Dataset, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest value of the rows with these numbers, in the units of the source, float64: per column (d,) for
    vectors, otherwise one for all."""
    shown = unscale(np.asarray(dataset.rows[rows], dtype=np.float64), dataset.info["scaling"])
    axis = 0 if dataset.info["kind"] == "vector" else None
    return np.nanmin(shown, axis=axis), np.nanmax(shown, axis=axis)


def quantized(rows: np.ndarray, scaling: dict[str, Any], low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Scaled rows (m, *shape) -> uint8 of the same shape: 0 at `low`, STEPS at `high` (in the units of the source),
    MISSING where there is no value."""
    rows = unscale(np.asarray(rows), scaling)
    share = (rows - low) / np.where(high > low, high - low, 1)
    steps = np.where(np.isnan(rows), MISSING, np.rint(np.nan_to_num(share).clip(0, 1) * STEPS))
    return steps.astype(np.uint8)
