"""Distances between rows: exact float64 ones, which decide who is near, and fast float32 products with a proven error.

All exact distances come from `squared_distance`, so equal pairs of rows tie to the last bit everywhere.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit

from pipeline.runtime.errors import InputError
from pipeline.runtime.parallel import BLOCK

METRICS = ("euclidean", "cosine")
TILE = 2048  # columns that a block works on at once: 4 MiB of products stay in the cache
LANES = 32  # running sums of an exact distance
TINY = 2.0**-90  # far above the error of float32 underflow when no number exceeds 1


@dataclass(frozen=True)
class Rows:
    """Rows prepared for distances.

    points     float32 (n, d), unchanged
    weights    float64 (n,): 1, or 1 / norm where the metric is cosine
    cosine     whether a distance is 1 - cosine similarity: half the squared distance of unit rows
    centered   float32 (n, d): the weighted rows minus their mean, divided by `scale` into [-1, 1]
    mean       float64 (d,), of the weighted rows
    scale      a power of two, so that dividing by it rounds nothing
    low, high  float64 (n,): for any i, j the exact squared distance / scale**2 lies between
               low[i] + low[j] - 2 p - TINY and high[i] + high[j] - 2 p + TINY,
               where p is the float32 product of the centered rows i and j, summed in any order
    """

    points: np.ndarray
    weights: np.ndarray
    cosine: bool
    centered: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    scale: float

    def products(self, rows: slice, columns: slice) -> np.ndarray:
        """float32 (rows, columns)"""
        return self.centered[rows] @ self.centered[columns].T


def as_points(points: np.ndarray, name: str = "points") -> np.ndarray:
    """The points as float32 (n, d), read-only, all finite. Raises InputError for other shapes and numbers."""
    with np.errstate(over="ignore"):  # numbers beyond float32 are refused below
        points = np.ascontiguousarray(points, dtype=np.float32).view()
    if points.ndim != 2 or points.shape[1] == 0:
        raise InputError(f"{name}: shape {points.shape}; give an (n, d) array of rows and columns")
    bad = ~np.isfinite(points).all(axis=1)
    if bad.any():
        raise InputError(
            f"{name}: row {bad.argmax()} contains NaN, an infinity or a number beyond 3e38; fill or remove such rows"
            f" ({bad.sum()} in all)"
        )
    points.flags.writeable = False  # one type for numba, memory-mapped or not
    return points


def prepare(points: np.ndarray, metric: str = "euclidean") -> Rows:
    """Prepare points (n, d), taken as float32. Memory: one further copy of them.

    Raises InputError: unknown metric, numbers not finite, an all-zero row under cosine.

    The bound: rounding a centered row z to float32 (unit u = 2**-24) moves it by at most u |z|, a squared
    distance by at most 4u (|z_i|^2 + |z_j|^2) + O(u^2). A product of d terms summed in any order is off by at
    most d u |z_i| |z_j| (Jeannerod and Rump 2013), and twice this error is at most d u (|z_i|^2 + |z_j|^2). The 4
    remaining units of d + 8 cover all float64 rounding.
    """
    if metric not in METRICS:
        raise InputError(f'metric is "{metric}"; allowed: {", ".join(METRICS)}')
    points = as_points(points)
    n, d = points.shape
    weights = np.ones(n)
    if metric == "cosine":
        weights = np.sqrt(np.einsum("ij,ij->i", points, points, dtype=np.float64))
        if not weights.all():
            raise InputError(
                f"points: row {(weights == 0).argmax()} is all zeros, so it has no cosine distance; remove such rows"
                f" ({(weights == 0).sum()} in all), or use metric euclidean"
            )
        weights = 1 / weights
    centered = np.empty((n, d), dtype=np.float32)
    norms = np.empty(n)
    blocks = [slice(start, start + BLOCK) for start in range(0, n, BLOCK)]
    mean = sum(weights[b] @ points[b] for b in blocks) / n
    largest = max(np.abs(points[b] * weights[b, None] - mean).max() for b in blocks)
    scale = 2.0 ** np.ceil(np.log2(largest)) if largest > 0 else 1.0
    for b in blocks:
        centered[b] = (points[b] * weights[b, None] - mean) / scale
        norms[b] = np.einsum("ij,ij->i", centered[b], centered[b], dtype=np.float64)
    slack = (d + 8) * 2.0**-24
    low, high = norms * (1 - slack), norms * (1 + slack)
    return Rows(points, weights, metric == "cosine", centered, mean, low, high, scale)


# Kernels of other files are cached with these compiled into them: a changed function needs a new name to reach them.


@njit(nogil=True, cache=True)
def squared_distance(points, weights, i, j, lanes):
    """Float64 squared distance of two weighted rows, always summed in the same order.

    lanes  float64 (LANES,): scratch. Lane c sums columns c, c + LANES, ..., which vector instructions do for many
           lanes at once without changing the order; then the lanes are summed, first to last.
    """
    a, b = points[i], points[j]
    u, v = weights[i], weights[j]
    whole = len(a) // LANES * LANES
    if whole:
        for lane in range(LANES):
            lanes[lane] = 0.0
        for c in range(0, whole, LANES):
            x, y = a[c : c + LANES], b[c : c + LANES]
            for lane in range(LANES):
                lanes[lane] += (x[lane] * u - y[lane] * v) ** 2
        for lane in range(len(a) - whole):
            lanes[lane] += (a[whole + lane] * u - b[whole + lane] * v) ** 2
        total = 0.0
        for lane in range(LANES):
            total += lanes[lane]
        return total
    total = 0.0
    for c in range(len(a)):
        total += (a[c] * u - b[c] * v) ** 2
    return total


@njit(nogil=True, cache=True)
def from_squared(squared, cosine):
    return 0.5 * squared if cosine else np.sqrt(squared)


@njit(nogil=True, cache=True)
def to_squared(distance, cosine):
    return 2.0 * distance if cosine else distance * distance
