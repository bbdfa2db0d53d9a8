"""Null data: random data that share simple statistics with the real ones. What a map of them shows was made by the method.

The values may leave the range of the real ones: Gaussian null images of images in [0, 1] have values outside it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

LARGEST = 4096  # columns whose covariance is decomposed: 128 MiB of float64, and a minute
BLOCK = 512  # rows worked on at once


def gaussian(rows: np.ndarray, seed: int) -> np.ndarray:
    """Rows from the normal distribution with the mean and covariance of the flattened rows, as many as these.

    rows     float32 (n, *shape), memory-mapped or not; sequences padded as ragged.py says
    returns  float32 (n, *shape), NaN where row i has NaN, so lengths of sequences stay

    A missing value counts as its column's mean in the covariance, which lowers the variance; each column is then scaled to the variance
    of its present values. Constant columns stay constant.
    """
    n, d = len(rows), math.prod(rows.shape[1:])
    rng = _generator(seed, "gaussian")
    mean, share = _mean(rows)
    drawn = _combined(rows, mean, rng) if n <= d or d > LARGEST else _from_covariance(rows, mean, rng)
    stretch = 1 / np.sqrt(np.maximum(share, 1 / max(n, 1)))
    for block, real in _blocks(rows):
        drawn[block] = np.where(np.isnan(real), np.nan, drawn[block] * stretch + mean)
    return drawn.reshape(rows.shape)


def shuffled(rows: np.ndarray, seed: int) -> np.ndarray:
    """The rows with each column of the flattened values permuted by itself, among the rows where it is present.

    rows     float32 (n, *shape), memory-mapped or not; sequences padded as ragged.py says
    returns  float32 (n, *shape), NaN where row i has NaN

    Keeps each column's distribution and removes all dependence between columns: a weaker null model than `gaussian`, which keeps the
    covariance.
    """
    values = np.array(rows, dtype=np.float32).reshape(len(rows), math.prod(rows.shape[1:]))
    rng = _generator(seed, "shuffled")
    for column in values.T:
        present = np.flatnonzero(~np.isnan(column))
        column[present] = column[rng.permutation(present)]
    return values.reshape(rows.shape)


KINDS = {"gaussian": gaussian, "shuffled": shuffled}


def _generator(seed: int, kind: str) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=tuple(kind.encode())))


def _blocks(rows: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
    """Blocks of rows (n, *shape): their slice, and float64 (up to BLOCK, d)."""
    for start in range(0, len(rows), BLOCK):
        block = slice(start, min(start + BLOCK, len(rows)))
        yield block, np.asarray(rows[block], dtype=np.float64).reshape(block.stop - start, -1)


def _mean(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean of each column's present values, float64 (d,), 0 where there is none; and the share of rows that have it."""
    total, count = np.zeros((2, math.prod(rows.shape[1:])))
    for _, real in _blocks(rows):
        total += np.nansum(real, axis=0)
        count += (~np.isnan(real)).sum(axis=0)
    return total / np.maximum(count, 1), count / max(len(rows), 1)


def _centered(rows: np.ndarray, mean: np.ndarray) -> Iterator[np.ndarray]:
    for _, real in _blocks(rows):
        real = real - mean
        real[np.isnan(real)] = 0
        yield real


def _from_covariance(rows: np.ndarray, mean: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """float32 (n, d) around 0, by the symmetric square root of the covariance, which unlike eigenvectors does not depend on signs or
    on the order of ties."""
    n, d = len(rows), len(mean)
    covariance = np.zeros((d, d))
    for real in _centered(rows, mean):
        covariance += real.T @ real
    varying = np.diag(covariance) > 0  # constant columns get exact zeros
    values, vectors = np.linalg.eigh(covariance[np.ix_(varying, varying)] / max(n - 1, 1))
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    drawn = np.zeros((n, d), dtype=np.float32)
    for start in range(0, n, BLOCK):
        stop = min(start + BLOCK, n)
        drawn[start:stop, varying] = rng.normal(size=(stop - start, len(root))) @ root
    return drawn


def _combined(rows: np.ndarray, mean: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """float32 (n, d) around 0: normal combinations of the centered rows, which have their covariance. n^2 d products in float32, whose
    rounding is far below the sampling noise. Each row is read once."""
    n = len(rows)
    drawn = np.zeros((n, len(mean)), dtype=np.float32)
    for real in _centered(rows, mean):
        real = (real / math.sqrt(max(n - 1, 1))).astype(np.float32)
        for start in range(0, n, BLOCK):
            part = drawn[start : start + BLOCK]
            part += rng.standard_normal((len(part), len(real)), dtype=np.float32) @ real
    return drawn
