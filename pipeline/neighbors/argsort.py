"""All rows sorted by their distance from chosen rows: by float64 distance and then by row number."""

import numpy as np
from numba import njit

from pipeline.neighbors.distances import LANES, Rows, from_squared, squared_distance
from pipeline.neighbors.knn_kernel import before

TILE = 256  # rows whose float64 copies stay in the cache
SHORT = 16  # rows up to which insertion sort is fastest


def order_by_distance(rows: Rows, columns: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """All other rows of each chosen row, nearest first: int32 (chosen, n - 1).

    columns  float64 (d, n), the weighted rows; d below LANES, so that exact distances are summed column by column
    """
    near = np.empty((len(chosen), len(rows.points)))
    _fill_distances(columns, chosen, rows.cosine, near)
    return _sort(near, np.zeros(len(chosen)), rows, chosen)


def order_by_products(rows: Rows, chosen: np.ndarray) -> np.ndarray:
    """The same, faster for many columns: by float64 products of centered rows, and by exact distances where two
    products are too close to decide. A product's error is at most (d + 8) 2**-53 (|a|**2 + |b|**2), as for float32 in
    `distances.prepare`; the rounding of an exact distance is no larger.
    """
    n, d = rows.points.shape
    own = rows.points[chosen] * rows.weights[chosen, None] - rows.mean
    own_norms, norms, near = np.einsum("ij,ij->i", own, own), np.empty(n), np.empty((len(chosen), n))
    own *= -2
    for first in range(0, n, TILE):
        block = slice(first, min(first + TILE, n))
        tile = rows.points[block] * rows.weights[block, None] - rows.mean
        norms[block] = np.einsum("ij,ij->i", tile, tile)
        near[:, block] = own @ tile.T
    near += norms
    near += own_norms[:, None]
    np.maximum(near, 0, out=near)
    return _sort(near, 4 * (d + 8) * 2.0**-53 * (own_norms + norms.max()), rows, chosen)


def _sort(near: np.ndarray, windows: np.ndarray, rows: Rows, chosen: np.ndarray) -> np.ndarray:
    """All other rows, sorted by near float64 (chosen, n): distances (windows 0), or approximate squared distances.

    windows  float64 (chosen,): rows whose approximate values are no further apart are sorted by exact distance
    """
    near[np.arange(len(chosen)), chosen] = np.inf  # the row itself comes last, and is cut off
    # A float32 in the upper half, the row number in the lower one: bits of floats from zero on sort as the floats do.
    packed = near.astype(np.float32).view(np.uint32).astype(np.uint64) << np.uint64(32)
    packed |= np.arange(near.shape[1], dtype=np.uint64)
    packed.sort(axis=1)
    orders = np.empty(near.shape, dtype=np.int32)
    _refine(packed, near, windows, chosen, rows.points, rows.weights, rows.cosine, orders)
    return orders[:, :-1]


@njit(nogil=True, cache=True)
def exact_distances(points, weights, cosine, indices, distances):
    """Fill distances (n, k) between each row and the rows of its indices (n, k)."""
    lanes = np.empty(LANES)
    for i in range(len(indices)):
        for c in range(indices.shape[1]):
            distances[i, c] = from_squared(squared_distance(points, weights, i, indices[i, c], lanes), cosine)


@njit(nogil=True, cache=True)
def _fill_distances(columns, chosen, cosine, distances):
    """Fill distances (chosen, n) between the chosen rows and all."""
    for r in range(len(chosen)):
        own = distances[r]
        own[:] = 0.0
        for column in columns:
            value = column[chosen[r]]
            for j in range(len(own)):
                own[j] += (value - column[j]) ** 2
        for j in range(len(own)):
            own[j] = from_squared(own[j], cosine)


@njit(nogil=True, cache=True)
def _refine(packed, near, windows, chosen, points, weights, cosine, orders):
    """Fill orders (chosen, n) with the row numbers in packed (chosen, n), and sort where rounding hid their order."""
    n, lanes = near.shape[1], np.empty(LANES)
    for r in range(len(chosen)):
        keys, order, first = near[r], orders[r], 0
        for at in range(n):
            order[at] = packed[r, at] & np.uint64(0xFFFFFFFF)
        for at in range(1, n + 1):  # runs of equal float32
            if at == n or packed[r, at] >> np.uint64(32) != packed[r, first] >> np.uint64(32):
                if at - first > 1:
                    _sort_run(keys, order[first:at])
                first = at
        if windows[r] == 0:
            continue
        first = 0
        for at in range(1, n):  # the last one is the row itself
            if at == n - 1 or keys[order[at]] - keys[order[at - 1]] > windows[r]:
                if at - first > 1:
                    for position in range(first, at):
                        j = order[position]
                        keys[j] = from_squared(squared_distance(points, weights, chosen[r], j, lanes), cosine)
                    _sort_run(keys, order[first:at])
                first = at


@njit(nogil=True, cache=True)
def _sort_run(keys, order):
    """Sort row numbers by their keys (n,), and then by number."""
    if len(order) > SHORT:
        order.sort()
        order[:] = order[np.argsort(keys[order], kind="mergesort")]
        return
    for at in range(1, len(order)):
        j, to = order[at], at
        while to > 0 and before(keys[j], j, keys[order[to - 1]], order[to - 1]):
            order[to] = order[to - 1]
            to -= 1
        order[to] = j
