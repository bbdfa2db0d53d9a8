"""What was measured, as tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.metrics.measures import r_nx
from pipeline.metrics.neighborhoods import Neighborhoods

Values = dict[tuple[str, int], float]  # (measure, k) -> value; k is 0 where a measure has none

SHOWN = 2_000  # pairs of rows in a Shepard diagram
CURVE = 200  # points of a curve, evenly spaced by the logarithm of k


@dataclass(frozen=True)
class Drawing:
    """One drawing of a map: the map's name, the drawing's number, points (n, 2) or, of a code, (n, m)."""

    name: str
    number: int
    points: np.ndarray


@dataclass(frozen=True)
class Measured:
    """Tables; `name` is a map's, `seed` the number of one of its drawings.

    measures  name, seed, measure, k (0 where a measure has none), value
    data      measure, k, value: label accuracy in the data themselves
    points    of each first drawing: name, row, a column for each measure that has a value by row ("recall_15"), and area
              (NaN for rows that were not in the sample)
    curves    name, seed, k, r_nx, rows (on how many rows it was measured)
    shepard   of each first drawing: name, data_distance, map_distance, pairs (whose correlation was measured)
    rows      rows whose area was measured
    sampling  maps x maps: covariance of their mean areas due to the sample of rows; zero where all rows were measured
    """

    measures: pd.DataFrame
    data: pd.DataFrame
    points: pd.DataFrame
    curves: pd.DataFrame
    shepard: pd.DataFrame
    rows: int
    sampling: pd.DataFrame


def measures(embeddings: list[Drawing], values: list[Values]) -> pd.DataFrame:
    lines = [
        (embedding.name, embedding.number, measure, k, value)
        for embedding, found in zip(embeddings, values, strict=True)
        for (measure, k), value in found.items()
    ]
    return pd.DataFrame(lines, columns=["name", "seed", "measure", "k", "value"])


def data(values: Values) -> pd.DataFrame:
    return pd.DataFrame([(*key, value) for key, value in values.items()], columns=["measure", "k", "value"])


def points(
    embeddings: list[Drawing], near: list[Neighborhoods], r_nx_aucs: np.ndarray, chosen: np.ndarray, n: int
) -> pd.DataFrame:
    parts = []
    for embedding, part, r_nx_auc in zip(embeddings, near, r_nx_aucs, strict=True):
        if embedding.number == 0:
            columns = {f"{measure}_{k}": values for (measure, k), values in part.rows.items()}
            by_row = np.full(n, np.nan)
            by_row[chosen] = r_nx_auc
            parts.append(pd.DataFrame({"name": embedding.name, "row": np.arange(n), **columns, "r_nx_auc": by_row}))
    return pd.concat(parts, ignore_index=True)


def curves(
    embeddings: list[Drawing], near: list[Neighborhoods], overlaps: np.ndarray, rows: int, n: int
) -> pd.DataFrame:
    """R_NX from the whole orders; where these are of a sample, up to the neighborhoods' depth from all rows."""
    shown = np.unique(np.rint(np.geomspace(1, n - 2, CURVE)).astype(int))
    parts = []
    for embedding, part, over in zip(embeddings, near, overlaps, strict=True):
        curve, measured = r_nx(over, rows, n), np.full(n - 2, rows)
        if rows < n:
            exact = r_nx(part.overlaps, n, n)
            curve[: len(exact)], measured[: len(exact)] = exact, n
        columns = {"k": shown, "r_nx": curve[shown - 1], "rows": measured[shown - 1]}
        parts.append(pd.DataFrame({"name": embedding.name, "seed": embedding.number, **columns}))
    return pd.concat(parts, ignore_index=True)


def shepard(embeddings: list[Drawing], in_data: np.ndarray, on_maps: list[np.ndarray]) -> pd.DataFrame:
    chosen = np.unique(np.linspace(0, len(in_data) - 1, SHOWN).astype(int))
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "name": embedding.name,
                    "data_distance": in_data[chosen],
                    "map_distance": on_map[chosen],
                    "pairs": len(in_data),
                }
            )
            for embedding, on_map in zip(embeddings, on_maps, strict=True)
            if embedding.number == 0
        ],
        ignore_index=True,
    )


def sampling(embeddings: list[Drawing], covariance: np.ndarray) -> pd.DataFrame:
    """From the covariance of the drawings' areas to that of the maps', each the mean over its drawings."""
    labels = [embedding.name for embedding in embeddings]
    each = pd.DataFrame(covariance, index=labels, columns=labels)
    return each.groupby(level=0, sort=False).mean().T.groupby(level=0, sort=False).mean()
