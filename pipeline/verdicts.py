"""Which maps are held against which, and what comes of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pipeline import comparison

MEASURE = "recall"  # the measure that verdicts rest on


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


def compare(recall: dict[str, comparison.Values], pairs: list[tuple[str, str, str]], margin: float) -> pd.DataFrame:
    """A line for each pair, and one for the best map against each other one (relation "best").

    recall   map -> its value for each random start, or a bare number where there is none
    margin   differences within it count as none
    returns  map, against, relation, measure, value, against_value, difference, low, high, verdict, margin, covers;
             the intervals hold together with 95 % (Bonferroni, over all pairs of maps: which map is the best, and hence
             which pairs are looked at, comes from the same drawings)
    """
    best = max(recall, key=lambda name: np.mean(recall[name]))
    family = pairs + [(best, name, "best") for name in recall if name != best]
    level = 1 - 0.05 / max(1, len(recall) * (len(recall) - 1) // 2)
    lines = []
    for name, against, relation in family:
        found = comparison.difference(recall[name], recall[against], level)
        lines.append(
            {
                "map": name,
                "against": against,
                "relation": relation,
                "measure": MEASURE,
                "value": np.mean(recall[name]),
                "against_value": np.mean(recall[against]),
                "difference": found.value,
                "low": found.low,
                "high": found.high,
                "verdict": comparison.verdict(found, margin),
                "margin": margin,
                "covers": found.covers,
            }
        )
    return pd.DataFrame(lines)
