"""How well encoders rebuild the rows they have not seen, beside principal components of the same number."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline import ragged
from pipeline.encoders import pca
from pipeline.statistics import intervals
from pipeline.types import Dataset

MOST = 512  # components whose errors are measured, where no code is larger


def compare(
    dataset: Dataset, errors: dict[str, np.ndarray], sizes: dict[str, int]
) -> tuple[pd.DataFrame, pd.DataFrame, np.ndarray]:
    """Each encoder's mean squared error on the test rows, and that of PCA at the same code size, paired.

    errors   encoder -> squared reconstruction error of each row, (trainings, n)
    sizes    encoder -> numbers in its code
    returns  a line for each encoder: encoder, code_size, rows, error, low, high, pca_error, difference,
             difference_low, difference_high, all of the first training; trainings, trainings_mean, trainings_low,
             trainings_high: their number, and the error over other trainings;
             the scree curve: component (from 1), share of the training rows' variance, cumulative;
             PCA's mean error on the test rows with 1, 2, ... components
    """
    split = dataset.table["split"].to_numpy()
    test = split == "test"
    most = min(int((split == "train").sum()), dataset.rows[0].size, max(MOST, *sizes.values()))
    linear = pca.fit(dataset, pca.Options(kind="pca", code_size=most), seed=0)
    linear_errors = errors_by_size(linear, dataset.part("test"))
    lines = []
    for name, size in sizes.items():
        error, linear_error = errors[name][0][test], linear_errors[:, min(size, most) - 1]
        own, difference = intervals.over_rows(error), intervals.paired_difference(error, linear_error)
        over = intervals.over_seeds(errors[name][:, test].mean(axis=1, dtype=np.float64), starts="trainings")
        lines.append(
            {
                "encoder": name,
                "code_size": size,
                "rows": int(test.sum()),
                "error": own.value,
                "low": own.low,
                "high": own.high,
                "pca_error": float(linear_error.mean()),
                "difference": difference.value,
                "difference_low": difference.low,
                "difference_high": difference.high,
                "trainings": over.n,
                "trainings_mean": over.value,
                "trainings_low": over.low,
                "trainings_high": over.high,
            }
        )
    share = linear.share
    scree = pd.DataFrame({"component": np.arange(1, len(share) + 1), "share": share, "cumulative": share.cumsum()})
    return pd.DataFrame(lines), scree, linear_errors.mean(axis=0)


def errors_by_size(linear: pca.Encoder, rows: np.ndarray) -> np.ndarray:
    """Squared error of each row (m, *shape) with the first 1, 2, ... of the components, float64 (m, components).

    By Pythagoras where no value is missing; missing ones spoil the right angles, so there each size is rebuilt.
    """
    codes = linear.encode(rows)
    if not np.isnan(rows).any():
        left = np.square(ragged.flat(rows) - linear.center).sum(axis=1, dtype=np.float64)
        return np.maximum(left[:, None] - np.square(codes.astype(np.float64)).cumsum(axis=1), 0)
    rebuilt = np.repeat(linear.center[None], len(rows), axis=0)
    found = np.empty(codes.shape)
    for size, (code, component) in enumerate(zip(codes.T, linear.components, strict=True)):
        rebuilt += code[:, None] * component
        found[:, size] = ragged.squared_error(rows, rebuilt.reshape(rows.shape))
    return found
