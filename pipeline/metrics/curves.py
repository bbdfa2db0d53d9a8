"""R_NX at every k, and R_NX AUC, of all rows or of a sample: the complete neighbor orders of data and map are compared."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numba import njit

from pipeline.metrics import measures
from pipeline.neighbors.search import Index
from pipeline.runtime.parallel import in_blocks

BLOCK = 2**22  # distances in memory at once


def measure(
    data: Index, embeddings: list[Index], sample: np.ndarray, progress: Callable[[int], None] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """R_NX AUC of each sampled row, float64 (embeddings, sample), and overlaps int64 (embeddings, n - 1): the number of
    pairs of a sampled row and any other row whose larger rank, of the two in the data and on the map, is 1, 2, ..."""
    size = int(np.clip(BLOCK // data.n, 1, 256))
    r_nx_aucs = np.empty((len(embeddings), len(sample)))
    overlaps = np.zeros((len(embeddings), data.n - 1), dtype=np.int64)
    task = partial(_block, data, embeddings, sample, measures.auc_weights(data.n))
    for start, stop, parts in in_blocks(len(sample), task, progress, size):
        for number, (own_aucs, own_overlaps) in enumerate(parts):
            r_nx_aucs[number, start:stop] = own_aucs
            overlaps[number] += own_overlaps
    return r_nx_aucs, overlaps


def _block(
    data: Index, embeddings: list[Index], sample: np.ndarray, weights: np.ndarray, start: int, stop: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    rows = sample[start:stop]
    in_data = data.orders(rows)
    return [_compare(in_data, embedding.orders(rows), weights) for embedding in embeddings]


@njit(nogil=True, cache=True)
def _compare(in_data, on_map, weights):
    """Two orders (rows, n - 1) of all other rows, nearest first: R_NX AUCs (rows,), and overlaps (n - 1,) over all rows."""
    count, last = in_data.shape
    r_nx_aucs, overlaps = np.full(count, -1.0), np.zeros(last, dtype=np.int64)
    ranks = np.empty(last + 1, dtype=np.int32)
    for r in range(count):
        for rank in range(last):
            ranks[in_data[r, rank]] = rank
        for rank in range(last):
            larger = max(rank, ranks[on_map[r, rank]])
            r_nx_aucs[r] += weights[larger + 1]
            overlaps[larger] += 1
    return r_nx_aucs, overlaps
