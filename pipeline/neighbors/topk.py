"""Kernels that select the k nearest others of rows, ordered by float64 distance and then by row number.

Who may be among the nearest waits, with a lower and an upper limit of its squared distance. When the list of a row is full,
the k-th least upper limit is the bar, and whoever surely lies above it leaves. Those left at the end get exact distances.
"""

import numpy as np
from numba import njit

from pipeline.neighbors.distances import LANES, TINY, Rows, from_squared, squared_distance, to_squared

STRIDE = 64  # rows walked to either side before looking up
ROUNDING = 2.0**-48  # squaring a distance and rooting it again stays well within


class Selection:
    """The k nearest of the rows from start to stop, found by products with all rows, one tile of columns at a time.

    Only columns that are eligible, bool (n,), may be chosen.
    """

    def __init__(self, rows: Rows, eligible: np.ndarray, k: int, start: int, stop: int) -> None:
        size, length = stop - start, _length(k)
        self.rows, self.eligible, self.k, self.start = rows, eligible, k, start
        self.bars = np.full(size, np.inf)
        self.counts = np.zeros(size, dtype=np.int64)
        self.waiting = np.empty((size, length), dtype=np.int32)
        self.limits = np.empty((2, size, length))

    def offer(self, products: np.ndarray, first: int) -> None:
        """Take in a tile of products (rows, columns), whose columns begin at `first`."""
        rows = self.rows
        _offer(
            products, self.start, first, rows.low, rows.high, self.eligible, rows.points, rows.weights, rows.cosine,
            rows.scale**2, self.k, self.bars, self.counts, self.waiting, self.limits,
        )  # fmt: skip

    def settle(self) -> tuple[np.ndarray, np.ndarray]:
        """indices int32 and distances float64 (rows, k), nearest first."""
        rows, size = self.rows, len(self.counts)
        indices, distances = np.empty((size, self.k), dtype=np.int32), np.empty((size, self.k))
        _settle(
            self.start, rows.points, rows.weights, rows.cosine, rows.scale**2, self.counts, self.waiting, self.limits,
            indices, distances,
        )  # fmt: skip
        return indices, distances


@njit(nogil=True, cache=True)
def _length(k):
    """Of a list of those who wait: so long that clearing it out is rare."""
    return 3 * k + 64


@njit(nogil=True, cache=True)
def _offer(
    products, start, first, low, high, eligible, points, weights, cosine, unit, k, bars, counts, waiting, limits
):  # fmt: skip
    """Let the pairs of a tile that may be among their row's k nearest wait.

    waiting  int32 (rows, w), of which the first counts, int (rows,), are taken
    limits   float64 (2, rows, w), lower and upper, of squared distance / unit
    bars     float64 (rows,): whose lower limit is above is out
    """
    lows, highs = limits
    for r in range(len(products)):
        i = start + r
        bar = bars[r] - low[i] + TINY
        for c in range(products.shape[1]):
            j = first + c
            if low[j] - 2.0 * products[r, c] <= bar and j != i and eligible[j]:
                if counts[r] == waiting.shape[1]:
                    counts[r], bars[r] = _clear(
                        i, points, weights, cosine, unit, k, counts[r], waiting[r], lows[r], highs[r]
                    )
                    bar = bars[r] - low[i] + TINY
                at = counts[r]
                waiting[r, at] = j
                lows[r, at] = low[i] + low[j] - 2.0 * products[r, c] - TINY
                highs[r, at] = high[i] + high[j] - 2.0 * products[r, c] + TINY
                counts[r] += 1


@njit(nogil=True, cache=True)
def _clear(i, points, weights, cosine, unit, k, count, waiting, lows, highs):
    """Send away who is surely not among the k nearest of row i; returns how many are left, and the bar.

    Where limits alone leave too many, as among duplicates, exact distances decide.
    """
    count, bar = _below(k, count, waiting, lows, highs)
    if 2 * count > len(waiting):
        indices, distances = np.empty(k, dtype=np.int32), np.empty(k)
        _exact(i, points, weights, cosine, count, waiting, indices, distances)
        for w in range(k):
            squared = to_squared(distances[w], cosine) / unit
            waiting[w], lows[w], highs[w] = indices[w], squared * (1 - ROUNDING), squared * (1 + ROUNDING)
        count, bar = k, highs[k - 1]
    return count, bar


