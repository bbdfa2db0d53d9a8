"""Kernels that count the rows between given ones by distance, which gives the ranks of those."""

import numpy as np
from numba import njit

from pipeline.neighbors.distances import LANES, TINY, Rows, from_squared, squared_distance, to_squared

BUCKETS = 1024
ROUNDING = 2.0**-48  # two squared distances further apart than this have different roots
NOTHING = np.empty((0, 0)), np.empty((0, 0), dtype=np.float32)


class Counting:
    """Ranks of candidates int (rows, m) of the rows from start to stop among all others that are eligible, bool (n,), counted
    tile by tile.

    A row's m distances cut the line into m + 1 bins; one pass counts the other rows in each bin, so that m hardly
    matters. Where the bound on a float32 distance leaves the bin open, float64 decides.
    """

    def __init__(self, rows: Rows, candidates: np.ndarray, start: int, eligible: np.ndarray) -> None:
        self.rows, self.start, self.eligible = rows, start, eligible
        self.order = np.argsort(candidates, axis=1)
        self.chosen = np.take_along_axis(candidates, self.order, axis=1).astype(np.int32)
        self.cuts, self.tables = _cut(
            start, self.chosen, self.order, rows.points, rows.weights, rows.cosine, rows.scale
        )  # fmt: skip
        self.counts = np.zeros((len(candidates), candidates.shape[1] + 1), dtype=np.int32)

    def count(self, first: int, last: int, products: np.ndarray = NOTHING[1], exact: np.ndarray = NOTHING[0]) -> None:
        """Take in the columns from first to last: by products (rows, columns), or by all weighted rows, exact (d, n)."""
        rows = self.rows
        _count(
            products, exact, self.start, first, last, rows.low, rows.high, rows.points, rows.weights, rows.cosine,
            rows.scale, self.eligible[first:last], self.chosen, self.cuts, self.tables, self.counts,
        )  # fmt: skip

    def ranks(self) -> np.ndarray:
        """int32 (rows, m), in the order of the candidates; 1 is the nearest."""
        found = np.empty_like(self.chosen)
        np.put_along_axis(found, self.order, 1 + np.cumsum(self.counts[:, :-1], axis=1, dtype=np.int32), axis=1)
        return found


@njit(nogil=True, cache=True)
def _cut(start, chosen, order, points, weights, cosine, scale):
    """Sort each row's candidates by distance and then row number, in place.

    chosen, order  (rows, m): row numbers, ascending, and where they stood among the candidates
    returns        cuts float64 (rows, m): their distances, ascending; and tables int32 (rows, BUCKETS + 3):
                   how many cuts lie in the buckets before each bucket
    """
    lanes = np.empty(LANES)
    cuts = np.empty(chosen.shape)
    tables = np.zeros((len(chosen), BUCKETS + 3), dtype=np.int32)
    for r in range(len(chosen)):
        for c in range(chosen.shape[1]):
            squared = squared_distance(points, weights, start + r, chosen[r, c], lanes)
            cuts[r, c] = from_squared(squared, cosine)
        by_distance = np.argsort(cuts[r], kind="mergesort")  # stable: ties stay in order of row number
        cuts[r], chosen[r], order[r] = cuts[r][by_distance], chosen[r][by_distance], order[r][by_distance]
        bottom, step = _grid(cuts[r], cosine, scale)
        for cut in cuts[r]:
            tables[r, _bucket(to_squared(cut, cosine) / (scale * scale), bottom, step) + 1] += 1
        tables[r] = np.cumsum(tables[r])
    return cuts, tables


@njit(nogil=True, cache=True)
def _count(
    products, exact, start, first, last, low, high, points, weights, cosine, scale, eligible, chosen, cuts,
    tables, counts,
):  # fmt: skip
    """Count the pairs of a tile into the bins between the cuts; bin b is for those behind exactly b cuts."""
    unit, everyone = scale * scale, eligible.all()
    lanes = np.empty(LANES)
    lower, upper = np.empty(last - first), np.empty(last - first)
    for r in range(len(counts)):
        i = start + r
        if exact.size:
            _exact_limits(exact, i, first, unit, lower, upper)
        else:
            for c in range(last - first):
                lower[c] = low[i] + low[first + c] - 2.0 * products[r, c] - TINY
                upper[c] = high[i] + high[first + c] - 2.0 * products[r, c] + TINY
        if first <= i < last:
            lower[i - first] = np.inf  # the row itself is in no bin
        if not everyone:
            for c in range(last - first):
                if not eligible[c]:
                    lower[c] = np.inf
        bottom, step = _grid(cuts[r], cosine, scale)
        top = to_squared(cuts[r, -1], cosine) / unit
        for c in range(last - first):
            if lower[c] > top:
                continue
            least = tables[r, _bucket(lower[c], bottom, step)]
            most = tables[r, _bucket(upper[c], bottom, step) + 1]
            if least < most:
                while least < most:  # how many of the cuts are surely below?
                    middle = (least + most) // 2
                    if to_squared(cuts[r, middle], cosine) / unit < lower[c]:
                        least = middle + 1
                    else:
                        most = middle
                if least < cuts.shape[1] and to_squared(cuts[r, least], cosine) / unit <= upper[c]:
                    distance = from_squared(squared_distance(points, weights, i, first + c, lanes), cosine)
                    least = _place(cuts[r], chosen[r], least, distance, first + c)
            counts[r, least] += 1


@njit(nogil=True, cache=True)
def _exact_limits(exact, i, first, unit, lower, upper):
    """Limits on the squared distances from row i to a tile of others, exact but for the last bits.

    exact  float64 (d, n)
    """
    lower[:] = 0.0
    for column in exact:
        others = column[first : first + len(lower)]
        for c in range(len(lower)):
            lower[c] += (column[i] - others[c]) ** 2
    shrink, stretch = (1.0 - ROUNDING) / unit, (1.0 + ROUNDING) / unit
    for c in range(len(lower)):
        upper[c] = lower[c] * stretch
        lower[c] = lower[c] * shrink


@njit(nogil=True, cache=True)
def _place(cuts, chosen, least, distance, j):
    """How many of the cuts come before or at (distance, row j), given that `least` of them do."""
    most = len(cuts)
    while least < most:
        middle = (least + most) // 2
        if cuts[middle] < distance or (cuts[middle] == distance and chosen[middle] <= j):
            least = middle + 1
        else:
            most = middle
    return least


@njit(nogil=True, cache=True)
def _grid(cuts, cosine, scale):
    """Where the buckets start, and how many there are to a unit of squared distance."""
    bottom = to_squared(cuts[0], cosine) / (scale * scale)
    width = to_squared(cuts[-1], cosine) / (scale * scale) - bottom
    return bottom, (BUCKETS / width if width > 1e-280 else 0.0)


@njit(nogil=True, cache=True)
def _bucket(squared, bottom, step):
    """Bucket 0 lies below all cuts, the last one is BUCKETS + 1. Never falls as `squared` rises."""
    return int(min(max((squared - bottom) * step + 1.0, 0.0), BUCKETS + 1.0))
