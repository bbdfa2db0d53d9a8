"""Rows of one length, and blocks of one size, where the data have neither.

Series of unequal length stand in one array, the shorter ones padded at their end with steps of NaN.

What such a missing step counts for, wherever rows are compared, is decided here. Rows of other kinds have no NaN, and
go through unchanged.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

BLOCK = 1024


def present(rows: np.ndarray) -> np.ndarray:
    """Which steps of series (n, steps, channels) are true ones, bool (n, steps)."""
    return ~np.isnan(rows[..., 0])


def misplaced(rows: np.ndarray) -> np.ndarray:
    """Which steps of series (n, steps, channels) hold NaN that is no padding, bool (n, steps): NaN in some of their
    channels only, or in all but with a true step after them."""
    missing = np.isnan(rows)
    after = np.logical_and.accumulate(missing.all(axis=2)[:, ::-1], axis=1)[:, ::-1]
    return missing.any(axis=2) & ~after


def lengths(rows: np.ndarray) -> np.ndarray:
    """True steps of each of the series (n, steps, channels), int (n,)."""
    return present(rows).sum(axis=1)


def flat(rows: np.ndarray) -> np.ndarray:
    """Rows (n, *shape) as float32 (n, d), contiguous; a view where nothing is missing.

    A missing step is 0 in all its channels: each channel's mean, once channels are standardized.
    """
    points = np.ascontiguousarray(rows, dtype=np.float32).reshape(len(rows), math.prod(rows.shape[1:]))
    missing = np.isnan(points)
    return np.where(missing, np.float32(0), points) if missing.any() else points


def squared_error(rows: np.ndarray, copies: np.ndarray) -> np.ndarray:
    """Squared error of each copy, float64 (n,), summed over the values that its row (n, *shape) truly has."""
    squares = np.square(rows - copies)
    squares[np.isnan(rows)] = 0  # and no other: a copy that is no number must not pass for a perfect one
    return squares.reshape(len(rows), math.prod(rows.shape[1:])).sum(axis=1, dtype=np.float64)


def blockwise(function: Callable[[np.ndarray], list[np.ndarray]], rows: np.ndarray) -> list[np.ndarray]:
    """Each result of a function of float32 rows (n, ...), called on blocks of BLOCK rows, the last one filled up with zeros:
    the last digits of a product depend on how many rows there are, and no row's result may depend on its company."""
    results = []
    for start in range(0, len(rows), BLOCK):
        block = np.asarray(rows[start : start + BLOCK])
        padded = np.zeros((BLOCK, *block.shape[1:]), dtype=np.float32)
        padded[: len(block)] = block
        results.append([part[: len(block)] for part in function(padded)])
    return [np.concatenate(parts) for parts in zip(*results, strict=True)]
