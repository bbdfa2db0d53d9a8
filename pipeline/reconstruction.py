"""How well encoders rebuild the rows they have not seen, beside principal components of the same number."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline import comparison, encoders
from pipeline.encoders import pca
from pipeline.nouns import Dataset


def compare(
    dataset: Dataset, errors: dict[str, np.ndarray], sizes: dict[str, int]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Each encoder's mean squared error on the test rows, and that of PCA at the same code size, paired.

    errors   encoder -> squared reconstruction error of each row (n,)
    sizes    encoder -> numbers in its code
    returns  a line for each encoder: encoder, code_size, rows, error, low, high, pca_error, difference,
             difference_low, difference_high;
             the scree curve: component (from 1), share of the training rows' variance, cumulative
    """
    split = dataset.table["split"].to_numpy()
    test = split == "test"
    lines, linear_errors = [], {}
    for name, size in sizes.items():
        if size not in linear_errors:
            most = min((split == "train").sum(), dataset.rows[0].size)
            options = pca.Options(kind="pca", code_size=min(size, int(most)))
            linear = pca.fit(dataset.rows, split, dataset.info["unit_interval"], options, seed=0)
            linear_errors[size] = encoders.compress(linear, dataset.rows[test], np.zeros(test.sum(), bool))[1]
        error, linear_error = errors[name][test], linear_errors[size]
        own, difference = comparison.over_rows(error), comparison.paired_difference(error, linear_error)
        lines.append(
            {
                "encoder": name,
                "code_size": size,
                "rows": int(test.sum()),
                "error": own.value,
                "low": own.low,
                "high": own.high,
                "pca_error": float(linear_error.mean(dtype=np.float64)),
                "difference": difference.value,
                "difference_low": difference.low,
                "difference_high": difference.high,
            }
        )
    share = linear.share
    scree = pd.DataFrame({"component": np.arange(1, len(share) + 1), "share": share, "cumulative": share.cumsum()})
    return pd.DataFrame(lines), scree
