"""k nearest neighbors in few dimensions: scipy's k-d tree finds candidates, exact distances order them."""

import numpy as np
from numba import njit
from scipy.spatial import cKDTree

from pipeline.neighbors.distances import LANES, Rows, from_squared, squared_distance, to_squared
from pipeline.neighbors.knn_kernel import before

SPARE = 16  # candidates beyond k + 1, so that few rows are searched twice
ROUNDING = 2.0**-40  # relative; the tree's squared distances err by far less


class Tree:
    """A k-d tree of the distinct points among the eligible rows, bool (n,); duplicates cost nothing."""

    def __init__(self, rows: Rows, eligible: np.ndarray) -> None:
        self.rows = rows
        self.weighted = rows.points * rows.weights[:, None]
        numbers = np.flatnonzero(eligible).astype(np.int32)
        self.members = numbers[np.lexsort(self.weighted[numbers].T)]  # stable: duplicates in order of row number
        points = self.weighted[self.members]
        new = np.concatenate([[True], (points[1:] != points[:-1]).any(axis=1)])
        self.firsts = np.append(np.flatnonzero(new), len(numbers))  # where each distinct point's members begin
        self.tree = cKDTree(points[new])

    def nearest(self, start: int, stop: int, k: int) -> tuple[np.ndarray, np.ndarray]:
        """The k nearest of the rows from start to stop, nearest first: indices int32, distances float64 (rows, k)."""
        rows = self.rows
        indices, distances = np.empty((stop - start, k), dtype=np.int32), np.empty((stop - start, k))
        pending, count = np.arange(start, stop), k + 1 + SPARE
        while len(pending):
            count = min(count, self.tree.n)
            reach, near = self.tree.query(self.weighted[pending], np.arange(1, count + 1))
            _select(
                pending, near, rows.points, rows.weights, rows.cosine, self.members, self.firsts, start, indices,
                distances,
            )  # fmt: skip
            if count == self.tree.n:
                break
            # A point beyond the tree's reach may tie with the last neighbor: search again, among twice as many points.
            last = to_squared(distances[pending - start, -1], rows.cosine)
            pending, count = pending[last * (1 + ROUNDING) >= reach[:, -1] ** 2], 2 * count
        return indices, distances


@njit(nogil=True, cache=True)
def _select(numbers, near, points, weights, cosine, members, firsts, start, indices, distances):
    """Fill the k nearest, indices and distances (rows, k), of the rows with these numbers.

    near  int (numbers, count): distinct points, nearly nearest first, so that inserting a row moves few others
    """
    lanes, k = np.empty(LANES), indices.shape[1]
    for r in range(len(near)):
        i, count = numbers[r], 0
        own_indices, own_distances = indices[i - start], distances[i - start]
        for point in near[r]:
            first, last = firsts[point], firsts[point + 1]
            distance = from_squared(squared_distance(points, weights, i, members[first], lanes), cosine)
            for j in members[first:last]:
                if count == k and not before(distance, j, own_distances[-1], own_indices[-1]):
                    break  # further members have higher row numbers
                if j == i:
                    continue
                count = min(count + 1, k)
                at = count - 1
                while at > 0 and before(distance, j, own_distances[at - 1], own_indices[at - 1]):
                    own_distances[at], own_indices[at] = own_distances[at - 1], own_indices[at - 1]
                    at -= 1
                own_distances[at], own_indices[at] = distance, j
