"""Series of different lengths in one array, and blocks of one size.

Shorter series are padded with steps of NaN at their end. How a missing step counts when rows are compared is decided
here. Rows of other kinds have no NaN and pass unchanged.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

BLOCK = 1024


def present(rows: np.ndarray) -> np.ndarray:
    """Which steps of series (n, steps, channels) are not padding, bool (n, steps)."""
    return ~np.isnan(rows[..., 0])


def misplaced(rows: np.ndarray) -> np.ndarray:
    """Which steps of series (n, steps, channels) hold NaN that is not padding, bool (n, steps): NaN in only some
    channels, or followed by a step with values."""
    missing = np.isnan(rows)
    after = np.logical_and.accumulate(missing.all(axis=2)[:, ::-1], axis=1)[:, ::-1]
    return missing.any(axis=2) & ~after


def lengths(rows: np.ndarray) -> np.ndarray:
    """Number of steps of each series (n, steps, channels) without padding, int (n,)."""
    return present(rows).sum(axis=1)


def flat(rows: np.ndarray) -> np.ndarray:
    """Rows (n, *shape) as float32 (n, d), contiguous; a view if nothing is missing.

    A missing step is 0 in all channels, which is each channel's mean after standardization.
    """
    points = np.ascontiguousarray(rows, dtype=np.float32).reshape(len(rows), math.prod(rows.shape[1:]))
    missing = np.isnan(points)
    return np.where(missing, np.float32(0), points) if missing.any() else points


def squared_error(rows: np.ndarray, reconstructions: np.ndarray) -> np.ndarray:
    """Squared error of each reconstruction, float64 (n,), summed over the row's (n, *shape) values without padding."""
    squares = np.square(rows - reconstructions)
    squares[np.isnan(rows)] = 0  # only here: a reconstruction of NaN must not count as perfect
    return squares.reshape(len(rows), math.prod(rows.shape[1:])).sum(axis=1, dtype=np.float64)


def blockwise(function: Callable[[np.ndarray], list[np.ndarray]], rows: np.ndarray) -> list[np.ndarray]:
    """Results (n, ...) of a function of float32 rows (n, ...), called on blocks of BLOCK rows (padded with zeros).

    The last digits of a matrix product depend on its number of rows; a row's result must not depend on the other rows.
    """
    results = []
    for start in range(0, len(rows), BLOCK):
        block = np.asarray(rows[start : start + BLOCK])
        padded = np.zeros((BLOCK, *block.shape[1:]), dtype=np.float32)
        padded[: len(block)] = block
        results.append([part[: len(block)] for part in function(padded)])
    return [np.concatenate(parts) for parts in zip(*results, strict=True)]
