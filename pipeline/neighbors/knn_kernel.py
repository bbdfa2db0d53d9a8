"""Kernels that select the k nearest neighbors of rows, ordered by float64 distance and then by row number.

Each row has a list of candidates with a lower and an upper bound of their squared distances. When the list is full,
the k-th smallest upper bound is the threshold, and candidates whose lower bound exceeds it are dropped. Exact distances
order the remaining ones.
"""

import numpy as np
from numba import njit

from pipeline.neighbors.distances import LANES, TINY, Rows, from_squared, squared_distance, to_squared

ROUNDING = 2.0**-48  # relative; squaring a distance and taking its root again errs by far less


class TopK:
    """The k nearest neighbors of the rows from start to stop, from products with all rows, one tile at a time.

    eligible  bool (n,): the rows that can be neighbors
    """

    def __init__(self, rows: Rows, eligible: np.ndarray, k: int, start: int, stop: int) -> None:
        size, capacity = stop - start, 3 * k + 64  # so long that dropping candidates is rare
        self.rows, self.eligible, self.k, self.start = rows, eligible, k, start
        self.thresholds = np.full(size, np.inf)
        self.counts = np.zeros(size, dtype=np.int64)
        self.candidates = np.empty((size, capacity), dtype=np.int32)
        self.bounds = np.empty((2, size, capacity))

    def add(self, products: np.ndarray, first: int) -> None:
        """Use a tile of products (rows, columns), whose columns begin at row number `first`."""
        rows = self.rows
        _add(
            products, self.start, first, rows.low, rows.high, self.eligible, rows.points, rows.weights, rows.cosine,
            rows.scale**2, self.k, self.thresholds, self.counts, self.candidates, self.bounds,
        )  # fmt: skip

    def select(self) -> tuple[np.ndarray, np.ndarray]:
        """indices int32 and distances float64 (rows, k), nearest first."""
        rows, size = self.rows, len(self.counts)
        indices, distances = np.empty((size, self.k), dtype=np.int32), np.empty((size, self.k))
        _select(
            self.start, rows.points, rows.weights, rows.cosine, self.counts, self.candidates, self.bounds, indices,
            distances,
        )  # fmt: skip
        return indices, distances


@njit(nogil=True, cache=True)
def _add(
    products, start, first, low, high, eligible, points, weights, cosine, unit, k, thresholds, counts, candidates,
    bounds,
):  # fmt: skip
    """Append the pairs of a tile that may be among their row's k nearest.

    candidates  int32 (rows, capacity), of which the first counts, int (rows,), are in use
    bounds      float64 (2, rows, capacity): lower and upper, of squared distance / unit
    thresholds  float64 (rows,): a pair whose lower bound is larger is not among the k nearest
    """
    lower, upper = bounds
    for r in range(len(products)):
        i = start + r
        limit = thresholds[r] - low[i] + TINY
        for c in range(products.shape[1]):
            j = first + c
            if low[j] - 2.0 * products[r, c] <= limit and j != i and eligible[j]:
                if counts[r] == candidates.shape[1]:
                    counts[r], thresholds[r] = _drop(
                        i, points, weights, cosine, unit, k, counts[r], candidates[r], lower[r], upper[r]
                    )
                    limit = thresholds[r] - low[i] + TINY
                at = counts[r]
                candidates[r, at] = j
                lower[r, at] = low[i] + low[j] - 2.0 * products[r, c] - TINY
                upper[r, at] = high[i] + high[j] - 2.0 * products[r, c] + TINY
                counts[r] += 1


@njit(nogil=True, cache=True)
def _drop(i, points, weights, cosine, unit, k, count, candidates, lower, upper):
    """Drop candidates that are surely not among the k nearest of row i; returns how many remain, and the threshold.

    Where the bounds leave too many, as among duplicates, exact distances decide.
    """
    count, threshold = _drop_by_bounds(k, count, candidates, lower, upper)
    if 2 * count > len(candidates):
        indices, distances = np.empty(k, dtype=np.int32), np.empty(k)
        _order(i, points, weights, cosine, count, candidates, indices, distances)
        for c in range(k):
            squared = to_squared(distances[c], cosine) / unit
            candidates[c], lower[c], upper[c] = indices[c], squared * (1 - ROUNDING), squared * (1 + ROUNDING)
        count, threshold = k, upper[k - 1]
    return count, threshold


@njit(nogil=True, cache=True)
def _drop_by_bounds(k, count, candidates, lower, upper):
    if count <= k:
        return count, np.inf
    threshold, kept = np.partition(upper[:count], k - 1)[k - 1], 0
    for c in range(count):
        if lower[c] <= threshold:
            candidates[kept], lower[kept], upper[kept] = candidates[c], lower[c], upper[c]
            kept += 1
    return kept, threshold


@njit(nogil=True, cache=True)
def _select(start, points, weights, cosine, counts, candidates, bounds, indices, distances):
    lower, upper = bounds
    for r in range(len(counts)):
        count, _ = _drop_by_bounds(indices.shape[1], counts[r], candidates[r], lower[r], upper[r])
        _order(start + r, points, weights, cosine, count, candidates[r], indices[r], distances[r])


@njit(nogil=True, cache=True)
def _order(i, points, weights, cosine, count, candidates, indices, distances):
    """Of the first `count` candidates, the k nearest to row i by exact distance: indices and distances (k,), sorted."""
    lanes, k = np.empty(LANES), len(indices)
    indices[:], distances[:] = np.iinfo(np.int32).max, np.inf  # a heap, the farthest first
    for c in range(count):
        j = candidates[c]
        distance = from_squared(squared_distance(points, weights, i, j, lanes), cosine)
        if before(distance, j, distances[0], indices[0]):
            _replace_farthest(indices, distances, k, j, distance)
    for last in range(k - 1, 0, -1):  # sorts the heap
        j, distance = indices[last], distances[last]
        indices[last], distances[last] = indices[0], distances[0]
        _replace_farthest(indices, distances, last, j, distance)


@njit(nogil=True, cache=True)
def before(distance, j, other_distance, other_j):
    """Whether row j comes before another row in the order by distance and then row number."""
    return distance < other_distance or (distance == other_distance and j < other_j)


@njit(nogil=True, cache=True)
def _replace_farthest(indices, distances, size, j, distance):
    """Replace the root of a max-heap, the first `size` neighbors, with row j."""
    at = 0
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        if child + 1 < size and before(distances[child], indices[child], distances[child + 1], indices[child + 1]):
            child += 1
        if not before(distance, j, distances[child], indices[child]):
            break
        distances[at], indices[at] = distances[child], indices[child]
        at = child
    distances[at], indices[at] = distance, j
