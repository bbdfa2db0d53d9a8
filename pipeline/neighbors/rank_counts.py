"""Kernels that rank candidates by counting how many rows lie between them by distance."""

import numpy as np
from numba import njit

from pipeline.neighbors.distances import LANES, TINY, Rows, from_squared, squared_distance, to_squared

BUCKETS = 1024
ROUNDING = 2.0**-48  # relative; squared distances further apart than this have different roots
NO_COLUMNS, NO_PRODUCTS = np.empty((0, 0)), np.empty((0, 0), dtype=np.float32)


class RankCounts:
    """Ranks of candidates int (rows, m) of the rows from start on, among all other rows, counted tile by tile.

    eligible  bool (n,): the rows that are counted

    The distances of a row's m candidates are the edges of m + 1 bins. One pass counts the other rows in each bin, so
    the time hardly depends on m. Where the bounds of a float32 distance do not decide the bin, float64 does.
    """

    def __init__(self, rows: Rows, candidates: np.ndarray, start: int, eligible: np.ndarray) -> None:
        self.rows, self.start, self.eligible = rows, start, eligible
        self.order = np.argsort(candidates, axis=1)
        self.candidates = np.take_along_axis(candidates, self.order, axis=1).astype(np.int32)
        self.edges, self.lookups = _edges(
            start, self.candidates, self.order, rows.points, rows.weights, rows.cosine, rows.scale
        )
        self.counts = np.zeros((len(candidates), candidates.shape[1] + 1), dtype=np.int32)

    def add(self, first: int, last: int, products: np.ndarray = NO_PRODUCTS, columns: np.ndarray = NO_COLUMNS) -> None:
        """Count the rows from first to last: by products (rows, last - first), or by weighted rows, columns (d, n)."""
        rows = self.rows
        _add(
            products, columns, self.start, first, last, rows.low, rows.high, rows.points, rows.weights, rows.cosine,
            rows.scale, self.eligible[first:last], self.candidates, self.edges, self.lookups, self.counts,
        )  # fmt: skip

    def ranks(self) -> np.ndarray:
        """int32 (rows, m), in the order of the candidates; 1 is the nearest."""
        ranks = np.empty_like(self.candidates)
        np.put_along_axis(ranks, self.order, 1 + np.cumsum(self.counts[:, :-1], axis=1, dtype=np.int32), axis=1)
        return ranks


@njit(nogil=True, cache=True)
def _edges(start, candidates, order, points, weights, cosine, scale):
    """Sort each row's candidates by distance and then row number, in place.

    candidates, order  (rows, m): row numbers, ascending, and their positions before sorting
    returns            edges float64 (rows, m): their distances, ascending; and lookups int32 (rows, BUCKETS + 3):
                       how many edges lie in the buckets before each bucket
    """
    lanes = np.empty(LANES)
    edges = np.empty(candidates.shape)
    lookups = np.zeros((len(candidates), BUCKETS + 3), dtype=np.int32)
    for r in range(len(candidates)):
        for c in range(candidates.shape[1]):
            squared = squared_distance(points, weights, start + r, candidates[r, c], lanes)
            edges[r, c] = from_squared(squared, cosine)
        by_distance = np.argsort(edges[r], kind="mergesort")  # stable: ties stay in order of row number
        edges[r], candidates[r], order[r] = edges[r][by_distance], candidates[r][by_distance], order[r][by_distance]
        bottom, step = _grid(edges[r], cosine, scale)
        for edge in edges[r]:
            lookups[r, _bucket(to_squared(edge, cosine) / (scale * scale), bottom, step) + 1] += 1
        lookups[r] = np.cumsum(lookups[r])
    return edges, lookups


@njit(nogil=True, cache=True)
def _add(
    products, columns, start, first, last, low, high, points, weights, cosine, scale, eligible, candidates, edges,
    lookups, counts,
):  # fmt: skip
    """Count the pairs of a tile in the bins between the edges; bin b has exactly b edges before it."""
    unit, all_eligible = scale * scale, eligible.all()
    lanes = np.empty(LANES)
    lower, upper = np.empty(last - first), np.empty(last - first)
    for r in range(len(counts)):
        i = start + r
        if columns.size:
            _distance_bounds(columns, i, first, unit, lower, upper)
        else:
            for c in range(last - first):
                lower[c] = low[i] + low[first + c] - 2.0 * products[r, c] - TINY
                upper[c] = high[i] + high[first + c] - 2.0 * products[r, c] + TINY
        if first <= i < last:
            lower[i - first] = np.inf  # the row itself is in no bin
        if not all_eligible:
            for c in range(last - first):
                if not eligible[c]:
                    lower[c] = np.inf
        bottom, step = _grid(edges[r], cosine, scale)
        top = to_squared(edges[r, -1], cosine) / unit
        for c in range(last - first):
            if lower[c] > top:
                continue
            least = lookups[r, _bucket(lower[c], bottom, step)]
            most = lookups[r, _bucket(upper[c], bottom, step) + 1]
            if least < most:
                while least < most:  # how many edges are surely below?
                    middle = (least + most) // 2
                    if to_squared(edges[r, middle], cosine) / unit < lower[c]:
                        least = middle + 1
                    else:
                        most = middle
                if least < edges.shape[1] and to_squared(edges[r, least], cosine) / unit <= upper[c]:
                    distance = from_squared(squared_distance(points, weights, i, first + c, lanes), cosine)
                    least = _bin(edges[r], candidates[r], least, distance, first + c)
            counts[r, least] += 1


@njit(nogil=True, cache=True)
def _distance_bounds(columns, i, first, unit, lower, upper):
    """Fill bounds of the squared distances from row i to a tile of other rows, exact but for the last bits.

    columns  float64 (d, n): the weighted rows
    """
    lower[:] = 0.0
    for column in columns:
        others = column[first : first + len(lower)]
        for c in range(len(lower)):
            lower[c] += (column[i] - others[c]) ** 2
    shrink, stretch = (1.0 - ROUNDING) / unit, (1.0 + ROUNDING) / unit
    for c in range(len(lower)):
        upper[c] = lower[c] * stretch
        lower[c] = lower[c] * shrink


@njit(nogil=True, cache=True)
def _bin(edges, candidates, least, distance, j):
    """How many edges come before or at (distance, row j), given that at least `least` of them do."""
    most = len(edges)
    while least < most:
        middle = (least + most) // 2
        if edges[middle] < distance or (edges[middle] == distance and candidates[middle] <= j):
            least = middle + 1
        else:
            most = middle
    return least


@njit(nogil=True, cache=True)
def _grid(edges, cosine, scale):
    """Where the buckets start, and how many there are per unit of squared distance."""
    bottom = to_squared(edges[0], cosine) / (scale * scale)
    width = to_squared(edges[-1], cosine) / (scale * scale) - bottom
    return bottom, (BUCKETS / width if width > 1e-280 else 0.0)


@njit(nogil=True, cache=True)
def _bucket(squared, bottom, step):
    """Bucket 0 lies below all edges, BUCKETS + 1 is the last. Never decreases as `squared` grows."""
    return int(min(max((squared - bottom) * step + 1.0, 0.0), BUCKETS + 1.0))
