"""Everything that is measured on codes and maps, as tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from pipeline import comparison, faithfulness, registration
from pipeline.nouns import Dataset, Space

STARTS = {"maps": "random starts", "codes": "trainings"}  # what differs where one of them is made again


def work(raw: Space, codes: dict[str, np.ndarray], maps: dict[str, np.ndarray]) -> int:
    """Rows that `measure` goes through in all, which its progress counts."""
    return faithfulness.work(raw.points, _views(codes, maps))


def measure(
    dataset: Dataset,
    raw: Space,
    codes: dict[str, np.ndarray],
    maps: dict[str, np.ndarray],
    k: int,
    progress: Callable[[int], None] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Codes and maps against the raw data.

    codes    encoder -> (n, d), or (trainings, n, d)
    maps     map -> (drawings, n, 2)
    k        neighbors compared
    returns  measures, tidy: view (raw, codes, maps), name, seed, measure, value; raw has its label accuracy only;
             points of each map's first drawing: map, row, recall, trustworthiness
    """
    labels = dataset.table["label"].to_numpy() if len(dataset.info["labels"]) > 1 else None
    measures, points = faithfulness.evaluate(
        raw.points, _views(codes, maps), labels, k, metric=raw.metric, neighbors=raw.indices, progress=progress
    )
    if labels is not None:
        accuracy = faithfulness.label_accuracy(raw.indices, labels)
        measures.loc[len(measures)] = {"name": "raw/raw", "seed": 0, "measure": "label_accuracy", "value": accuracy}
    measures[["view", "name"]] = measures["name"].str.split("/", expand=True)
    points = points[points["name"].str.startswith("maps/")]
    points = points.assign(map=points["name"].str.removeprefix("maps/")).drop(columns="name")
    return measures, points


def _views(codes: dict[str, np.ndarray], maps: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    named = {f"codes/{name}": points for name, points in codes.items()}
    return named | {f"maps/{name}": points for name, points in maps.items()}


def by_start(measures: pd.DataFrame, random: set[str]) -> dict[tuple[str, str, str], comparison.Values]:
    """(view, name, measure) -> a value for each random start of a map, or training of a code, or a bare number where
    there is one training, or nothing is random."""
    found = {}
    for key, group in measures.groupby(["view", "name", "measure"], sort=False):
        view, name, _ = key
        values = group.sort_values("seed")["value"].to_numpy()
        varies = name in random if view == "maps" else len(values) > 1
        found[key] = values if varies else float(values[0])
    return found


def summarize(values: dict[tuple[str, str, str], comparison.Values]) -> pd.DataFrame:
    """A line for each view, name and measure: value, low, high, covers, n."""
    names = ["view", "name", "measure"]
    return pd.DataFrame(
        [
            dict(zip(names, key, strict=True)) | vars(comparison.over_seeds(found, starts=STARTS.get(key[0], "")))
            for key, found in values.items()
        ]
    )


def registrations(maps: dict[str, np.ndarray]) -> dict[str, list[dict[str, Any]]]:
    """For each drawing of each map, what lays it on the first drawing of the first map."""
    reference = next(iter(maps.values()))[0]
    reference = (reference - reference.mean(axis=0)) / reference.std()
    found = {}
    for name, drawings in maps.items():
        laid = [registration.register(drawing, reference) for drawing in drawings]
        found[name] = [{"matrix": matrix.tolist(), "offset": offset.tolist()} for matrix, offset in laid]
    return found


def metrics(summary: pd.DataFrame, rebuilt: pd.DataFrame) -> dict[str, Any]:
    """reports/metrics.json: view -> name -> measure -> mean, and each encoder's reconstruction error."""
    flat: dict[str, Any] = {}
    for line in summary.itertuples():
        flat.setdefault(line.view, {}).setdefault(line.name, {})[line.measure] = round(line.value, 6)
    for line in rebuilt.itertuples():
        errors = {"squared_error": round(line.error, 6), "squared_error_of_pca": round(line.pca_error, 6)}
        flat["codes"][line.encoder] |= errors
    return flat
