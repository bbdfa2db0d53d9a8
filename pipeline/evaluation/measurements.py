"""The measures of all codes and maps, as tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from pipeline import metrics
from pipeline.config import Evaluate
from pipeline.metrics.lost_neighbors import FALSE, TRUE, of_map_neighbors, of_true_neighbors
from pipeline.neighbors.search import nearest
from pipeline.statistics import intervals, procrustes, sampling_error
from pipeline.types import Dataset, Space, r_nx_auc_of_maps

SEEDS = {"maps": "random seeds", "codes": "trainings", "raw": "seeds"}  # what the values of a name differ in
ONE_TRAINING = "this training only; the difference between trainings is unknown"
KEY = ["view", "name", "against", "measure", "k"]
Key = tuple[str, str, str, str, int]


def work(n: int, references: int, options: Evaluate) -> int:
    """Rows that `measure` processes, which its progress counts: once for each space that maps are compared with."""
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
    """Compare codes and maps with the raw data, and maps of codes with these codes.

    spaces    "raw", and by encoder
    codes     encoder -> (n, d), or (trainings, n, d)
    maps      map -> (seeds, n, 2)
    space_of  map -> the space that it is an embedding of
    returns   tables with the columns view (raw, codes, maps), name, and against, the space that they are compared with:
      measures        seed, measure, k, value; view raw is of the data themselves
      points          first embeddings, against raw: map, row, as in metrics.MeasureTables, and how many of a row's k
                      neighbors in the data were kept or lost where ("lost_in_the_code")
      curves          seed, k, r_nx, rows
      shepard         first embeddings, against raw: data_distance, map_distance
      lost_neighbors  map, false, part, label (None: all rows), rows, share: where neighbors in the data are lost or, if
                      false, what neighbors on the map are; over all seeds
      sampling        as sampling_error.table returns it
    """
    labels = dataset.table["label"].to_numpy() if len(dataset.info["labels"]) > 1 else None
    split, n = dataset.table["split"].to_numpy(), len(dataset.table)

    def compare(space: str, embeddings: dict[tuple[str, str], np.ndarray], done: int) -> metrics.MeasureTables:
        return metrics.evaluate(
            spaces[space].points, embeddings, labels, options.sizes, spaces[space].metric, split,
            options.exact_up_to, seed, progress and (lambda rows: progress(done + rows)),
        )  # fmt: skip

    everything = {("codes", name): points for name, points in codes.items()}
    everything |= {("maps", name): points for name, points in maps.items()}
    by_space = {"raw": compare("raw", everything, 0)}
    for number, space in enumerate(references(space_of)[1:], start=1):
        own = {key: everything[key] for key in everything if key[0] == "maps" and space_of[key[1]] == space}
        by_space[space] = compare(space, own, number * work(n, 1, options))

    indices = {name: space.indices[:, : options.k] for name, space in spaces.items()}
    lost = [_lost(name, maps[name], indices["raw"], indices[space], labels) for name, space in space_of.items()]
    return _tables(by_space) | {
        "points": _points(by_space["raw"].points, [counts for _, counts in lost]),
        "lost_neighbors": pd.concat([shares for shares, _ in lost], ignore_index=True),
    }


def _tables(by_space: dict[str, metrics.MeasureTables]) -> dict[str, pd.DataFrame]:
    def table(part: str) -> pd.DataFrame:
        parts = [getattr(tables, part).assign(against=space) for space, tables in by_space.items()]
        return pd.concat(parts, ignore_index=True)

    data = by_space["raw"].data.assign(view="raw", name="raw", against="raw", seed=0)
    return {
        "measures": pd.concat([table("measures"), data], ignore_index=True).dropna(),
        "curves": table("curves"),
        "shepard": by_space["raw"].shepard.assign(against="raw"),
        "sampling": pd.concat([sampling_error.table(each.sampling, space) for space, each in by_space.items()]),
    }


def _points(points: pd.DataFrame, lost: list[pd.DataFrame]) -> pd.DataFrame:
    """Of maps only, with the counts of lost neighbors, which are of the maps in the same order."""
    of_maps = points[points["view"] == "maps"].drop(columns="view").rename(columns={"name": "map"})
    counts = pd.concat(lost, ignore_index=True)
    return of_maps.assign(**{name: counts[name].to_numpy() for name in counts})


def references(space_of: dict[str, str]) -> list[str]:
    """The spaces that maps are compared with: the raw data, and each space that a map is an embedding of."""
    return list(dict.fromkeys(["raw", *space_of.values()]))


def _lost(
    name: str, embeddings: np.ndarray, raw: np.ndarray, code: np.ndarray, labels: np.ndarray | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Shares of k neighbors over all embeddings, of all rows and of each label; and counts by row on the first one.

    raw, code  int (n, k), neighbors in the data and in the code
    """
    k = raw.shape[1]
    near = [nearest(embedding, k)[0] for embedding in embeddings]
    sides = {
        False: (TRUE, sum(of_true_neighbors(raw, code, on_map) for on_map in near)),
        True: (FALSE, sum(of_map_neighbors(raw, code, on_map) for on_map in near)),
    }
    groups = {None: np.ones(len(raw), dtype=bool)}
    groups |= {label: labels == label for label in np.unique(labels)} if labels is not None else {}
    shares = [
        (name, false, part, label, int(rows.sum()), counts[rows, column].sum() / (rows.sum() * k * len(embeddings)))
        for false, (parts, counts) in sides.items()
        for label, rows in groups.items()
        for column, part in enumerate(parts)
    ]
    by_row = pd.DataFrame(of_true_neighbors(raw, code, near[0]), columns=[part.replace(" ", "_") for part in TRUE])
    return pd.DataFrame(shares, columns=["map", "false", "part", "label", "rows", "share"]), by_row


