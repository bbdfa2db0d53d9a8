"""Points made ready once, and then asked block by block for neighbors, ranks and whole orders of their rows.

Each block is a function of its rows' numbers alone, so blocks can go to any core in any order.
"""

from functools import cached_property

import numpy as np

from pipeline.neighbors.argsort import by_distance, by_products, measured
from pipeline.neighbors.distances import TILE, Rows, prepare
from pipeline.neighbors.pca_bounds import leading
from pipeline.neighbors.rank_counts import Counting
from pipeline.neighbors.topk import Selection, walk

WALKED = 3  # columns up to which walking along the widest one beats products of all pairs
FEW = 0.01  # of all rows: up to so many neighbors, products of leading components alone are worth their looser limits
COUNTED = 7  # columns up to which exact distances cost less than products


class Index:
    """points (n, d), taken as float32, under a metric.

    eligible  bool (n,): only these rows can be neighbors; None: all
    Memory beyond the points: one float32 copy of them. Raises InputError as `distances.prepare` does.
    """

    def __init__(self, points: np.ndarray, metric: str = "euclidean", eligible: np.ndarray | None = None) -> None:
        self.rows = prepare(points, metric)
        self.n, self.d = self.rows.points.shape
        self.eligible = np.ones(self.n, dtype=bool) if eligible is None else eligible

    def __reduce__(self) -> tuple[type["Index"], tuple]:
        """Sent to other processes as what it was made of; what is made of that is made there."""
        return Index, (self.rows.points, "cosine" if self.rows.cosine else "euclidean", self.eligible)

    def nearest(self, start: int, stop: int, k: int) -> tuple[np.ndarray, np.ndarray]:
        """The k nearest of the rows from start to stop: indices int32 and distances float64 (rows, k), nearest first."""
        if self.d <= WALKED:
            indices, distances = np.empty((stop - start, k), dtype=np.int32), np.empty((stop - start, k))
            walk(self._weighted, *self._sorted, self.eligible, self.rows.cosine, start, indices, distances)
            return indices, distances
        rows = self._leading if k <= FEW * self.n else self.rows
        selection = Selection(rows, self.eligible, k, start, stop)
        for first, last in self._tiles():
            selection.offer(rows.products(slice(start, stop), slice(first, last)), first)
        return selection.settle()

    def ranks(self, start: int, candidates: np.ndarray) -> np.ndarray:
        """Of candidates int (rows, m) of the rows from start on: their ranks among all others, int32 (rows, m)."""
        counting = Counting(self.rows, candidates, start, self.eligible)
        for first, last in self._tiles():
            if self.d <= COUNTED:
                counting.count(first, last, exact=self._columns)
            else:
                counting.count(
                    first, last, self.rows.products(slice(start, start + len(candidates)), slice(first, last))
                )
        return counting.ranks()

    def nearest_and_ranks(
        self, start: int, k: int, candidates: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Both, in one pass over the products where there are any."""
        stop = start + len(candidates)
        if self.d <= COUNTED:
            return *self.nearest(start, stop, k), self.ranks(start, candidates)
        selection = Selection(self.rows, self.eligible, k, start, stop)
        counting = Counting(self.rows, candidates, start, self.eligible)
        for first, last in self._tiles():
            products = self.rows.products(slice(start, stop), slice(first, last))
            selection.offer(products, first)
            counting.count(first, last, products)
        return *selection.settle(), counting.ranks()

    def orders(self, chosen: np.ndarray) -> np.ndarray:
        """All other rows of each chosen one, nearest first: int32 (chosen, n - 1)."""
        if self.d <= COUNTED:
            return by_distance(self.rows, self._columns, chosen)
        return by_products(self.rows, chosen)

    def ordered(self, indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Others of each row, int (n, k), by exact distance and then row number: indices int32, distances float64 (n, k)."""
        indices, distances = np.sort(indices, axis=1).astype(np.int32), np.empty(indices.shape)
        measured(self.rows.points, self.rows.weights, self.rows.cosine, indices, distances)
        order = np.argsort(distances, axis=1, kind="stable")
        return np.take_along_axis(indices, order, axis=1), np.take_along_axis(distances, order, axis=1)

    def _tiles(self) -> list[tuple[int, int]]:
        return [(first, min(first + TILE, self.n)) for first in range(0, self.n, TILE)]

    @cached_property
    def _leading(self) -> Rows:
        return leading(self.rows)

    @cached_property
    def _weighted(self) -> np.ndarray:
        return self.rows.points * self.rows.weights[:, None]

    @cached_property
    def _columns(self) -> np.ndarray:
        """float64 (d, n)"""
        return self._weighted.T.copy()

    @cached_property
    def _sorted(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
        """Weighted rows sorted by their widest column, their numbers, where each row stands among them, that column."""
        widest = int(np.ptp(self._weighted, axis=0).argmax())
        order = np.argsort(self._weighted[:, widest], kind="stable").astype(np.int32)
        places = np.empty_like(order)
        places[order] = np.arange(self.n)
        return self._weighted[order], order, places, widest
