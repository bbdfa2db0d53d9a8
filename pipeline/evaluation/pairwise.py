"""Pairwise comparisons of maps: which pairs, and with which verdict."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pipeline.statistics import intervals, simultaneous

MEASURE = "r_nx_auc"  # which verdicts are about
COLUMNS = ["map", "against", "relation", "measure", "value", "against_value", "difference", "low", "high", "verdict",
           "margin", "covers", "counts"]  # fmt: skip


def pairs(maps: dict[str, dict[str, Any]], encoders: dict[str, dict[str, Any]]) -> list[tuple[str, str, str]]:
    """(map, against, relation) of each comparison, from the sections of params.yaml:

    raw    with the same method and options on the raw data
    pca    with the same method and options on principal components
    plane  with the first two principal components of the raw data
    """

    def kind(space: str) -> str:
        return "raw" if space == "raw" else "pca" if encoders[space]["kind"] == "pca" else "learned"

    simpler = {"raw": (), "pca": ("raw",), "learned": ("raw", "pca")}
    chosen = []
    for name, options in maps.items():
        for other, other_options in maps.items():
            if other == name:
                continue
            space = other_options["space"]
            same = other_options == options | {"space": space}
            if same and kind(space) in simpler[kind(options["space"])]:
                chosen.append((name, other, kind(space)))
            elif (other_options["method"], space) == ("pca", "raw"):
                chosen.append((name, other, "plane"))
    return chosen


def compare(
    values: dict[str, intervals.Values],
    pairs: list[tuple[str, str, str]],
    margin: float,
    measure: str = MEASURE,
    sampling: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Compare each pair, and the best map with each other map (relation "best").

    values    map -> its value for each seed, or a single number if nothing in it is random
    margin    differences within it are equivalent
    sampling  maps x maps: covariance of their means, if the measure was taken on a sample of the rows
    returns   COLUMNS. The intervals of all pairs of maps hold simultaneously with 95 %, also of those that are not
              listed, because the same values decide which map is the best
    """
    names = list(values)
    covariance = np.zeros((len(names), len(names))) if sampling is None else sampling.loc[names, names].to_numpy()
    level = simultaneous.level_over_seeds(list(values.values()), covariance if covariance.any() else None)
    rows = []
    for name, against, relation in with_best(values, pairs):
        i, j = names.index(name), names.index(against)
        sampled = covariance[i, i] + covariance[j, j] - 2 * covariance[i, j]
        difference = intervals.difference(values[name], values[against], level, max(0.0, float(sampled)))
        means = np.mean(values[name]), np.mean(values[against])
        rows.append(_row((name, against, relation, measure), means, difference, margin))
    return pd.DataFrame(rows, columns=COLUMNS)


def compare_over_subsamples(
    values: dict[str, intervals.Values],
    subsampled: pd.DataFrame,
    share: float,
    pairs: list[tuple[str, str, str]],
    margin: float,
) -> pd.DataFrame:
    """The same comparisons with intervals over subsamples, for pairs of subsampled maps.

    subsampled  (subsamples, maps): R_NX AUC of each map on each subsample with `share` of the rows
    """
    if subsampled.empty:
        return pd.DataFrame(columns=COLUMNS)
    level = simultaneous.level_over_subsamples(subsampled.to_numpy())
    rows = []
    for name, against, relation in with_best(values, pairs):
        if not {name, against} <= {*subsampled}:
            continue
        means = np.mean(values[name]), np.mean(values[against])
        difference = intervals.difference_over_subsamples(
            means[0] - means[1], subsampled[name].to_numpy(), subsampled[against].to_numpy(), share, level
        )
        rows.append(_row((name, against, relation, MEASURE), means, difference, margin))
    return pd.DataFrame(rows, columns=COLUMNS)


def with_best(values: dict[str, intervals.Values], pairs: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """The pairs, and the map with the largest mean against each other map."""
    best = max(values, key=lambda name: np.mean(values[name]))
    return pairs + [(best, name, "best") for name in values if name != best]


def _row(
    key: tuple[str, str, str, str], means: tuple[float, float], difference: intervals.Measurement, margin: float
) -> list[Any]:
    verdict = intervals.verdict(difference, margin)
    return [*key, *means, difference.value, difference.low, difference.high, verdict, margin, difference.covers,
            difference.counts]  # fmt: skip
