"""Points prepared once, then searched block by block for neighbors, ranks and full orders of their rows.

The answer for a block depends on its row numbers alone, so blocks can go to any core in any order.
"""

from functools import cached_property

import numpy as np

from pipeline.neighbors.argsort import exact_distances, order_by_distance, order_by_products
from pipeline.neighbors.distances import TILE, Rows, prepare
from pipeline.neighbors.kdtree import Tree
from pipeline.neighbors.knn_kernel import TopK
from pipeline.neighbors.pca_bounds import leading_components
from pipeline.neighbors.rank_counts import RankCounts

FEW_COLUMNS = 7  # up to here a k-d tree and exact distances cost less than products of all pairs
FEW_NEIGHBORS = 0.01  # of all rows: up to here products of leading components cost less, with looser bounds


class Index:
    """points (n, d), taken as float32, under a metric.

    eligible  bool (n,): the rows that can be neighbors; None: all
    Memory beyond the points: one float32 copy of them. Raises InputError as `distances.prepare` does.
    """

    def __init__(self, points: np.ndarray, metric: str = "euclidean", eligible: np.ndarray | None = None) -> None:
        self.rows = prepare(points, metric)
        self.n, self.d = self.rows.points.shape
        self.eligible = np.ones(self.n, dtype=bool) if eligible is None else eligible

    def __reduce__(self) -> tuple[type["Index"], tuple]:
        """Other processes receive the points and prepare them again."""
        return Index, (self.rows.points, "cosine" if self.rows.cosine else "euclidean", self.eligible)

    def nearest(self, start: int, stop: int, k: int) -> tuple[np.ndarray, np.ndarray]:
        """The k nearest of the rows from start to stop, nearest first: indices int32, distances float64 (rows, k)."""
        if self.d <= FEW_COLUMNS:
            return self._tree.nearest(start, stop, k)
        rows = self._leading if k <= FEW_NEIGHBORS * self.n else self.rows
        top = TopK(rows, self.eligible, k, start, stop)
        for first, last in self._tiles():
            top.add(rows.products(slice(start, stop), slice(first, last)), first)
        return top.select()

    def ranks(self, start: int, candidates: np.ndarray) -> np.ndarray:
        """Ranks of candidates int (rows, m) of the rows from start on, among all other rows: int32 (rows, m)."""
        counts = RankCounts(self.rows, candidates, start, self.eligible)
        for first, last in self._tiles():
            if self.d <= FEW_COLUMNS:
                counts.add(first, last, columns=self._columns)
            else:
                products = self.rows.products(slice(start, start + len(candidates)), slice(first, last))
                counts.add(first, last, products)
        return counts.ranks()

    def nearest_and_ranks(
        self, start: int, k: int, candidates: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Both, in one pass over the products where products are used."""
        stop = start + len(candidates)
        if self.d <= FEW_COLUMNS:
            return *self.nearest(start, stop, k), self.ranks(start, candidates)
        top = TopK(self.rows, self.eligible, k, start, stop)
        counts = RankCounts(self.rows, candidates, start, self.eligible)
        for first, last in self._tiles():
            products = self.rows.products(slice(start, stop), slice(first, last))
            top.add(products, first)
            counts.add(first, last, products)
        return *top.select(), counts.ranks()

    def orders(self, chosen: np.ndarray) -> np.ndarray:
        """All other rows of each chosen row, nearest first: int32 (chosen, n - 1)."""
        if self.d <= FEW_COLUMNS:
            return order_by_distance(self.rows, self._columns, chosen)
        return order_by_products(self.rows, chosen)

    def ordered(self, indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Neighbors int (n, k) sorted by exact distance, then row number: indices int32, distances float64 (n, k)."""
        indices, distances = np.sort(indices, axis=1).astype(np.int32), np.empty(indices.shape)
        exact_distances(self.rows.points, self.rows.weights, self.rows.cosine, indices, distances)
        order = np.argsort(distances, axis=1, kind="stable")
        return np.take_along_axis(indices, order, axis=1), np.take_along_axis(distances, order, axis=1)

    def _tiles(self) -> list[tuple[int, int]]:
        return [(first, min(first + TILE, self.n)) for first in range(0, self.n, TILE)]

    @cached_property
    def _leading(self) -> Rows:
        return leading_components(self.rows)

    @cached_property
    def _tree(self) -> Tree:
        return Tree(self.rows, self.eligible)

    @cached_property
    def _columns(self) -> np.ndarray:
        """The weighted rows, float64 (d, n)"""
        return (self.rows.points * self.rows.weights[:, None]).T.copy()
