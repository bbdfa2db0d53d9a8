"""What an encoder makes of rows that it was not made for, and of codes that are rounded."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pipeline import encoders, ragged
from pipeline.statistics import intervals
from pipeline.types import Dataset

LEVELS = 256  # of a rounded code number: one byte


def run(encoder: Any, dataset: Dataset, codes: np.ndarray, seed: int) -> pd.DataFrame:
    """Squared reconstruction errors of the test rows, of strangers, and from rounded codes.

    codes    float32 (n, code size), of all rows
    returns  a line for each trial (test, rounded, and the strangers' names): trial, rows, error (a mean by row), low,
             high (its 95 % interval over rows), spread (mean squared distance of those rows from their mean: what an
             encoder leaves that knows nothing but the mean)
    """
    split = dataset.table["split"].to_numpy()
    rows, test = dataset.part("test"), codes[split == "test"]
    around = spread(rows)
    lines = [("test", _errors(encoder, rows), around)]
    lines.append(
        ("rounded", ragged.squared_error(rows, encoder.decode(rounded(test, codes[split == "train"]))), around)
    )
    found = out_of_distribution(rows, dataset.info["kind"], dataset.info["unit_interval"], seed)
    lines += [(name, _errors(encoder, strange), spread(strange)) for name, strange in found.items()]
    return pd.DataFrame([_line(*line) for line in lines])


def out_of_distribution(rows: np.ndarray, kind: str, unit_interval: bool, seed: int) -> dict[str, np.ndarray]:
    """Rows (m, *shape) of the same values that are not of the same kind; what is missing stays missing.

    shuffled  images: the pixels change places, alike in all rows; vectors: the values of each column change rows;
              series: the true steps of each change places
    inverted  black for white: 1 - value in [0, 1], else -value
    noise     uniform in [0, 1], else standard normal
    """
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=tuple(b"strangers")))
    missing = np.isnan(rows)
    noise = rng.random(rows.shape) if unit_interval else rng.normal(size=rows.shape)
    found = {"shuffled": _shuffled(rows, kind, rng), "inverted": 1 - rows if unit_interval else -rows, "noise": noise}
    return {name: np.where(missing, np.nan, strange).astype(np.float32) for name, strange in found.items()}


def _shuffled(rows: np.ndarray, kind: str, rng: np.random.Generator) -> np.ndarray:
    if kind == "vector":
        return rng.permuted(rows, axis=0)
    if kind == "image":
        places = rows.reshape(len(rows), rows.shape[1] * rows.shape[2], -1)
        return places[:, rng.permutation(places.shape[1])].reshape(rows.shape)
    shuffled = rows.copy()
    for series, length in zip(shuffled, ragged.lengths(rows), strict=True):
        series[:length] = series[rng.permutation(length)]
    return shuffled


def rounded(codes: np.ndarray, training: np.ndarray) -> np.ndarray:
    """Codes (m, d), each number rounded to one of LEVELS steps between its least and largest in training codes."""
    low, high = training.min(axis=0), training.max(axis=0)
    step = np.where(high > low, high - low, 1) / (LEVELS - 1)
    return (low + step * np.clip(np.round((codes - low) / step), 0, LEVELS - 1)).astype(np.float32)


def _errors(encoder: Any, rows: np.ndarray) -> np.ndarray:
    return encoders.compress(encoder, rows, np.zeros(len(rows), dtype=bool))[1]


def spread(rows: np.ndarray) -> float:
    """Mean squared distance of rows from their mean, over the values they truly have."""
    center = np.nanmean(rows, axis=0 if rows.ndim < 3 or not np.isnan(rows).any() else (0, 1), dtype=np.float64)
    return float(ragged.squared_error(rows, np.broadcast_to(center, rows.shape)).mean())


def _line(trial: str, errors: np.ndarray, spread: float) -> dict[str, Any]:
    found = intervals.over_rows(errors)
    return {
        "trial": trial,
        "rows": found.n,
        "error": found.value,
        "low": found.low,
        "high": found.high,
        "spread": spread,
    }
