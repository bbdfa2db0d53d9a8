"""Exact k-nearest neighbors in bounded memory, ordered by float64 distance and then by row number."""

from functools import partial

import numpy as np
from numba import njit

from pipeline.distances import (
    LANES,
    TILE,
    TINY,
    Progress,
    Rows,
    from_squared,
    in_blocks,
    prepare,
    squared_distance,
    to_squared,
)
from pipeline.errors import InputError

FEW_COLUMNS = 3  # up to here walking along the widest column beats products of all pairs
ROUNDING = 1 + 2.0**-48  # squaring a distance and rooting it again stays well within


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
    rows = prepare(points, metric)
    n, d = rows.points.shape
    if not 1 <= k < n:
        raise InputError(f"k is {k}, but each of {n} rows has {n - 1} neighbors: use a k from 1 to {n - 1}")
    indices = np.empty((n, k), dtype=np.int32)
    distances = np.empty((n, k))
    if d <= FEW_COLUMNS:
        exact = rows.points * rows.weights[:, None]
        widest = int(np.ptp(exact, axis=0).argmax())
        order = np.argsort(exact[:, widest], kind="stable").astype(np.int32)
        task = partial(_walk, exact[order], widest, order, k, rows.cosine)
    else:
        order = np.arange(n, dtype=np.int32)
        task = partial(_block, rows, k)
    for start, stop, (block_indices, block_distances) in in_blocks(n, task, progress):
        indices[order[start:stop]] = block_indices
        distances[order[start:stop]] = block_distances
    return indices, distances


def _block(rows: Rows, k: int, start: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
    """Neighbors of the rows from start to stop, by products with all rows, one tile of columns at a time."""
    size = stop - start
    highs = np.full((size, k), np.inf)
    waiting = np.empty((size, 4 * k + 64), dtype=np.int32)
    lows = np.empty(waiting.shape)
    counts = np.zeros((size, 2), dtype=np.int64)
    indices, distances = np.empty((size, k), dtype=np.int32), np.empty((size, k))
    exact = (rows.points, rows.weights, rows.cosine, counts, waiting, lows, highs, indices, distances)
    for first in range(0, len(rows.points), TILE):
        products = rows.products(slice(start, stop), slice(first, first + TILE))
        _offer(products, start, first, rows.low, rows.high, *exact)
    _settle(start, *exact)
    return indices, distances


@njit(nogil=True, cache=True)
def _offer(
    products, start, first, low, high,
    points, weights, cosine, counts, waiting, lows, highs, indices, distances,
):  # fmt: skip
    """Let the pairs of a tile that may be among their row's k nearest wait for their exact distance.

    highs    float64 (rows, k): the k least upper limits of each row; whatever lies above the last is out
    waiting  int32 (rows, w), and lows float64 (rows, w): who waits, and the lower limit of each
    counts   int64 (rows, 2): how many wait, and how many have entered indices and distances (rows, k)
    """
    for r in range(len(products)):
        i = start + r
        bar = highs[r, -1] - low[i] + TINY
        for c in range(products.shape[1]):
            j = first + c
            if low[j] - 2.0 * products[r, c] <= bar and j != i:
                if counts[r, 0] == waiting.shape[1]:
                    _settle_row(
                        r, i, points, weights, cosine, counts, waiting, lows, highs, indices, distances
                    )  # fmt: skip
                waiting[r, counts[r, 0]] = j
                lows[r, counts[r, 0]] = low[i] + low[j] - 2.0 * products[r, c] - TINY
                counts[r, 0] += 1
                _lower(highs[r], high[i] + high[j] - 2.0 * products[r, c] + TINY)
                bar = highs[r, -1] - low[i] + TINY


@njit(nogil=True, cache=True)
def _lower(highs, high):
    """Put a value in its place among the k least."""
    at = len(highs) - 1
    if high >= highs[at]:
        return
    while at > 0 and highs[at - 1] > high:
        highs[at] = highs[at - 1]
        at -= 1
    highs[at] = high


@njit(nogil=True, cache=True)
def _settle(start, points, weights, cosine, counts, waiting, lows, highs, indices, distances):
    for r in range(len(counts)):
        _settle_row(r, start + r, points, weights, cosine, counts, waiting, lows, highs, indices, distances)


@njit(nogil=True, cache=True)
def _settle_row(r, i, points, weights, cosine, counts, waiting, lows, highs, indices, distances):
    """Give those who wait and are not out by now their exact distance and place."""
    lanes = np.empty(LANES)
    for w in range(counts[r, 0]):
        if lows[r, w] <= highs[r, -1]:
            j = waiting[r, w]
            distance = from_squared(squared_distance(points, weights, i, j, lanes), cosine)
            counts[r, 1] = _insert(indices[r], distances[r], counts[r, 1], j, distance)
    counts[r, 0] = 0


@njit(nogil=True, cache=True)
def _walk(exact, widest, order, k, cosine, start, stop):
    """Neighbors of the sorted rows from start to stop, by walking to both sides along their widest column.

    exact  float64 (n, d) weighted rows, sorted by column `widest`
    order  int32 (n,) their row numbers
    """
    n = len(exact)
    ones, lanes = np.ones(n), np.empty(LANES)
    indices = np.empty((stop - start, k), dtype=np.int32)
    distances = np.empty((stop - start, k))
    for p in range(start, stop):
        r, held, limit = p - start, 0, np.inf
        below, above = p - 1, p + 1
        while below >= 0 or above < n:
            gap_below = exact[p, widest] - exact[below, widest] if below >= 0 else np.inf
            gap_above = exact[above, widest] - exact[p, widest] if above < n else np.inf
            gap = min(gap_below, gap_above)
            if gap * gap > limit:
                break
            if gap_below <= gap_above:
                q = below
                below -= 1
            else:
                q = above
                above += 1
            squared = squared_distance(exact, ones, p, q, lanes)
            if squared <= limit:
                held = _insert(indices[r], distances[r], held, order[q], from_squared(squared, cosine))
                if held == k:
                    limit = to_squared(distances[r, -1], cosine) * ROUNDING
    return indices, distances


@njit(nogil=True, cache=True)
def _insert(indices, distances, held, j, distance):
    """Put a neighbor in its place among the nearest held so far; returns how many are held now."""
    at = held
    if held == len(indices):
        at -= 1
        if distances[at] < distance or (distances[at] == distance and indices[at] < j):
            return held
    while at > 0 and (
        distances[at - 1] > distance or (distances[at - 1] == distance and indices[at - 1] > j)
    ):  # fmt: skip
        distances[at] = distances[at - 1]
        indices[at] = indices[at - 1]
        at -= 1
    distances[at] = distance
    indices[at] = j
    return min(held + 1, len(indices))
