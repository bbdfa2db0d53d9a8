"""k-nearest neighbors in bounded memory, ordered by float64 distance and then by row number: exact, or approximate where
there are too many rows."""

from functools import partial

import numpy as np

from pipeline.neighbors.index import View
from pipeline.runtime.errors import InputError
from pipeline.runtime.parallel import Progress, in_blocks


def nearest(
    points: np.ndarray, k: int, metric: str = "euclidean", progress: Progress | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The k nearest other rows of each row.

    points    (n, d), taken as float32
    metric    "euclidean", or "cosine": 1 - cosine similarity, in [0, 2]
    progress  called with the number of rows done so far
    returns   indices int32 (n, k) and distances float64 (n, k), nearest first, ties by row number, the row
              itself left out even where others equal it

    Distances are computed in float64 from the float32 numbers, by direct differences in a fixed order.
    Memory beyond points and result: one float32 copy of the points, and a few MiB a core.
    Raises InputError: k outside 1 .. n - 1, unknown metric, numbers not finite, an all-zero row under cosine.
    """
    view = View(points, metric)
    if not 1 <= k < view.n:
        raise InputError(
            f"k is {k}, but each of {view.n} rows has {view.n - 1} neighbors: use a k from 1 to {view.n - 1}"
        )
    return _nearest(view, view.n, k, progress)


def among(points: np.ndarray, rows: np.ndarray, k: int, metric: str = "euclidean") -> tuple[np.ndarray, np.ndarray]:
    """The k nearest of points (n, d) to each of other rows (m, d), in the same order: indices int32 and distances float64
    (m, k). Rows are not looked for among each other, so that it does not matter which come together."""
    count = len(rows)
    if not 1 <= k <= len(points):
        raise InputError(f"k is {k}, but there are {len(points)} rows to be neighbors: use a k from 1 to {len(points)}")
    view = View(np.concatenate([rows, points]), metric, offered=np.arange(count + len(points)) >= count)
    indices, distances = _nearest(view, count, k)
    return indices - count, distances


def _nearest(view: View, rows: int, k: int, progress: Progress | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Of the first so many rows of a view."""
    indices, distances = np.empty((rows, k), dtype=np.int32), np.empty((rows, k))
    for start, stop, (block_indices, block_distances) in in_blocks(rows, partial(View.nearest, view, k=k), progress):
        indices[start:stop] = block_indices
        distances[start:stop] = block_distances
    return indices, distances


def approximate(points: np.ndarray, k: int, metric: str = "euclidean", seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """The same, nearly: by NN-descent (Dong, Charikar and Li 2011; pynndescent), in time that hardly grows faster than n.

    Distances, and the order of those found, are exact.
    """
    from pynndescent import NNDescent

    view = View(points, metric)
    found, _ = NNDescent(points, metric=metric, n_neighbors=k + 1, random_state=seed).neighbor_graph
    # Each row is among its own neighbors, unless it has many copies: then the last one found makes room.
    own = found == np.arange(view.n)[:, None]
    own[~own.any(axis=1), -1] = True
    return view.ordered(found[~own].reshape(view.n, k))


def recall(
    points: np.ndarray, indices: np.ndarray, metric: str = "euclidean", rows: int = 1000, seed: int = 0
) -> float:
    """The share of true neighbors among indices int (n, k), on a sample of rows."""
    chosen = np.sort(np.random.default_rng(seed).choice(len(points), min(rows, len(points)), replace=False))
    view, k, kept = View(points, metric), indices.shape[1], 0
    for start in range(0, len(chosen), 16):  # whole orders: few rows at once
        block = chosen[start : start + 16]
        true = view.orders(block)[:, :k]
        kept += sum(len(np.intersect1d(*pair)) for pair in zip(true, indices[block], strict=True))
    return kept / (len(chosen) * k)
