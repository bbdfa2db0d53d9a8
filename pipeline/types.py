"""What stages pass on: a dataset, a space, a map, a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

# weights (in, out), bias (out,), activation: a dense layer; a list of them is a network that a page can compute
Layer = tuple[np.ndarray, np.ndarray, str]


@dataclass(frozen=True)
class Dataset:
    """Rows and a table.

    rows   float32 (n, *shape); sequences are padded as ragged.py says
    table  a line a row: id, label where there is one, split (train, validation, test), and the source's other columns
    info   title, kind, shape, scaling, label names, origin, notes
    kept   int64 (n,), row numbers in the source, where the rows are a sample of it
    """

    rows: np.ndarray
    table: pd.DataFrame
    info: dict[str, Any]
    kept: np.ndarray | None = None

    @property
    def image_shape(self) -> tuple[int, ...] | None:
        """Shape of a row, for images; None for vectors, and for sequences, which are padded."""
        return self.rows.shape[1:] if self.info["kind"] == "image" else None

    def is_in(self, split: str) -> np.ndarray:
        """bool (n,): the rows of train, validation or test."""
        return (self.table["split"] == split).to_numpy()

    def part(self, split: str) -> np.ndarray:
        """The rows of train, validation or test."""
        return np.asarray(self.rows[self.is_in(split)])


@dataclass(frozen=True)
class Space:
    """Points, a metric, and nearest neighbors.

    points     float32 (n, d)
    metric     euclidean or cosine
    indices    int32 (n, k), each point's nearest neighbors, nearest first, itself excluded
    distances  float64 (n, k)
    training   bool (n,), the rows that a method may learn a function from
    recall     share of the true neighbors among `indices`; below 1 where they are approximate
    shape      of a row before it was flattened, for images
    """

    points: np.ndarray
    metric: str
    indices: np.ndarray
    distances: np.ndarray
    training: np.ndarray
    recall: float = 1.0
    shape: tuple[int, ...] | None = None

    def shaped(self, points: np.ndarray) -> np.ndarray:
        """Points (m, d) as rows (m, *shape)."""
        return points.reshape(len(points), *(self.shape or points.shape[1:]))


@dataclass(frozen=True)
class Map:
    """A map, and what transforms new points onto its first embedding.

    points        float32 (seeds, n, 2), an embedding for each seed, in the method's own coordinates
    seeds         of each embedding; empty for the one embedding of a method without randomness
    options       its entry in params.yaml when it was made
    space_digest  of the points that were embedded
    mapper        arrays by name, as the method's `embed` returns them for the first seed
    """

    points: np.ndarray
    seeds: list[int]
    options: dict[str, Any]
    space_digest: str
    mapper: dict[str, np.ndarray]


@dataclass(frozen=True)
class Run:
    """A finished run, to be compared with another.

    name           of its revision
    params         params.yaml as it was then
    table          the dataset's table
    data           digest of the dataset's rows and split
    source         what tells data apart, by what it is called
    maps           name -> first embedding (n, 2), registered to the run's other maps
    random         maps with a random seed
    measures, lost_neighbors, errors, sampling: tables of its evaluation
    digests        (view, name) -> of all embeddings ("maps", "tsne-raw"); of codes and reconstruction errors ("codes", "deep"); of
                   the raw points and metric ("raw", "raw"). Without those whose files are not here
    """

    name: str
    params: dict[str, Any]
    table: pd.DataFrame
    data: str
    source: dict[str, Any]
    maps: dict[str, np.ndarray]
    random: set[str]
    measures: pd.DataFrame
    lost_neighbors: pd.DataFrame
    errors: pd.DataFrame
    sampling: pd.DataFrame
    digests: dict[tuple[str, str], str]


def r_nx_auc_of_maps(measures: pd.DataFrame) -> pd.DataFrame:
    """The rows of a table (view, name, against, measure, ...) that are the R_NX AUC of maps, compared with the raw data."""
    return measures[(measures[["view", "against", "measure"]] == ["maps", "raw", "r_nx_auc"]).all(axis=1)]
