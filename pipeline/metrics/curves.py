"""Whole orders of the rows beside each other: R_NX at every k, and the area under it, of all rows or of a sample."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numba import njit

from pipeline.metrics import measures
from pipeline.neighbors.search import Index
from pipeline.runtime.parallel import in_blocks

MOST = 2**22  # distances of a block held at once


def measure(
    data: Index, embeddings: list[Index], chosen: np.ndarray, progress: Callable[[int], None] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Areas float64 (drawings, chosen) of each chosen row, and overlaps int64 (drawings, n - 1): pairs of a chosen row
    and any other by the larger of their two ranks, 1, 2, ..."""
    size = int(np.clip(MOST // data.n, 1, 256))
    r_nx_aucs = np.empty((len(embeddings), len(chosen)))
    overlaps = np.zeros((len(embeddings), data.n - 1), dtype=np.int64)
    task = partial(_block, data, embeddings, chosen, measures.area_weights(data.n))
    for start, stop, found in in_blocks(len(chosen), task, progress, size):
        for number, (own_areas, own_overlaps) in enumerate(found):
            r_nx_aucs[number, start:stop] = own_areas
            overlaps[number] += own_overlaps
    return r_nx_aucs, overlaps


def _block(
    data: Index, embeddings: list[Index], chosen: np.ndarray, weights: np.ndarray, start: int, stop: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    rows = chosen[start:stop]
    in_data = data.orders(rows)
    return [_compare(in_data, view.orders(rows), weights) for view in embeddings]


@njit(nogil=True, cache=True)
def _compare(orders, others, weights):
    """Two orders (rows, n - 1) of all others of the same rows: areas (rows,), and overlaps (n - 1,) over them."""
    count, last = orders.shape
    r_nx_aucs, overlaps = np.full(count, -1.0), np.zeros(last, dtype=np.int64)
    places = np.empty(last + 1, dtype=np.int32)
    for r in range(count):
        for place in range(last):
            places[orders[r, place]] = place
        for place in range(last):
            larger = max(place, places[others[r, place]])
            r_nx_aucs[r] += weights[larger + 1]
            overlaps[larger] += 1
    return r_nx_aucs, overlaps
