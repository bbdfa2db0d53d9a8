"""All rows in order of their distance from chosen ones, by float64 distance and then by row number."""

import numpy as np
from numba import njit

from pipeline.distances import LANES, Rows, from_squared, squared_distance

TILE = 256  # rows whose float64 copies stay in the cache
DIGIT = 11  # bits sorted by at once
SHORT = 16  # rows that are quickest put in order one by one


def orders(rows: Rows, chosen: np.ndarray, by_products: bool) -> np.ndarray:
    """All other rows of each chosen one, nearest first: int32 (chosen, n - 1).

    by_products  first by float64 products of centered rows, which is quicker in many columns; exact distances decide where
                 two are closer than these can tell: an error of at most (d + 8) 2**-53 (|a|**2 + |b|**2), as for float32
                 in `distances.prepare`, and as much for the exact distance's own rounding
    """
    n, d = rows.points.shape
    own = rows.points[chosen] * rows.weights[chosen, None]
    near = np.empty((len(chosen), n))
    windows = np.zeros(len(chosen))
    if by_products:
        centered, norms = own - rows.mean, np.empty(n)
        own_norms = np.einsum("ij,ij->i", centered, centered)
    for first in range(0, n, TILE):
        block = slice(first, min(first + TILE, n))
        tile = rows.points[block] * rows.weights[block, None]
        if by_products:
            tile -= rows.mean
            norms[block] = np.einsum("ij,ij->i", tile, tile)
            near[:, block] = own_norms[:, None] + norms[block] - 2 * (centered @ tile.T)
        else:
            _measure(np.vstack([own, tile]), rows.cosine, near[:, block])
    if by_products:
        windows = 4 * (d + 8) * 2.0**-53 * (own_norms + norms.max())
        np.maximum(near, 0, out=near)
    found = np.empty((len(chosen), n), dtype=np.int32)
    _order(near, windows, chosen, rows.points, rows.weights, rows.cosine, found)
    return found[:, :-1]


@njit(nogil=True, cache=True)
def _measure(points, cosine, distances):
    """Fill distances (chosen, columns) between the first points and the others."""
    ones, lanes = np.ones(len(points)), np.empty(LANES)
    count, columns = distances.shape
    for r in range(count):
        for c in range(columns):
            distances[r, c] = from_squared(squared_distance(points, ones, r, count + c, lanes), cosine)


@njit(nogil=True, cache=True)
def _order(near, windows, chosen, points, weights, cosine, found):
    """Fill found (chosen, n) with all rows by near (chosen, n), what they are away or nearly; the row itself comes last.

    windows  float64 (chosen,): who are no further apart than this go by exact distance; 0 where near is exact
    """
    n, lanes = near.shape[1], np.empty(LANES)
    for r in range(len(chosen)):
        keys, order = near[r], found[r]
        keys[chosen[r]] = np.inf
        rounded = keys.astype(np.float32).view(np.uint32)
        _sort(rounded, order)
        first = 0
        for at in range(1, n + 1):  # rounding to float32 has left runs of equals
            if at == n or rounded[at] != rounded[first]:
                if at - first > 1:
                    _in_order(keys, order[first:at])
                first = at
        if windows[r] == 0:
            continue
        first = 0
        for at in range(1, n):
            if at == n - 1 or keys[order[at]] - keys[order[at - 1]] > windows[r]:
                if at - first > 1:
                    for place in range(first, at):
                        j = order[place]
                        keys[j] = from_squared(squared_distance(points, weights, chosen[r], j, lanes), cosine)
                    _in_order(keys, order[first:at])
                first = at


@njit(nogil=True, cache=True)
def _sort(keys, order):
    """Sort keys uint32 (n,), the bits of floats from zero on, whose order is theirs; and order int32 (n,), where each was
    before. Ties stay in place.

    By their digits, last one first (Knuth, vol. 3, 5.2.5): n steps a digit, whatever the distances.
    """
    n, size = len(keys), 1 << DIGIT
    digits = (32 + DIGIT - 1) // DIGIT
    mask = np.uint32(size - 1)
    starts = np.zeros((digits, size + 1), dtype=np.int64)
    for key in keys:
        for digit in range(digits):
            starts[digit, 1 + ((key >> np.uint32(digit * DIGIT)) & mask)] += 1
    order[:] = np.arange(n)
    other_keys, other_order = np.empty_like(keys), np.empty_like(order)
    for digit in range(digits):
        places = np.cumsum(starts[digit])
        for at in range(n):
            bucket = (keys[at] >> np.uint32(digit * DIGIT)) & mask
            other_keys[places[bucket]], other_order[places[bucket]] = keys[at], order[at]
            places[bucket] += 1
        keys[:], order[:] = other_keys, other_order


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
