"""How an encoder reconstructs inputs that it was not trained for, and how well from rounded codes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pipeline import encoders, ragged
from pipeline.statistics import intervals
from pipeline.types import Dataset

LEVELS = 256  # of a rounded dimension of a code: one byte


def measure(encoder: Any, dataset: Dataset, codes: np.ndarray, seed: int) -> pd.DataFrame:
    """Squared reconstruction errors of test rows, of out-of-distribution inputs, and from rounded codes.

    codes    float32 (n, code size), of all rows
    returns  trial (test, rounded, and the names of `out_of_distribution`), rows, error (mean per row), low, high (its 95 % interval
             over rows), spread (mean squared distance of those rows from their mean: the error of reconstructing the mean)
    """
    test, test_codes = dataset.part("test"), codes[dataset.is_in("test")]
    inputs = {"test": test} | out_of_distribution(test, dataset.info["kind"], dataset.info["unit_interval"], seed)
    records = [_record(name, encoders.compress(encoder, rows)[1], spread(rows)) for name, rows in inputs.items()]
    decoded = encoder.decode(rounded(test_codes, codes[dataset.is_in("train")]))
    records.insert(1, _record("rounded", ragged.squared_error(test, decoded), records[0]["spread"]))
    return pd.DataFrame(records)


def out_of_distribution(rows: np.ndarray, kind: str, unit_interval: bool, seed: int) -> dict[str, np.ndarray]:
    """Inputs (m, *shape) with similar values as rows (m, *shape), but without what makes them alike. Missing values stay missing.

    shuffled  images: pixels permuted, in the same way in all rows; vectors: each column permuted among the rows; sequences: the
              steps of each permuted
    inverted  1 - value where values lie in [0, 1], else -value
    noise     uniform in [0, 1], else standard normal
    """
    # The label of this random stream stays: changing it moves numbers.
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=tuple(b"strangers")))
    missing = np.isnan(rows)
    noise = rng.random(rows.shape) if unit_interval else rng.normal(size=rows.shape)
    inputs = {"shuffled": _shuffled(rows, kind, rng), "inverted": 1 - rows if unit_interval else -rows, "noise": noise}
    return {name: np.where(missing, np.nan, values).astype(np.float32) for name, values in inputs.items()}


def _shuffled(rows: np.ndarray, kind: str, rng: np.random.Generator) -> np.ndarray:
    if kind == "vector":
        return rng.permuted(rows, axis=0)
    if kind == "image":
        pixels = rows.reshape(len(rows), rows.shape[1] * rows.shape[2], -1)
        return pixels[:, rng.permutation(pixels.shape[1])].reshape(rows.shape)
    shuffled = rows.copy()
    for sequence, length in zip(shuffled, ragged.lengths(rows), strict=True):
        sequence[:length] = sequence[rng.permutation(length)]
    return shuffled


def rounded(codes: np.ndarray, training: np.ndarray) -> np.ndarray:
    """Codes (m, d), each dimension rounded to one of LEVELS values between its least and largest in training codes."""
    low, high = training.min(axis=0), training.max(axis=0)
    step = np.where(high > low, high - low, 1) / (LEVELS - 1)
    return (low + step * np.clip(np.round((codes - low) / step), 0, LEVELS - 1)).astype(np.float32)


def spread(rows: np.ndarray) -> float:
    """Mean squared distance of rows from their mean, over values that are not missing."""
    center = np.nanmean(rows, axis=0 if rows.ndim < 3 or not np.isnan(rows).any() else (0, 1), dtype=np.float64)
    return float(ragged.squared_error(rows, np.broadcast_to(center, rows.shape)).mean())


def _record(trial: str, errors: np.ndarray, variance: float) -> dict[str, Any]:
    mean = intervals.over_rows(errors)
    return {
        "trial": trial, "rows": mean.n, "error": mean.value, "low": mean.low, "high": mean.high, "spread": variance,
    }  # fmt: skip