def by_seed(measures: pd.DataFrame, random: set[str]) -> dict[Key, intervals.Values]:
    """KEY -> a value for each seed of a map, or training of a code; a single number if nothing is random, or there is one
    training.

    random  maps with a random seed
    """
    values = {}
    for key, group in measures.groupby(KEY, sort=False):
        view, name, _, measure, _ = key
        own = group.sort_values("seed")["value"].to_numpy()
        varies = name in random if view == "maps" else len(own) > 1
        varies = varies and measure != "stability"  # which is of all seeds together
        values[key] = own if varies else float(own[0])
    return values


def summarize(values: dict[Key, intervals.Values], covariances: pd.DataFrame, trained: set[str]) -> pd.DataFrame:
    """A line for each KEY: value, low, high, covers, n.

    covariances  the table `sampling`
    trained      encoders that would differ if they were trained again
    """
    rows = []
    for key, own in values.items():
        view, name, space, measure, _ = key
        sampled = sampling_error.variance(covariances, space, view, name) if measure == "r_nx_auc" else 0.0
        interval = intervals.over_seeds(own, seeds=SEEDS[view], sampling=sampled)
        row = dict(zip(KEY, key, strict=True)) | {
            column: getattr(interval, column) for column in ("value", "low", "high", "covers", "n")
        }
        if view == "codes" and name in trained and np.ndim(own) == 0:
            row["covers"] = ONE_TRAINING + (intervals.SAMPLED if sampled else "")
        rows.append(row)
    return pd.DataFrame(rows)


def of_maps(values: dict[Key, intervals.Values], measure: str, k: int) -> dict[str, intervals.Values]:
    """map -> its values of one measure against the raw data."""
    return {key[1]: own for key, own in values.items() if (key[0], *key[2:]) == ("maps", "raw", measure, k)}


def registrations(maps: dict[str, np.ndarray]) -> dict[str, list[dict[str, Any]]]:
    """For each embedding of each map, the transform onto the first embedding of the first map."""
    reference = next(iter(maps.values()))[0]
    reference = (reference - reference.mean(axis=0)) / (reference.std() or 1)
    transforms = {}
    for name, embeddings in maps.items():
        registered = [procrustes.register(embedding, reference) for embedding in embeddings]
        transforms[name] = [{"matrix": matrix.tolist(), "offset": offset.tolist()} for matrix, offset in registered]
    return transforms


def plots(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The tables in reports/plots, for people and for `dvc plots`."""
    summary = tables["summary"]
    names = ("comparisons", "comparisons_subsampled", "code_comparisons", "lost_neighbors", "clusters", "reconstruction",
             "scree", "robustness", "rate_distortion", "training", "shepard")  # fmt: skip
    return {name: tables[name] for name in names} | {
        "measures": summary,
        "r_nx_auc": r_nx_auc_of_maps(summary)[["name", "value", "low", "high"]],
        "r_nx": tables["mean_r_nx"][["name", "k", "r_nx"]],
    }


def metrics_json(summary: pd.DataFrame, reconstruction: pd.DataFrame) -> dict[str, Any]:
    """reports/metrics.json: view -> name -> measure -> mean, against the raw data, and the reconstruction errors of codes."""
    values: dict[str, Any] = {}
    for row in summary[summary["against"] == "raw"].itertuples():
        measure = f"{row.measure}_{row.k}" if row.k else row.measure
        values.setdefault(row.view, {}).setdefault(row.name, {})[measure] = round(row.value, 6)
    for row in reconstruction.itertuples():
        errors = {"squared_error": round(row.error, 6), "squared_error_of_pca": round(row.pca_error, 6)}
        values["codes"][row.encoder] |= errors
    return values
