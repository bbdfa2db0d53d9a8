"""What goes from stage to stage, as values: a dataset, and a space."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

# weights (in, out), bias (out,), activation: a dense layer; lists of them are networks that a page can compute
Layer = tuple[np.ndarray, np.ndarray, str]


@dataclass(frozen=True)
class Dataset:
    """rows float32 (n, *shape), those of sequences padded as padding.py says; table, one line a row: id, label where
    there is one, split (train, validation, test), and, for who shows them, the source's other columns; info: title, kind, shape, scaling, label
    names, origin, notes; kept int64 (n,), their numbers in the source, where they are a sample of it."""

    rows: np.ndarray
    table: pd.DataFrame
    info: dict[str, Any]
    kept: np.ndarray | None = None

    @property
    def whole_shape(self) -> tuple[int, ...] | None:
        """Of a row that its flat points can be given back: of images; not of vectors, nor of series, which are padded."""
        return self.rows.shape[1:] if self.info["kind"] == "image" else None

    def part(self, split: str) -> np.ndarray:
        """The rows of train, validation or test."""
        return np.asarray(self.rows[(self.table["split"] == split).to_numpy()])


@dataclass(frozen=True)
class Space:
    """points float32 (n, d); metric, what "near" means among them; indices int32 and distances float64 (n, k), each
    point's nearest neighbors, itself excluded, nearest first; training bool (n,), the rows that a method may learn
    a function from; recall, the share of true neighbors among them where they are approximate; shape of a row before it was
    made flat, where that is known and none is padded."""

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
class Drawn:
    """How a map was drawn, which is what it takes to put further rows onto its first drawing.

    options  its entry in params.yaml then
    space    a digest of the points it was drawn of
    mapper   further arrays by name, as its method's `embed` gives them
    """

    options: dict[str, Any]
    space: str
    mapper: dict[str, np.ndarray]


@dataclass(frozen=True)
class Finished:
    """A run, to be held against another.

    name        of its revision
    parameters  params.yaml, as it stands there
    rows        the dataset's table; data, a digest of the rows themselves; source, what tells it from other data, by what it is called
    maps        name -> first drawing, (n, 2), laid onto the run's other maps; random, those with random starts
    measures, losses, errors, sampling: tables of its evaluation
    digests     of all drawings, "maps/tsne-raw"; of codes and what is rebuilt of them, "codes/deep"; "raw", of the points and the
                metric that maps are held against; without those whose files are not here
    """

    name: str
    parameters: dict[str, Any]
    rows: pd.DataFrame
    data: str
    source: dict[str, Any]
    maps: dict[str, np.ndarray]
    random: set[str]
    measures: pd.DataFrame
    losses: pd.DataFrame
    errors: pd.DataFrame
    sampling: pd.DataFrame
    digests: dict[str, str]
