"""Which maps are held against which, and what comes of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pipeline.statistics import intervals, simultaneous

MEASURE = "r_nx_auc"  # the measure that verdicts rest on
COLUMNS = ["map", "against", "relation", "measure", "value", "against_value", "difference", "low", "high", "verdict",
           "margin", "covers"]  # fmt: skip


def pairs(maps: dict[str, dict[str, Any]], encoders: dict[str, dict[str, Any]]) -> list[tuple[str, str, str]]:
    """(map, against, relation) for every comparison, from the sections of params.yaml:

    raw    the same method with the same options, on the raw data
    pca    the same on principal components
    plane  the plane of the first two principal components of the raw data
    """

    def kind(space: str) -> str:
        return "raw" if space == "raw" else "pca" if encoders[space]["kind"] == "pca" else "learned"

    simpler = {"raw": (), "pca": ("raw",), "learned": ("raw", "pca")}
    found = []
    for name, options in maps.items():
        for other, theirs in maps.items():
            if other == name:
                continue
            same = theirs == options | {"space": theirs["space"]}
            if same and kind(theirs["space"]) in simpler[kind(options["space"])]:
                found.append((name, other, kind(theirs["space"])))
            elif (theirs["method"], theirs["space"]) == ("pca", "raw"):
                found.append((name, other, "plane"))
    return found


def compare(
    values: dict[str, intervals.Values],
    pairs: list[tuple[str, str, str]],
    margin: float,
    measure: str = MEASURE,
    sampling: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """A line for each pair, and one for the best map against each other one (relation "best").

    values    map -> its value for each random start, or a bare number where there is none
    margin    differences within it count as none
    sampling  maps x maps: covariance of their means where the measure was taken on a sample of rows
    returns   COLUMNS; the intervals of all pairs of maps hold together with 95 % (which map is the best, and hence which
              pairs are looked at, comes from the same drawings)
    """
    names = list(values)
    covariance = np.zeros((len(names), len(names))) if sampling is None else sampling.loc[names, names].to_numpy()
    level = simultaneous.level_over_seeds(list(values.values()), covariance if covariance.any() else None)
    lines = []
    for name, against, relation in with_best(values, pairs):
        one, other = names.index(name), names.index(against)
        sampled = covariance[one, one] + covariance[other, other] - 2 * covariance[one, other]
        found = intervals.difference(values[name], values[against], level, max(0.0, float(sampled)))
        both = np.mean(values[name]), np.mean(values[against])
        lines.append(_line((name, against, relation, measure), both, found, margin))
    return pd.DataFrame(lines, columns=COLUMNS)


def compare_over_subsamples(
    values: dict[str, intervals.Values],
    subsampled: pd.DataFrame,
    share: float,
    pairs: list[tuple[str, str, str]],
    margin: float,
) -> pd.DataFrame:
    """The same pairs, where both maps were redrawn, with intervals that cover other rows like these.

    redrawn  (subsamples, maps): the measure of each map drawn anew on each subsample of `share` of the rows
    """
    level = simultaneous.level_over_subsamples(subsampled.to_numpy())
    lines = []
    for name, against, relation in with_best(values, pairs):
        if not {name, against} <= {*subsampled}:
            continue
        both = np.mean(values[name]), np.mean(values[against])
        found = intervals.difference_over_subsamples(
            both[0] - both[1], subsampled[name].to_numpy(), subsampled[against].to_numpy(), share, level
        )
        lines.append(_line((name, against, relation, MEASURE), both, found, margin))
    return pd.DataFrame(lines, columns=COLUMNS)


def with_best(values: dict[str, intervals.Values], pairs: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """The pairs, and the map of the highest mean against each other one."""
    best = max(values, key=lambda name: np.mean(values[name]))
    return pairs + [(best, name, "best") for name in values if name != best]


def _line(
    what: tuple[str, str, str, str], both: tuple[float, float], found: intervals.Measurement, margin: float
) -> list[Any]:
    verdict = intervals.verdict(found, margin)
    return [*what, *both, found.value, found.low, found.high, verdict, margin, found.covers]
