"""What a map or a code gets wrong about the neighborhoods of its data, row by row.

Ranks and neighbors follow one rule: float64 distance, then row number; a row is not its own neighbor.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from pipeline import neighbors as nearest_neighbors
from pipeline import ranks
from pipeline.errors import InputError


def trustworthiness(data_ranks: np.ndarray, n: int) -> np.ndarray:
    """How little a map shows as near what is far in the data, by row, float64 (n,).

    data_ranks  int (n, k): rank in the data of each of a row's k neighbors on the map
    n           rows in all

    The mean over rows is the usual measure (Venna and Kaski 2001, eq. 1; as scikit-learn and ZADU have it): 1
    where no stranger is among the neighbors, 0 at worst. k must be less than n / 2, where its scale ends.
    """
    k = data_ranks.shape[1]
    _check_k(k, n)
    excess = np.maximum(data_ranks.astype(np.float64) - k, 0).sum(axis=1)
    return 1 - excess * 2 / (k * (2 * n - 3 * k - 1))


def continuity(map_ranks: np.ndarray, n: int) -> np.ndarray:
    """How little a map tears apart what is near in the data, by row, float64 (n,); ibid., eq. 2.

    map_ranks   int (n, k): rank on the map of each of a row's k neighbors in the data
    """
    return trustworthiness(map_ranks, n)


def recall(data_ranks: np.ndarray) -> np.ndarray:
    """The share of a row's k neighbors in the data that are among its k neighbors on the map, float64 (n,).

    data_ranks  int (n, k): rank in the data of each of a row's k neighbors on the map
    """
    return np.mean(data_ranks <= data_ranks.shape[1], axis=1)


def label_accuracy(indices: np.ndarray, labels: np.ndarray, k: int = 5) -> float:
    """The share of rows whose k nearest others vote for their own label (k-NN accuracy, leave one out).

    indices     int (n, at least k), nearest first
    labels      (n,)

    Where labels have equally many votes, the first of them in sorted order wins, as in scikit-learn.
    """
    names, codes = np.unique(labels, return_inverse=True)
    votes = np.zeros((len(codes), len(names)), dtype=np.int32)
    for column in indices[:, :k].T:
        np.add.at(votes, (np.arange(len(codes)), codes[column]), 1)
    return float(np.mean(votes.argmax(axis=1) == codes))


def evaluate(
    points: np.ndarray,
    maps: dict[str, np.ndarray],
    labels: np.ndarray | None = None,
    k: int = 15,
    metric: str = "euclidean",
    neighbors: np.ndarray | None = None,
    progress: Callable[[int], None] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Measure maps (or codes) against the data that they are of, all in one pass over the data's distances.

    points     (n, d), the data
    maps       name -> (n, m), or (seeds, n, m) for several drawings of one map
    labels     (n,), for label accuracy
    k          size of the neighborhoods that are compared
    metric     what "near" means in the data; on a map it is Euclidean
    neighbors  indices int (n, at least k) of each row's nearest neighbors in the data, where they are known
    progress   called with the number of rows done so far, of `work(points, maps)`
    returns    measures, tidy: name, seed, measure, value, for recall, trustworthiness, continuity and
               label_accuracy; points of each map's first drawing: name, row, recall, trustworthiness

    Raises InputError for maps that are not (n, m) numbers, and for a k that is too large.
    """
    n = len(points)
    _check_k(k, n)
    drawings = [(name, seed, drawn) for name, found in maps.items() for seed, drawn in enumerate(_drawings(found))]
    for name, _, drawing in drawings:
        if drawing.ndim != 2 or len(drawing) != n or not np.isfinite(drawing).all():
            raise InputError(
                f"map {name}: shape {drawing.shape}, {_bad(drawing)} points not finite; {n} finite ones needed"
            )
    done = 0

    def advance(rows: int) -> None:
        if progress:
            progress(done + rows)

    if neighbors is None:
        neighbors, _ = nearest_neighbors.nearest(points, k, metric)
    own, map_ranks = [], []
    for _, _, drawing in drawings:
        own.append(nearest_neighbors.nearest(drawing, min(max(k, 5), n - 1), progress=advance)[0])
        done += n
        map_ranks.append(ranks.ranks(drawing, neighbors[:, :k], progress=advance))
        done += n
    together = np.hstack([indices[:, :k] for indices in own])
    data_ranks = np.split(ranks.ranks(points, together, metric, progress=advance), len(drawings), axis=1)

    lines, rows = [], []
    for (name, seed, _), indices, in_data, on_map in zip(drawings, own, data_ranks, map_ranks, strict=True):
        kept, trusted = recall(in_data), trustworthiness(in_data, n)
        values = {"recall": kept.mean(), "trustworthiness": trusted.mean()}
        values["continuity"] = continuity(on_map, n).mean()
        if labels is not None:
            values["label_accuracy"] = label_accuracy(indices, labels)
        lines += [(name, seed, measure, float(value)) for measure, value in values.items()]
        if seed == 0:
            found = {"recall": kept, "trustworthiness": trusted}
            rows.append(pd.DataFrame({"name": name, "row": np.arange(n), **found}))
    measures = pd.DataFrame(lines, columns=["name", "seed", "measure", "value"])
    return measures, pd.concat(rows, ignore_index=True)


def work(points: np.ndarray, maps: dict[str, np.ndarray]) -> int:
    """Rows that `evaluate` goes through in all: twice for each drawing, once for the data."""
    return len(points) * (1 + 2 * sum(len(_drawings(found)) for found in maps.values()))


def _check_k(k: int, n: int) -> None:
    if not 1 <= k < n / 2:
        raise InputError(f"k is {k}, but there are {n} rows; use a k from 1 to {(n - 1) // 2}, below n / 2")


def _drawings(found: np.ndarray) -> np.ndarray:
    return found if found.ndim == 3 else found[None]


def _bad(drawing: np.ndarray) -> int:
    return int((~np.isfinite(drawing)).any(axis=-1).sum())
