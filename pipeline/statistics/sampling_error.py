"""Estimates from a sample of the rows, and the sampling error of R_NX AUC as a table."""

from __future__ import annotations

import numpy as np
import pandas as pd


def estimate(values: np.ndarray, strata: np.ndarray, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means over all n rows of quantities known for the chosen ones, and the covariance of these means.

    values   float64 (m, chosen)
    returns  (m,) and (m, m) for stratified sampling without replacement (Cochran 1977, 5.6), 0 if all are chosen
    """
    n, means, covariance = len(strata), np.zeros(len(values)), np.zeros((len(values), len(values)))
    for stratum in range(strata.max() + 1):
        own = values[:, strata[chosen] == stratum]
        size, count = int((strata == stratum).sum()), own.shape[1]
        if not size:
            continue
        means += size / n * own.mean(axis=1)
        if count < size:
            covariance += (size / n) ** 2 * (1 - count / size) / count * np.cov(own).reshape(covariance.shape)
    return means, covariance


def table(covariance: pd.DataFrame, against: str) -> pd.DataFrame:
    """Covariance of the mean R_NX AUCs of codes and maps: against, view, name, other_view, other_name, covariance.

    covariance  square, its rows and columns by (view, name)
    """
    square = covariance.rename_axis(["view", "name"]).rename_axis(["other_view", "other_name"], axis=1)
    return square.stack([0, 1], future_stack=True).rename("covariance").reset_index().assign(against=against)


def of_maps(table: pd.DataFrame) -> pd.DataFrame:
    """maps x maps, against the raw data."""
    own = table[(table[["against", "view", "other_view"]] == ["raw", "maps", "maps"]).all(axis=1)]
    return own.pivot(index="name", columns="other_name", values="covariance")


def variance(table: pd.DataFrame, against: str, view: str, name: str) -> float:
    """Squared standard error of one mean R_NX AUC."""
    keys = table[["against", "view", "name", "other_view", "other_name"]]
    return float(table.loc[(keys == [against, view, name, view, name]).all(axis=1), "covariance"].item())
