"""Everything that is measured on codes and maps, as tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from pipeline import metrics
from pipeline.config import Evaluate
from pipeline.metrics import lost as losses
from pipeline.neighbors.search import nearest
from pipeline.statistics import intervals, procrustes
from pipeline.types import Dataset, Space

STARTS = {"maps": "random starts", "codes": "trainings", "raw": "starts"}  # what differs where one is made again
ONE_TRAINING = "this training alone, as how far another would differ is unknown"
KEY = ["view", "name", "against", "measure", "k"]


def work(n: int, references: int, options: Evaluate) -> int:
    """Rows that `measure` goes through in all, which its progress counts: anew for each space that maps are held against."""
    return references * metrics.work(n, options.exact_up_to)


def measure(
    dataset: Dataset,
    spaces: dict[str, Space],
    codes: dict[str, np.ndarray],
    maps: dict[str, np.ndarray],
    space_of: dict[str, str],
    options: Evaluate,
    seed: int,
    progress: Callable[[int], None] | None = None,
) -> dict[str, pd.DataFrame]:
    """Codes and maps against the raw data, and maps of codes against the codes that they were drawn of.

    spaces    "raw", and by encoder
    codes     encoder -> (n, d), or (trainings, n, d)
    maps      map -> (drawings, n, 2)
    drawn_of  map -> the space it was drawn of
    returns   tables with columns view (raw, codes, maps) and name, and against, the space that is held to be true:
      measures  seed, measure, k, value; view raw has what the data say of themselves
      points    by row, of each map's first drawing against the raw data: map, row, as faithfulness.Measured, and how many of
                the k neighbors in the data ended as what ("lost_in_the_code")
      curves    seed, k, r_nx, rows
      shepard   data_distance, map_distance: of first drawings, against the raw data
      losses    map, part, label (None: all rows), rows, share: where neighbors in the data are lost, over all drawings; and
                false: whether it is of the map's neighbors instead
      sampling  view ("maps/tsne-raw"), and a column for each: covariance of the areas due to a sample of rows
    """
    labels = dataset.table["label"].to_numpy() if len(dataset.info["labels"]) > 1 else None
    split = dataset.table["split"].to_numpy()
    n = len(dataset.table)

    def against(space: str, views: dict[str, np.ndarray], done: int) -> metrics.Measured:
        return metrics.evaluate(
            spaces[space].points, views, labels, options.sizes, spaces[space].metric, split,
            options.exact_up_to, seed, progress and (lambda rows: progress(done + rows)),
        )  # fmt: skip

    views = {f"codes/{name}": points for name, points in codes.items()}
    views |= {f"maps/{name}": points for name, points in maps.items()}
    found = {"raw": against("raw", views, 0)}
    for number, space in enumerate(references(space_of)[1:], start=1):
        own = {f"maps/{name}": maps[name] for name, of in space_of.items() if of == space}
        found[space] = against(space, own, number * work(n, 1, options))

    true = found["raw"]
    data = true.data.assign(view="raw", name="raw", against="raw", seed=0)
    points = true.points[true.points["name"].str.startswith("maps/")]
    indices = {name: space.indices[:, : options.k] for name, space in spaces.items()}
    lost = [_lost(name, maps[name], indices["raw"], indices[space], labels) for name, space in space_of.items()]
    parts = pd.concat([by_row for _, by_row in lost], ignore_index=True)  # in the order of the maps, as the points are
    return {
        "measures": pd.concat(
            [_named(each.measures, space) for space, each in found.items()] + [data], ignore_index=True
        ).dropna(),
        "points": points.assign(
            map=points["name"].str.removeprefix("maps/"), **{name: parts[name].to_numpy() for name in parts}
        ).drop(columns="name"),
        "curves": pd.concat([_named(each.curves, space) for space, each in found.items()], ignore_index=True),
        "shepard": _named(true.shepard, "raw"),
        "losses": pd.concat([shares for shares, _ in lost], ignore_index=True),
        "sampling": pd.concat(
            [each.sampling.rename_axis("view").reset_index().assign(against=space) for space, each in found.items()],
            ignore_index=True,
        ),
    }


def references(space_of: dict[str, str]) -> list[str]:
    """The spaces that maps are held against: the raw data, and each space that a map was drawn of."""
    return list(dict.fromkeys(["raw", *space_of.values()]))


def _named(table: pd.DataFrame, space: str) -> pd.DataFrame:
    named = table.assign(against=space)
    named[["view", "name"]] = named["name"].str.split("/", expand=True)
    return named


def _lost(
    name: str, embeddings: np.ndarray, raw: np.ndarray, code: np.ndarray, labels: np.ndarray | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Shares of k neighbors, over all drawings, by what became of them: of all rows, and of each label's; and how many of
    each row's neighbors in the data on the first drawing."""
    k = raw.shape[1]
    near = [nearest(embedding, k)[0] for embedding in embeddings]
    sides = {
        False: (losses.TRUE, sum(losses.of_true_neighbors(raw, code, on_map) for on_map in near)),
        True: (losses.FALSE, sum(losses.of_map_neighbors(raw, code, on_map) for on_map in near)),
    }
    groups = {None: np.ones(len(raw), dtype=bool)}
    groups |= {label: labels == label for label in np.unique(labels)} if labels is not None else {}
    lines = [
        (name, false, part, label, int(rows.sum()), counts[rows, at].sum() / (rows.sum() * k * len(embeddings)))
        for false, (parts, counts) in sides.items()
        for label, rows in groups.items()
        for at, part in enumerate(parts)
    ]
    columns = [part.replace(" ", "_") for part in losses.TRUE]
    by_row = pd.DataFrame(losses.of_true_neighbors(raw, code, near[0]), columns=columns)
    return pd.DataFrame(lines, columns=["map", "false", "part", "label", "rows", "share"]), by_row


