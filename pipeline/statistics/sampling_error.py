"""The error of R_NX AUC due to measuring it on a sample of the rows, as a table."""

from __future__ import annotations

import pandas as pd


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
