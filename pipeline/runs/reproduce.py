"""Whether one run repeats another, within a tolerance."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd

from pipeline.runs import compare
from pipeline.types import Run

MEASURED = ["view", "name", "against", "seed", "measure", "k"]  # what tells the measures of a run apart


def whole(before: Run, after: Run, within: float) -> list[str]:
    """A line for each thing in which a run does not repeat another; none where it does.

    Measures may differ by `within`, or, above 1, by that share; maps, laid onto each other, by that share of their width, in the mean.
    """
    found = compare.compare(before, after, within)
    said = [] if found.same_data else ["The data, or their split, are others."]
    said += _otherwise(before.params, after.params)
    missing = sorted({*before.maps} ^ {*after.maps})
    said += [f"Only one of the runs has the map {name}." for name in missing]
    said += _measured(before.measures, after.measures, within)
    for name, (one, other) in found.laid.items():
        far = np.linalg.norm(one - other, axis=1).mean() / np.ptp(one, axis=0).max()
        if far > within:
            said.append(f"maps/{name}: rows lie {100 * far:.2g} % of its width away from where they lay, in the mean.")
    return said


def figures(
    given_before: dict[str, Any],
    before: dict[str, Any],
    given_after: dict[str, Any],
    after: dict[str, Any],
    within: float,
) -> list[str]:
    """The same of what git alone keeps of two runs: their parameters, and the figures of reports/metrics.json."""
    return [*_otherwise(given_before, given_after), *_measured(_figures(before), _figures(after), within)]


def _figures(metrics: dict[str, Any]) -> pd.DataFrame:
    lines = [(view, name, "raw", 0, measure, 0, value) for view, found in metrics.items()
             for name, measures in found.items() for measure, value in measures.items()]  # fmt: skip
    return pd.DataFrame(lines, columns=[*MEASURED, "value"])


def _otherwise(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """A line for each parameter that differs."""

    def value(found: Any) -> str:
        return found if found == compare.ABSENT else json.dumps(found, ensure_ascii=False)

    changed = [line for line in compare.changed(before, after) if line[0] != "cluster"]  # which changes no result
    return [f"{key} is {value(now)}, and was {value(was)}." for key, was, now in changed]


def _measured(before: pd.DataFrame, after: pd.DataFrame, within: float) -> list[str]:
    """A line for each code and map of which a measure differs: of its worst."""
    said = []
    both = before.merge(after, on=MEASURED, how="outer", suffixes=("_before", "_after"))
    away = (both["value_after"] - both["value_before"]).abs() / both["value_before"].abs().clip(lower=1)
    for view, name in both.loc[~(away <= within), ["view", "name"]].drop_duplicates().itertuples(index=False):
        worst = both[(both["view"] == view) & (both["name"] == name)].assign(away=away).sort_values("away").iloc[-1]
        of = f"{worst['measure']} at k = {worst['k']}" if worst["k"] else worst["measure"]
        now, was = (
            "not measured" if np.isnan(value) else f"{value:.6g}" for value in worst[["value_after", "value_before"]]
        )
        said.append(f"{view}/{name}: {of} is {now}, and was {was}.")
    return said
