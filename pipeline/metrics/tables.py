"""Measures as tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from pipeline.metrics.measures import r_nx
from pipeline.metrics.neighborhoods import Neighborhoods

Key = str | tuple[str, str]  # a map's name, or (view, name)
Values = dict[tuple[str, int], float]  # (measure, k) -> value; k is 0 for measures without one

PAIRS = 2_000  # pairs of rows in a Shepard diagram
CURVE = 200  # points of a curve, evenly spaced by the logarithm of k


@dataclass(frozen=True)
class Embedding:
    """One embedding of a map, points (n, 2), or one training of a code, points (n, m)."""

    key: Key
    seed: int
    points: np.ndarray

    @cached_property
    def named(self) -> dict[str, str]:
        """The key as columns."""
        return {"name": self.key} if isinstance(self.key, str) else dict(zip(("view", "name"), self.key, strict=True))


@dataclass(frozen=True)
class MeasureTables:
    """The measures of maps. Maps are identified by `name`, or by `view` and `name` where (view, name) was given; `seed`
    is the number of an embedding of the map.

    measures  name, seed, measure, k (0 for measures without one), value
    data      measure, k, value: label accuracy in the data themselves
    points    first embeddings: name, row, a column for each measure with a value by row ("recall_15"), and r_nx_auc (NaN
              for rows that were not sampled)
    curves    name, seed, k, r_nx, rows (how many rows it was measured on)
    shepard   first embeddings: name, data_distance, map_distance, pairs (how many their correlation was measured on)
    rows      number of rows on which R_NX AUC was measured
    sampling  maps x maps: covariance of their mean R_NX AUCs due to the sample of rows; zero if all rows were measured
    """

    measures: pd.DataFrame
    data: pd.DataFrame
    points: pd.DataFrame
    curves: pd.DataFrame
    shepard: pd.DataFrame
    rows: int
    sampling: pd.DataFrame


def first_of_map(embeddings: list[Embedding]) -> list[int]:
    """For each embedding, the number of the first one of the same map."""
    keys = [embedding.key for embedding in embeddings]
    return [keys.index(key) for key in keys]


def measures(embeddings: list[Embedding], values: list[Values]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {**embedding.named, "seed": embedding.seed, "measure": measure, "k": k, "value": value}
            for embedding, own in zip(embeddings, values, strict=True)
            for (measure, k), value in own.items()
        ]
    )


def data(values: Values) -> pd.DataFrame:
    return pd.DataFrame([(*key, value) for key, value in values.items()], columns=["measure", "k", "value"])


def points(
    embeddings: list[Embedding], near: list[Neighborhoods], r_nx_aucs: np.ndarray, sample: np.ndarray, n: int
) -> pd.DataFrame:
    parts = []
    for embedding, part, own_aucs in zip(embeddings, near, r_nx_aucs, strict=True):
        if embedding.seed == 0:
            columns = {f"{measure}_{k}": values for (measure, k), values in part.rows.items()}
            by_row = np.full(n, np.nan)
            by_row[sample] = own_aucs
            parts.append(pd.DataFrame({**embedding.named, "row": np.arange(n), **columns, "r_nx_auc": by_row}))
    return pd.concat(parts, ignore_index=True)


def curves(
    embeddings: list[Embedding], near: list[Neighborhoods], overlaps: np.ndarray, rows: int, n: int
) -> pd.DataFrame:
    """R_NX from complete orders; where these are of a sample, from all rows up to the depth of the neighborhoods."""
    shown = np.unique(np.rint(np.geomspace(1, n - 2, CURVE)).astype(int))
    parts = []
    for embedding, part, own_overlaps in zip(embeddings, near, overlaps, strict=True):
        curve, measured = r_nx(own_overlaps, rows, n), np.full(n - 2, rows)
        if rows < n:
            exact = r_nx(part.overlaps, n, n)
            curve[: len(exact)], measured[: len(exact)] = exact, n
        columns = {"k": shown, "r_nx": curve[shown - 1], "rows": measured[shown - 1]}
        parts.append(pd.DataFrame({**embedding.named, "seed": embedding.seed, **columns}))
    return pd.concat(parts, ignore_index=True)


def shepard(embeddings: list[Embedding], in_data: np.ndarray, on_maps: list[np.ndarray]) -> pd.DataFrame:
    shown = np.unique(np.linspace(0, len(in_data) - 1, PAIRS).astype(int))
    parts = []
    for embedding, on_map in zip(embeddings, on_maps, strict=True):
        if embedding.seed == 0:
            columns = {"data_distance": in_data[shown], "map_distance": on_map[shown], "pairs": len(in_data)}
            parts.append(pd.DataFrame({**embedding.named, **columns}))
    return pd.concat(parts, ignore_index=True)


def sampling(embeddings: list[Embedding], covariance: np.ndarray) -> pd.DataFrame:
    """From the covariance of the embeddings' R_NX AUCs to that of the maps', each the mean over its embeddings."""
    first = np.array(first_of_map(embeddings))
    of_maps = pd.DataFrame(covariance).groupby(first, sort=False).mean().T.groupby(first, sort=False).mean()
    keys = pd.Index([embeddings[number].key for number in dict.fromkeys(first)])  # of pairs: two levels
    return of_maps.set_axis(keys).set_axis(keys, axis=1)