def by_start(measures: pd.DataFrame, random: set[str]) -> dict[tuple[str, str, str, str, int], intervals.Values]:
    """(view, name, against, measure, k) -> a value for each random start of a map, or training of a code, or a bare number
    where there is one training, or nothing is random."""
    found = {}
    for key, group in measures.groupby(KEY, sort=False):
        view, name, _, measure, _ = key
        values = group.sort_values("seed")["value"].to_numpy()
        varies = name in random if view == "maps" else len(values) > 1
        varies = varies and measure != "stability"  # it is of all drawings together
        found[key] = values if varies else float(values[0])
    return found


def summarize(
    values: dict[tuple[str, str, str, str, int], intervals.Values], sampling: pd.DataFrame, trained: set[str]
) -> pd.DataFrame:
    """A line for each view, name, space, measure and k: value, low, high, covers, n; trained: encoders that another training would
    make otherwise."""
    lines = []
    for key, found in values.items():
        view, name, space, measure, _ = key
        sampled = variance(sampling, space, f"{view}/{name}") if measure == "r_nx_auc" else 0.0
        interval = intervals.over_seeds(found, starts=STARTS[view], sampling=sampled)
        line = dict(zip(KEY, key, strict=True)) | vars(interval)
        if view == "codes" and name in trained and np.ndim(found) == 0:
            line["covers"] = ONE_TRAINING + (intervals.SAMPLED if sampled else "")
        lines.append(line)
    return pd.DataFrame(lines)


def of_maps(values: dict[tuple[str, str, str, str, int], intervals.Values], measure: str, k: int) -> dict:
    """map -> its values of one measure against the raw data."""
    return {
        name: found
        for (view, name, against, what, size), found in values.items()
        if (view, against, what, size) == ("maps", "raw", measure, k)
    }


def of_maps_sampled(sampling: pd.DataFrame) -> pd.DataFrame:
    """maps x maps, from the covariance of all views, against the raw data."""
    square = sampling[sampling["against"] == "raw"].set_index("view")
    views = [view for view in square if view.startswith("maps/")]
    names = [view.removeprefix("maps/") for view in views]
    return square.loc[views, views].set_axis(names).set_axis(names, axis=1)


def variance(sampling: pd.DataFrame, space: str, view: str) -> float:
    return float(sampling[sampling["against"] == space].set_index("view").loc[view, view])


def registrations(maps: dict[str, np.ndarray]) -> dict[str, list[dict[str, Any]]]:
    """For each drawing of each map, what lays it on the first drawing of the first map."""
    reference = next(iter(maps.values()))[0]
    reference = (reference - reference.mean(axis=0)) / (reference.std() or 1)
    found = {}
    for name, embeddings in maps.items():
        laid = [procrustes.register(embedding, reference) for embedding in embeddings]
        found[name] = [{"matrix": matrix.tolist(), "offset": offset.tolist()} for matrix, offset in laid]
    return found


def plots(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """What goes to reports/plots, by name: the tables of the page, for people and for `dvc plots`."""
    summary, curves = tables["summary"], tables["curves"]
    r_nx_auc = summary[(summary["view"] == "maps") & (summary["against"] == "raw") & (summary["measure"] == "r_nx_auc")]
    curves = curves[(curves["view"] == "maps") & (curves["against"] == "raw")]
    whole = (
        "comparisons",
        "comparisons_subsampled",
        "losses",
        "clusters",
        "reconstruction",
        "scree",
        "robustness",
        "rate_distortion",
        "training",
    )
    return {name: tables[name] for name in whole} | {
        "measures": summary,
        "r_nx_auc": r_nx_auc[["name", "value", "low", "high"]],
        "r_nx": curves.groupby(["name", "k"], sort=False)["r_nx"].mean().reset_index(),
        "shepard": tables["shepard"],
    }


def metrics_json(summary: pd.DataFrame, rebuilt: pd.DataFrame) -> dict[str, Any]:
    """reports/metrics.json: view -> name -> measure -> mean, against the raw data, and each encoder's reconstruction error."""
    flat: dict[str, Any] = {}
    for line in summary[summary["against"] == "raw"].itertuples():
        measure = f"{line.measure}_{line.k}" if line.k else line.measure
        flat.setdefault(line.view, {}).setdefault(line.name, {})[measure] = round(line.value, 6)
    for line in rebuilt.itertuples():
        errors = {"squared_error": round(line.error, 6), "squared_error_of_pca": round(line.pca_error, 6)}
        flat["codes"][line.encoder] |= errors
    return flat
