"""k nearest neighbors in bounded memory, ordered by float64 distance and then by row number.

Exact, or approximate where there are too many rows.
"""

from functools import partial

import numpy as np

from pipeline.neighbors.index import Index
from pipeline.runtime.errors import InputError
from pipeline.runtime.parallel import Progress, in_blocks

__all__ = ["Index", "approximate", "nearest", "query", "recall"]


def nearest(
    points: np.ndarray, k: int, metric: str = "euclidean", progress: Progress | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The k nearest other rows of each row.

    points    (n, d), taken as float32
    metric    "euclidean", or "cosine": 1 - cosine similarity, in [0, 2]
    progress  called with the number of rows done so far
    returns   indices int32 (n, k) and distances float64 (n, k), nearest first, ties by row number, without the row
              itself, even where others equal it

    Distances are computed in float64 from the float32 numbers, by direct differences in a fixed order.
    Memory beyond the points and what is returned: one float32 copy of the points, and a few MiB per core.
    Raises InputError: k outside 1 .. n - 1, unknown metric, numbers not finite, an all-zero row under cosine.
    """
    index = Index(points, metric)
    if not 1 <= k < index.n:
        raise InputError(
            f"k is {k}, but each of {index.n} rows has {index.n - 1} neighbors: use a k from 1 to {index.n - 1}"
        )
    return _nearest(index, index.n, k, progress)


def query(
    reference: np.ndarray, queries: np.ndarray, k: int, metric: str = "euclidean"
) -> tuple[np.ndarray, np.ndarray]:
    """The k nearest reference rows (n, d) of each query (m, d), as by `nearest`: indices int32 and distances float64
    (m, k). Queries are not neighbors of each other, so the answer to one does not depend on the others."""
    m, n = len(queries), len(reference)
    if not 1 <= k <= n:
        raise InputError(f"k is {k}, but there are {n} reference rows: use a k from 1 to {n}")
    index = Index(np.concatenate([queries, reference]), metric, eligible=np.arange(m + n) >= m)
    indices, distances = _nearest(index, m, k)
    return indices - m, distances


def _nearest(index: Index, m: int, k: int, progress: Progress | None = None) -> tuple[np.ndarray, np.ndarray]:
    """The k nearest of the first m rows of an index."""
    indices, distances = np.empty((m, k), dtype=np.int32), np.empty((m, k))
    for start, stop, (block_indices, block_distances) in in_blocks(m, partial(Index.nearest, index, k=k), progress):
        indices[start:stop] = block_indices
        distances[start:stop] = block_distances
    return indices, distances


def approximate(points: np.ndarray, k: int, metric: str = "euclidean", seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """As `nearest`, but some neighbors are missed: NN-descent (Dong, Charikar and Li 2011; pynndescent), whose time
    grows little faster than n. The distances and the order of the neighbors are exact.
    """
    from pynndescent import NNDescent

    index = Index(points, metric)
    neighbors, _ = NNDescent(points, metric=metric, n_neighbors=k + 1, random_state=seed).neighbor_graph
    # Each row is among its own neighbors, unless it has many duplicates: then the last neighbor is dropped.
    dropped = neighbors == np.arange(index.n)[:, None]
    dropped[~dropped.any(axis=1), -1] = True
    return index.ordered(neighbors[~dropped].reshape(index.n, k))


def recall(
    points: np.ndarray, indices: np.ndarray, metric: str = "euclidean", rows: int = 1000, seed: int = 0
) -> float:
    """The share of true neighbors among indices int (n, k), on a sample of rows."""
    chosen = np.sort(np.random.default_rng(seed).choice(len(points), min(rows, len(points)), replace=False))
    index, k, shared = Index(points, metric), indices.shape[1], 0
    for start in range(0, len(chosen), 16):  # few rows at once, since their full orders are computed
        block = chosen[start : start + 16]
        true = index.orders(block)[:, :k]
        shared += sum(len(np.intersect1d(*pair)) for pair in zip(true, indices[block], strict=True))
    return shared / (len(chosen) * k)
