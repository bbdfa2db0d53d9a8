"""Whole orders of the rows beside each other: R_NX at every k, and the area under it, of all rows or of a sample."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numba import njit

from pipeline.distances import in_blocks
from pipeline.faithfulness import measures
from pipeline.views import View

MOST = 2**22  # distances of a block held at once


def measure(
    data: View, drawings: list[View], chosen: np.ndarray, progress: Callable[[int], None] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Areas float64 (drawings, chosen) of each chosen row, and overlaps int64 (drawings, n - 1): pairs of a chosen row
    and any other by the larger of their two ranks, 1, 2, ..."""
    size = int(np.clip(MOST // data.n, 1, 64))
    areas = np.empty((len(drawings), len(chosen)))
    overlaps = np.zeros((len(drawings), data.n - 1), dtype=np.int64)
    task = partial(_block, data, drawings, chosen, measures.area_weights(data.n))
    for start, stop, found in in_blocks(len(chosen), task, progress, size):
        for number, (own_areas, own_overlaps) in enumerate(found):
            areas[number, start:stop] = own_areas
            overlaps[number] += own_overlaps
    return areas, overlaps


def _block(
    data: View, drawings: list[View], chosen: np.ndarray, weights: np.ndarray, start: int, stop: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    rows = chosen[start:stop]
    in_data = data.orders(rows)
    return [_compare(in_data, view.orders(rows), weights) for view in drawings]


@njit(nogil=True, cache=True)
def _compare(orders, others, weights):
    """Two orders (rows, n - 1) of all others of the same rows: areas (rows,), and overlaps (n - 1,) over them."""
    count, last = orders.shape
    areas, overlaps = np.full(count, -1.0), np.zeros(last, dtype=np.int64)
    places = np.empty(last + 1, dtype=np.int32)
    for r in range(count):
        for place in range(last):
            places[orders[r, place]] = place
        for place in range(last):
            larger = max(place, places[others[r, place]])
            areas[r] += weights[larger + 1]
            overlaps[larger] += 1
    return areas, overlaps


def sample(strata: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Row numbers of about `count` rows, ascending: of each stratum its share, at least two; all where there are no more.

    strata  int (n,): 0, 1, ...
    """
    if count >= len(strata):
        return np.arange(len(strata))
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=tuple(b"sample")))
    chosen = []
    for stratum in range(strata.max() + 1):
        own = np.flatnonzero(strata == stratum)
        most = min(len(own), max(2, -(-count * len(own) // len(strata))))
        chosen.append(rng.choice(own, most, replace=False))
    return np.sort(np.concatenate(chosen))


def estimate(values: np.ndarray, strata: np.ndarray, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means over all rows of quantities that are known for chosen ones, and the covariance of these means.

    values   float64 (m, chosen)
    returns  (m,) and (m, m); stratified sampling without replacement (Cochran 1977, 5.6): no variance where all are chosen
    """
    n, means, covariance = len(strata), np.zeros(len(values)), np.zeros((len(values), len(values)))
    for stratum in range(strata.max() + 1):
        own = values[:, strata[chosen] == stratum]
        size, count = int((strata == stratum).sum()), own.shape[1]
        if not size:
            continue
        means += size / n * own.mean(axis=1)
        if count < size:
            covariance += (size / n) ** 2 * (1 - count / size) / count * np.cov(own).reshape(covariance.shape)
    return means, covariance
