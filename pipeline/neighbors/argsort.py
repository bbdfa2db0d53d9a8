"""All rows in order of their distance from chosen ones, by float64 distance and then by row number."""

import numpy as np
from numba import njit

from pipeline.neighbors.distances import LANES, Rows, from_squared, squared_distance

TILE = 256  # rows whose float64 copies stay in the cache
SHORT = 16  # rows that are quickest put in order one by one


def by_distance(rows: Rows, columns: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """All other rows of each chosen one, nearest first: int32 (chosen, n - 1).

    columns  float64 (d, n), the weighted rows, of fewer than LANES columns: so few are summed in their order
    """
    near = np.empty((len(chosen), len(rows.points)))
    _measure(columns, chosen, rows.cosine, near)
    return _ordered(near, np.zeros(len(chosen)), rows, chosen)


def by_products(rows: Rows, chosen: np.ndarray) -> np.ndarray:
    """The same, quicker in many columns: by float64 products of centered rows first, and by exact distances where two are
    closer than these can tell. An error of theirs is at most (d + 8) 2**-53 (|a|**2 + |b|**2), as for float32 in
    `distances.prepare`; the exact distance's own rounding is no larger.
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
    return _ordered(near, 4 * (d + 8) * 2.0**-53 * (own_norms + norms.max()), rows, chosen)


def _ordered(near: np.ndarray, windows: np.ndarray, rows: Rows, chosen: np.ndarray) -> np.ndarray:
    """All others of the chosen rows by near float64 (chosen, n), what they are away or nearly; who are no further apart than
    windows float64 (chosen,) go by exact distance, which near is where that is 0."""
    near[np.arange(len(chosen)), chosen] = np.inf  # the row itself comes last, and is left out
    # As float32 in the upper half and row number in the lower one: the bits of floats from zero on have their order.
    packed = near.astype(np.float32).view(np.uint32).astype(np.uint64) << np.uint64(32)
    packed |= np.arange(near.shape[1], dtype=np.uint64)
    packed.sort(axis=1)
    found = np.empty(near.shape, dtype=np.int32)
    _refine(packed, near, windows, chosen, rows.points, rows.weights, rows.cosine, found)
    return found[:, :-1]


@njit(nogil=True, cache=True)
def measured(points, weights, cosine, indices, distances):
    """Fill distances (n, k) of each row from its others (n, k)."""
    lanes = np.empty(LANES)
    for i in range(len(indices)):
        for c in range(indices.shape[1]):
            distances[i, c] = from_squared(squared_distance(points, weights, i, indices[i, c], lanes), cosine)


@njit(nogil=True, cache=True)
def _measure(columns, chosen, cosine, distances):
    """Fill distances (chosen, n) between the chosen rows and all."""
    for r in range(len(chosen)):
        found = distances[r]
        found[:] = 0.0
        for column in columns:
            own = column[chosen[r]]
            for j in range(len(found)):
                found[j] += (own - column[j]) ** 2
        for j in range(len(found)):
            found[j] = from_squared(found[j], cosine)


@njit(nogil=True, cache=True)
def _refine(packed, near, windows, chosen, points, weights, cosine, found):
    """Fill found (chosen, n) with the rows in packed (chosen, n), and put in order what rounding has left open there."""
    n, lanes = near.shape[1], np.empty(LANES)
    for r in range(len(chosen)):
        keys, order, first = near[r], found[r], 0
        for at in range(n):
            order[at] = packed[r, at] & np.uint64(0xFFFFFFFF)
        for at in range(1, n + 1):  # runs of equals as float32
            if at == n or packed[r, at] >> np.uint64(32) != packed[r, first] >> np.uint64(32):
                if at - first > 1:
                    _in_order(keys, order[first:at])
                first = at
        if windows[r] == 0:
            continue
        first = 0
        for at in range(1, n):  # the last one is the row itself
            if at == n - 1 or keys[order[at]] - keys[order[at - 1]] > windows[r]:
                if at - first > 1:
                    for place in range(first, at):
                        j = order[place]
                        keys[j] = from_squared(squared_distance(points, weights, chosen[r], j, lanes), cosine)
                    _in_order(keys, order[first:at])
                first = at


@njit(nogil=True, cache=True)
def _in_order(keys, order):
    """Sort a few rows by their keys (n,) and then by their numbers."""
    if len(order) > SHORT:
        order.sort()
        order[:] = order[np.argsort(keys[order], kind="mergesort")]
        return
    for at in range(1, len(order)):
        j, place = order[at], at
        while place > 0 and (
            keys[order[place - 1]] > keys[j] or (keys[order[place - 1]] == keys[j] and order[place - 1] > j)
        ):  # fmt: skip
            order[place] = order[place - 1]
            place -= 1
        order[place] = j
