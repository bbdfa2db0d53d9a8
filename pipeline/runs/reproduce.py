"""Whether one run reproduces another, within a tolerance."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd

from pipeline.runs import compare
from pipeline.types import Run

KEY = ["view", "name", "against", "seed", "measure", "k"]


def results(before: Run, after: Run, within: float) -> list[str]:
    """A line for each thing in which a run does not reproduce another; none if it does.

    Measures may differ by `within`, or, above 1, by that share; maps, registered to each other, by that share of their width
    on average.
    """
    differences = compare.compare(before, after, within)
    messages = [] if differences.same_data else ["The data, or their split, differ."]
    messages += _parameters(before.params, after.params)
    messages += [f"Only one of the runs has the map {name}." for name in sorted({*before.maps} ^ {*after.maps})]
    messages += _measures(before.measures, after.measures, within)
    for name, (points_before, points_after) in differences.registered.items():
        distance = np.linalg.norm(points_before - points_after, axis=1).mean() / np.ptp(points_before, axis=0).max()
        if distance > within:
            messages.append(f"maps/{name}: rows have moved by {100 * distance:.2g} % of its width on average.")
    return messages


def figures(
    params_before: dict[str, Any],
    metrics_before: dict[str, Any],
    params_after: dict[str, Any],
    metrics_after: dict[str, Any],
    within: float,
) -> list[str]:
    """The same from params.yaml and reports/metrics.json, which git has without DVC's cache."""
    measures = _measures(_table(metrics_before), _table(metrics_after), within)
    return [*_parameters(params_before, params_after), *measures]


def _table(metrics: dict[str, Any]) -> pd.DataFrame:
    rows = [(view, name, "raw", 0, measure, 0, value) for view, names in metrics.items()
            for name, measures in names.items() for measure, value in measures.items()]  # fmt: skip
    return pd.DataFrame(rows, columns=[*KEY, "value"])


def _parameters(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """A line for each parameter that differs."""

    def text(value: Any) -> str:
        return value if value == compare.ABSENT else json.dumps(value, ensure_ascii=False)

    changed = [each for each in compare.changed(before, after) if each[0] != "cluster"]  # which changes no result
    return [f"{key} is {text(now)}, and was {text(was)}." for key, was, now in changed]


def _measures(before: pd.DataFrame, after: pd.DataFrame, within: float) -> list[str]:
    """A line for each code and map with a measure that differs: the one that differs most."""
    messages = []
    both = before.merge(after, on=KEY, how="outer", suffixes=("_before", "_after"))
    distance = (both["value_after"] - both["value_before"]).abs() / both["value_before"].abs().clip(lower=1)
    for view, name in both.loc[~(distance <= within), ["view", "name"]].drop_duplicates().itertuples(index=False):
        own = both[(both["view"] == view) & (both["name"] == name)].assign(distance=distance)
        worst = own.sort_values("distance").iloc[-1]
        measure = f"{worst['measure']} at k = {worst['k']}" if worst["k"] else worst["measure"]
        now, was = (
            "not measured" if np.isnan(value) else f"{value:.6g}" for value in worst[["value_after", "value_before"]]
        )
        messages.append(f"{view}/{name}: {measure} is {now}, and was {was}.")
    return messages
