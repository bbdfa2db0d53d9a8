"""Spaces + maps -> what each code and each map gets wrong, and how they compare."""

from typing import Any

import numpy as np
import pandas as pd

from pipeline import artifacts, comparison, faithfulness, params, progress, reconstruction, registration, verdicts
from pipeline.nouns import Dataset, Space
from pipeline.stages import run


def main() -> None:
    given = params.load()
    dataset, raw = artifacts.load_dataset(), artifacts.load_space("raw")
    codes = {name: artifacts.load_space(name).points for name in given.encoders}
    drawn = {name: artifacts.load_map(name) for name in given.maps}
    maps = {name: points for name, (points, _) in drawn.items()}

    measures, points = measure(dataset, raw, codes, maps, given.evaluate.k)
    values = by_start(measures, {name for name, (_, seeds) in drawn.items() if seeds})
    summary = summarize(values)
    recall = {name: found for (view, name, measure), found in values.items() if (view, measure) == ("maps", "recall")}
    pairs = verdicts.pairs(given.maps, given.encoders)
    comparisons = verdicts.compare(recall, pairs, given.evaluate.equivalent_within)
    errors = {name: artifacts.load_error(name) for name in codes}
    rebuilt, scree = reconstruction.compare(dataset, errors, {name: found.shape[1] for name, found in codes.items()})

    artifacts.save_evaluation(
        {
            "measures": measures,
            "points": points,
            "summary": summary,
            "comparisons": comparisons,
            "reconstruction": rebuilt,
            "scree": scree,
        },
        register(maps),
    )
    artifacts.save_metrics(metrics(summary, rebuilt))
    recall_by_map = summary[(summary["view"] == "maps") & (summary["measure"] == "recall")]
    artifacts.save_plots(
        {
            "measures": summary,
            "recall": recall_by_map[["name", "value", "low", "high"]],
            "comparisons": comparisons,
            "reconstruction": rebuilt,
            "scree": scree,
            "training": training(codes),
        }
    )


def measure(
    dataset: Dataset, raw: Space, codes: dict[str, np.ndarray], maps: dict[str, np.ndarray], k: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Codes and maps against the raw data; the labels of the raw data themselves; each map's rows."""
    labels = dataset.table["label"].to_numpy() if len(dataset.info["labels"]) > 1 else None
    views = {f"codes/{name}": points for name, points in codes.items()}
    views |= {f"maps/{name}": points for name, points in maps.items()}
    with progress.bar("measures", faithfulness.work(raw.points, views)) as show:
        measures, points = faithfulness.evaluate(
            raw.points, views, labels, k, metric=raw.metric, neighbors=raw.indices, progress=show
        )
    if labels is not None:
        accuracy = faithfulness.label_accuracy(raw.indices, labels)
        measures.loc[len(measures)] = {"name": "raw/raw", "seed": 0, "measure": "label_accuracy", "value": accuracy}
    measures[["view", "name"]] = measures["name"].str.split("/", expand=True)
    points = points[points["name"].str.startswith("maps/")]
    points = points.assign(map=points["name"].str.removeprefix("maps/")).drop(columns="name")
    return measures, points


def by_start(measures: pd.DataFrame, random: set[str]) -> dict[tuple[str, str, str], comparison.Values]:
    """(view, name, measure) -> a value for each random start of a map, or a bare number where nothing is random."""
    found = {}
    for key, group in measures.groupby(["view", "name", "measure"], sort=False):
        view, name, _ = key
        values = group.sort_values("seed")["value"].to_numpy()
        found[key] = values if view == "maps" and name in random else float(values[0])
    return found


def summarize(values: dict[tuple[str, str, str], comparison.Values]) -> pd.DataFrame:
    """A line for each view, name and measure: value, low, high, covers, n."""
    names = ["view", "name", "measure"]
    return pd.DataFrame(
        [dict(zip(names, key, strict=True)) | vars(comparison.over_seeds(found)) for key, found in values.items()]
    )


def register(maps: dict[str, np.ndarray]) -> dict[str, list[dict[str, Any]]]:
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


def training(encoders: dict[str, Any]) -> pd.DataFrame:
    """The training curves of all encoders that have one: encoder, epoch, loss, validation_loss."""
    histories = {name: artifacts.load_history(name) for name in encoders}
    found = [history.assign(encoder=name) for name, history in histories.items() if history is not None]
    columns = ["encoder", "epoch", "loss", "validation_loss"]
    return pd.concat(found)[columns] if found else pd.DataFrame(columns=columns)


if __name__ == "__main__":
    run("evaluate", main)
