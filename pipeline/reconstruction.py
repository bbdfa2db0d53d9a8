"""How well encoders rebuild the rows they have not seen, beside principal components of the same number."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pipeline import comparison
from pipeline.encoders import pca

BLOCK = 4096  # rows in memory at a time


def scree(linear: pca.Encoder) -> pd.DataFrame:
    """component (from 1), share of the training rows' variance, cumulative share."""
    share = linear.share
    return pd.DataFrame({"component": np.arange(1, len(share) + 1), "share": share, "cumulative": share.cumsum()})


def compare(linear: pca.Encoder, rows: np.ndarray, errors: dict[str, np.ndarray], sizes: dict[str, int]) -> pd.DataFrame:
    """A line for each encoder: its mean squared error over rows, and that of PCA at the same code size, paired.

    linear   principal components of the training rows, at least as many as the largest code size
    rows     float32 (m, *shape), rows that no encoder has learned from
    errors   encoder -> squared reconstruction error of each of the rows (m,)
    sizes    encoder -> numbers in its code
    """
    lines = []
    for name, error in errors.items():
        linear_error = _linear_error(linear, rows, sizes[name])
        own, difference = comparison.over_rows(error), comparison.paired_difference(error, linear_error)
        lines.append(
            {
                "encoder": name,
                "code_size": sizes[name],
                "rows": len(rows),
                "error": own.value,
                "low": own.low,
                "high": own.high,
                "pca_error": linear_error.mean(),
                "difference": difference.value,
                "difference_low": difference.low,
                "difference_high": difference.high,
            }
        )
    return pd.DataFrame(lines)


def _linear_error(linear: pca.Encoder, rows: np.ndarray, size: int) -> np.ndarray:
    """Squared error (m,) of rebuilding rows from their first `size` components."""
    cut = pca.Encoder(linear.center, linear.components[:size], linear.share, linear.shape)
    blocks = (np.asarray(rows[start : start + BLOCK]) for start in range(0, len(rows), BLOCK))
    return np.concatenate(
        [
            np.square(block - cut.decode(cut.encode(block))).reshape(len(block), -1).sum(axis=1, dtype=np.float64)
            for block in blocks
        ]
    )
