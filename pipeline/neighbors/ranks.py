"""Exact ranks of chosen rows among all others, in one pass over the distances and bounded memory."""

from functools import partial

import numpy as np

from pipeline.neighbors.index import Index
from pipeline.runtime.errors import InputError
from pipeline.runtime.parallel import Progress, in_blocks


def ranks(
    points: np.ndarray, candidates: np.ndarray, metric: str = "euclidean", progress: Progress | None = None
) -> np.ndarray:
    """The rank of each candidate among all other rows by float64 distance, then row number; 1 is the nearest.

    points      (n, d), taken as float32
    candidates  int (n, m): numbers of rows other than the row itself, in any order, repeats allowed
    metric      "euclidean" or "cosine"
    progress    called with the number of rows done so far
    returns     int32 (n, m), from 1 to n - 1

    Memory beyond the points and what is returned: one float32 copy of the points, and about 10 MiB per core.
    Raises InputError: as `search.nearest` does, and for candidates that are not other rows.
    """
    index = Index(points, metric)
    return _ranks(index, _checked(candidates, index.n), progress)


def query(reference: np.ndarray, queries: np.ndarray, candidates: np.ndarray, metric: str = "euclidean") -> np.ndarray:
    """The rank of each query's candidates among the reference rows, as by `ranks`: int32 (m, k).

    reference   (n, d)
    queries     (m, d); they are not ranked among each other
    candidates  int (m, k): numbers of reference rows
    """
    m, n = len(queries), len(reference)
    index = Index(np.concatenate([queries, reference]), metric, eligible=np.arange(m + n) >= m)
    return _ranks(index, candidates + m)


def _ranks(index: Index, candidates: np.ndarray, progress: Progress | None = None) -> np.ndarray:
    """Ranks of candidates (m, k) of the first m rows of an index."""
    ranks = np.empty(candidates.shape, dtype=np.int32)
    for start, stop, block in in_blocks(len(candidates), partial(_block, index, candidates), progress):
        ranks[start:stop] = block
    return ranks


def _block(index: Index, candidates: np.ndarray, start: int, stop: int) -> np.ndarray:
    return index.ranks(start, candidates[start:stop])


def _checked(candidates: np.ndarray, n: int) -> np.ndarray:
    candidates = np.asarray(candidates)
    if candidates.ndim != 2 or len(candidates) != n or candidates.shape[1] == 0:
        raise InputError(f"candidates: shape {candidates.shape}, but {n} points need ({n}, m), m at least 1")
    wrong = (candidates < 0) | (candidates >= n) | (candidates == np.arange(n)[:, None])
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise InputError(
            f"candidates: row {row} names row {candidates[row, column]}; use numbers of other rows, from 0 to {n - 1}"
        )
    return candidates
