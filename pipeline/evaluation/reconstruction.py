"""Reconstruction errors of encoders on test rows, compared with PCA of the same code size."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline import ragged
from pipeline.encoders import pca
from pipeline.statistics import intervals
from pipeline.types import Dataset

MAX_COMPONENTS = 512  # whose errors are measured, unless a code is larger


def compare(
    dataset: Dataset, errors: dict[str, np.ndarray], sizes: dict[str, int]
) -> tuple[pd.DataFrame, pd.DataFrame, np.ndarray]:
    """Mean squared error of each encoder on the test rows, and its paired difference to PCA with the same code size.

    errors   encoder -> squared reconstruction error of each row, (trainings, n)
    sizes    encoder -> dimensions of its code
    returns  a line for each encoder: encoder, code_size, rows, error, low, high, pca_error, difference, difference_low,
             difference_high, verdict (of the encoder, compared with PCA), all of the first training; trainings,
             trainings_mean, trainings_low, trainings_high: their number, and the error over other trainings;
             the scree curve: component (from 1), share of the training rows' variance, cumulative;
             mean error of PCA on the test rows with 1, 2, ... components
    """
    test = dataset.is_in("test")
    most = min(int(dataset.is_in("train").sum()), dataset.rows[0].size, max(MAX_COMPONENTS, *sizes.values()))
    linear = pca.fit(dataset, pca.Options(kind="pca", code_size=most), seed=0)
    linear_errors = errors_by_size(linear, dataset.part("test"))
    records = []
    for name, size in sizes.items():
        error, linear_error = errors[name][0][test], linear_errors[:, min(size, most) - 1]
        own, difference = intervals.over_rows(error), intervals.paired_difference(error, linear_error)
        over = intervals.over_seeds(errors[name][:, test].mean(axis=1, dtype=np.float64), seeds="trainings")
        records.append(
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
                "verdict": intervals.verdict(intervals.paired_difference(linear_error, error), margin=0),
                "trainings": over.n,
                "trainings_mean": over.value,
                "trainings_low": over.low,
                "trainings_high": over.high,
            }
        )
    share = linear.share
    scree = pd.DataFrame({"component": np.arange(1, len(share) + 1), "share": share, "cumulative": share.cumsum()})
    return pd.DataFrame(records), scree, linear_errors.mean(axis=0)


def errors_by_size(linear: pca.Encoder, rows: np.ndarray) -> np.ndarray:
    """Squared error of each row (m, *shape) with the first 1, 2, ... of the components, float64 (m, components).

    By Pythagoras if no value is missing; otherwise the rows are reconstructed with each number of components.
    """
    codes = linear.encode(rows)
    if not np.isnan(rows).any():
        left = np.square(ragged.flat(rows) - linear.center).sum(axis=1, dtype=np.float64)
        return np.maximum(left[:, None] - np.square(codes.astype(np.float64)).cumsum(axis=1), 0)
    reconstructed = np.repeat(linear.center[None], len(rows), axis=0)
    errors = np.empty(codes.shape)
    for size, (code, component) in enumerate(zip(codes.T, linear.components, strict=True)):
        reconstructed += code[:, None] * component
        errors[:, size] = ragged.squared_error(rows, reconstructed.reshape(rows.shape))
    return errors


def shares_of_variance(reconstruction: pd.DataFrame, robustness: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The same tables with errors as shares of the variance: 1 is the error of reconstructing every row as the mean.

    reconstruction  as `compare` returns it; gets share and pca_share, both of the test rows; and relative, relative_low,
                    relative_high: the difference to PCA as a share of PCA's error
    robustness      encoder, trial, error, low, high, spread; gets share, share_low, share_high, and worse_than_test: whether
                    the share lies above that of the test rows, with intervals that do not overlap
    """
    spread = reconstruction["encoder"].map(robustness[robustness["trial"] == "test"].set_index("encoder")["spread"])
    of_pca = reconstruction[["difference", "difference_low", "difference_high"]].div(
        reconstruction["pca_error"], axis=0
    )
    errors = robustness[["error", "low", "high"]].div(robustness["spread"], axis=0)
    shares = robustness.assign(share=errors["error"], share_low=errors["low"], share_high=errors["high"])
    test_high = shares["encoder"].map(shares[shares["trial"] == "test"].set_index("encoder")["share_high"])
    return (
        reconstruction.assign(
            share=reconstruction["error"] / spread,
            pca_share=reconstruction["pca_error"] / spread,
            relative=of_pca["difference"],
            relative_low=of_pca["difference_low"],
            relative_high=of_pca["difference_high"],
        ),
        shares.assign(worse_than_test=shares["share_low"] > test_high),
    )


def unexplained(dataset: Dataset, reconstructions: dict[str, np.ndarray]) -> pd.DataFrame:
    """The share of each column's variance over the test rows that reconstructions lack; for sequences, of each channel's over
    its true steps.

    reconstructions  encoder -> of the test rows, (m, *shape)
    returns          column, and one named after each encoder; the largest shares first, without constant columns. Empty for
                     images
    """
    kind, rows = dataset.info["kind"], dataset.part("test")
    if kind == "image":
        return pd.DataFrame(columns=["column", *reconstructions])
    true = ragged.present(rows) if kind == "sequence" else np.ones(len(rows), dtype=bool)
    values = _columns(rows[true])
    what = "channel" if kind == "sequence" else "column"
    names = dataset.info["feature_names"] or [f"{what} {number}" for number in range(1, values.shape[1] + 1)]
    variance = values.var(axis=0)
    varies = variance > 0
    table = pd.DataFrame({"column": np.array(names, dtype=object)[varies]})
    for name, reconstructed in reconstructions.items():
        missed = np.square(values - _columns(reconstructed[true])).mean(axis=0)
        table[name] = missed[varies] / variance[varies]
    order = table.drop(columns="column").mean(axis=1).sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def _columns(values: np.ndarray) -> np.ndarray:
    return np.asarray(values, dtype=np.float64).reshape(len(values), -1)