@njit(nogil=True, cache=True)
def _below(k, count, waiting, lows, highs):
    """Keep whose lower limit is not above the k-th least upper one, the bar; returns their number, and the bar."""
    if count <= k:
        return count, np.inf
    bar, kept = np.partition(highs[:count], k - 1)[k - 1], 0
    for w in range(count):
        if lows[w] <= bar:
            waiting[kept], lows[kept], highs[kept] = waiting[w], lows[w], highs[w]
            kept += 1
    return kept, bar


@njit(nogil=True, cache=True)
def _settle(start, points, weights, cosine, unit, counts, waiting, limits, indices, distances):
    lows, highs = limits
    for r in range(len(counts)):
        count, _ = _below(indices.shape[1], counts[r], waiting[r], lows[r], highs[r])
        _exact(start + r, points, weights, cosine, count, waiting[r], indices[r], distances[r])


@njit(nogil=True, cache=True)
def _exact(i, points, weights, cosine, count, waiting, indices, distances):
    """Of the first `count` who wait, those nearest to row i by exact distance: indices and distances (k,), nearest first."""
    lanes, k = np.empty(LANES), len(indices)
    indices[:], distances[:] = np.iinfo(np.int32).max, np.inf
    for w in range(count):
        j = waiting[w]
        distance = from_squared(squared_distance(points, weights, i, j, lanes), cosine)
        if _before(distance, j, distances[0], indices[0]):
            _sink(indices, distances, k, j, distance)
    for last in range(k - 1, 0, -1):  # from a heap to a list
        j, distance = indices[last], distances[last]
        indices[last], distances[last] = indices[0], distances[0]
        _sink(indices, distances, last, j, distance)


@njit(nogil=True, cache=True)
def _before(distance, j, other_distance, other_j):
    return distance < other_distance or (distance == other_distance and j < other_j)


@njit(nogil=True, cache=True)
def _sink(indices, distances, size, j, distance):
    """Put a neighbor in the place of the farthest of a heap's first `size`, and let it sink to where it belongs."""
    at = 0
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        if child + 1 < size and _before(distances[child], indices[child], distances[child + 1], indices[child + 1]):
            child += 1
        if not _before(distance, j, distances[child], indices[child]):
            break
        distances[at], indices[at] = distances[child], indices[child]
        at = child
    distances[at], indices[at] = distance, j


@njit(nogil=True, cache=True)
def walk(weighted, exact, order, places, widest, eligible, cosine, start, indices, distances):
    """Neighbors of the rows from `start` on, by walking to both sides along their widest column.

    weighted  float64 (n, d) weighted rows; exact, the same sorted by column `widest`
    order     int32 (n,), the sorted rows' numbers; places int32 (n,), where each row stands among them
    eligible   bool (n,): who may be a neighbor
    indices, distances  (m, k), to be filled nearest first
    """
    n, k = len(exact), indices.shape[1]
    ones = np.ones(n)
    waiting = np.empty(_length(k), dtype=np.int32)
    lows, highs = np.empty(len(waiting)), np.empty(len(waiting))
    for r in range(len(indices)):
        i, count, bar = start + r, 0, np.inf
        own = exact[places[i]]
        below, above = places[i], places[i] + 1  # all between have been looked at
        while True:
            low, high = max(0, below - STRIDE), min(n, above + STRIDE)
            if below == 0 or (own[widest] - exact[below - 1, widest]) ** 2 > bar:
                low = below
            if above == n or (exact[above, widest] - own[widest]) ** 2 > bar:
                high = above
            if low == below and high == above:
                break
            for first, last in ((low, below), (above, high)):
                for q in range(first, last):
                    squared = 0.0
                    for c in range(len(own)):
                        squared += (own[c] - exact[q, c]) ** 2
                    if squared <= bar and eligible[order[q]]:
                        waiting[count], lows[count], highs[count] = (
                            order[q],
                            squared * (1 - ROUNDING),
                            squared * (1 + ROUNDING),
                        )
                        count += 1
                        if count == len(waiting):
                            count, bar = _clear(i, weighted, ones, cosine, 1.0, k, count, waiting, lows, highs)
            below, above = low, high
        count, _ = _below(k, count, waiting, lows, highs)
        _exact(i, weighted, ones, cosine, count, waiting, indices[r], distances[r])
