"""Exact ranks of chosen rows among all others, in one pass over the distances and bounded memory."""

from functools import partial

import numpy as np

from pipeline.neighbors.index import View
from pipeline.runtime.errors import InputError
from pipeline.runtime.parallel import Progress, in_blocks


def ranks(
    points: np.ndarray, candidates: np.ndarray, metric: str = "euclidean", progress: Progress | None = None
) -> np.ndarray:
    """The rank of each candidate among all other rows by float64 distance, then row number; 1 is the nearest.

    points      (n, d), taken as float32
    candidates  int (n, m): rows other than the row itself, in any order, repeats allowed
    metric      "euclidean" or "cosine"
    progress    called with the number of rows done so far
    returns     int32 (n, m), from 1 to n - 1

    Memory beyond points and result: one float32 copy of the points, and about 10 MiB a core.
    Raises InputError: as `nearest` does, and for candidates that are not other rows.
    """
    view = View(points, metric)
    candidates = _checked(candidates, view.n)
    result = np.empty(candidates.shape, dtype=np.int32)
    for start, stop, block in in_blocks(view.n, partial(_block, view, candidates), progress):
        result[start:stop] = block
    return result


def among(points: np.ndarray, rows: np.ndarray, candidates: np.ndarray, metric: str = "euclidean") -> np.ndarray:
    """For other rows (m, d), the rank of each candidate, int (m, k), among points (n, d), in the same order: int32 (m, k)."""
    count = len(rows)
    view = View(np.concatenate([rows, points]), metric, offered=np.arange(count + len(points)) >= count)
    result = np.empty(candidates.shape, dtype=np.int32)
    for start, stop, block in in_blocks(count, partial(_block, view, candidates + count)):
        result[start:stop] = block
    return result


def _block(view: View, candidates: np.ndarray, start: int, stop: int) -> np.ndarray:
    return view.ranks(start, candidates[start:stop])


def _checked(candidates: np.ndarray, n: int) -> np.ndarray:
    candidates = np.asarray(candidates)
    if candidates.ndim != 2 or len(candidates) != n or candidates.shape[1] == 0:
        raise InputError(f"candidates: shape {candidates.shape}, but {n} points need ({n}, m), m at least 1")
    wrong = (candidates < 0) | (candidates >= n) | (candidates == np.arange(n)[:, None])
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise InputError(
            f"candidates: row {row} names row {candidates[row, column]}; give numbers of other rows, from 0 to {n - 1}"
        )
    return candidates
